"""The secret by which the codes of dossiers become keys: one for each user, kept where no copied folder takes it along.

Who has it can find out which dossier a key stands for, by trying codes.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from analysis.language.problems import RunProblem
from analysis.language.texts import N_

BYTES = 32


def dossier_secret(work: Path) -> bytes:
    """The user's secret, made when there is none: ``dossier-key`` in the user's own folder of data for ``dvctt``.

    A user without such a folder, or who may not write there, has it in ``work``. Raises RunProblem where the file does
    not hold a whole one: another would give every dossier another key.
    """
    for path in (user_data_path("dvctt", appauthor=False) / "dossier-key", work / "dossier-key"):
        with suppress(OSError, RuntimeError):
            return _whole(path, _read_or_make(path))
    raise RunProblem(N_("{path} cannot be written. Check the rights to its folder."), path=work / "dossier-key")


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
                handle.write(secrets.token_bytes(BYTES))
                handle.flush()
                os.fsync(handle.fileno())
            with suppress(FileExistsError):  # another run was quicker; its secret is as good
                os.link(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    return path.read_bytes()


def _whole(path: Path, secret: bytes) -> bytes:
    if len(secret) != BYTES:
        raise RunProblem(
            N_(
                "{path}, the secret key of the dossiers, holds {found} bytes instead of {wanted}. Restore it; or "
                "delete it: then a new one is made, and every dossier gets another key."
            ),
            path=path,
            found=len(secret),
            wanted=BYTES,
        )
    return secret
