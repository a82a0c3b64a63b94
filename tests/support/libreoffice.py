"""Opens what we write in LibreOffice, as officials would in Word and Excel."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


def convert(path: Path, kind: str, folder: Path) -> Path:
    """Open a file in LibreOffice and save it as another kind."""
    [converted] = convert_all([path], kind, folder)
    return converted


def convert_all(paths: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """Open files of different names, one start of LibreOffice for all; without LibreOffice the test fails."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "These tests need LibreOffice: apt-get install libreoffice-calc-nogui libreoffice-writer-nogui"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    converted = [folder / f"{path.stem}.{kind}" for path in paths]
    assert all(path.is_file() for path in converted), done.stderr
    return converted
