"""JupyterLab on the project's notebooks (``dvctt lab``): in the reader's language, for this machine alone.

It opens on the explorer, with the list of the notebooks in the tab beside it. What a user sets in JupyterLab goes
before the settings in ``lab_settings``.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.language.problems import UsageProblem
from analysis.language.texts import N_, Language

EXPLORER = "notebooks/explore.ipynb"
_SETTINGS = Path(__file__).with_name("lab_settings")
_WORKSPACE = "dvctt"  # the tabs and where they stand


def open_lab(folder: Path, language: Language, more: Sequence[str] = ()) -> None:
    """Serve ``folder`` until the user ends it; ``more`` are options of ``jupyter lab``, which go last.

    Raises UsageProblem for a folder without the notebooks.
    """
    if not (folder / EXPLORER).is_file():
        raise UsageProblem(
            N_("{folder} has no {notebook}. Go to the project's folder and try again."),
            folder=folder,
            notebook=EXPLORER,
        )
    os.environ.update(environment(os.environ, language))
    from jupyterlab.labapp import LabApp  # heavy, and reads its folders from the environment

    keep_workspace()
    LabApp.launch_instance(options(folder, more))


def environment(given: Mapping[str, str], language: Language) -> dict[str, str]:
    """What JupyterLab must know before it starts: where the settings of the language are."""
    folders = [str(_SETTINGS / name) for name in (language.code, "all") if (_SETTINGS / name).is_dir()]
    before = [given["JUPYTER_CONFIG_PATH"]] if given.get("JUPYTER_CONFIG_PATH") else []
    return {
        "JUPYTER_CONFIG_PATH": os.pathsep.join([*before, *folders]),
        "JUPYTER_PLATFORM_DIRS": given.get("JUPYTER_PLATFORM_DIRS", "1"),  # without it Jupyter prints a warning
    }


def options(folder: Path, more: Sequence[str]) -> list[str]:
    """Of ``jupyter lab``: loopback alone, with the token that it makes up, and nothing asked of the internet."""
    return [
        f"--ServerApp.root_dir={folder.resolve()}",
        "--ServerApp.ip=127.0.0.1",
        f"--LabApp.default_url=/lab/workspaces/{_WORKSPACE}/tree/{EXPLORER}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *more,
    ]


def keep_workspace() -> None:
    """Put the first layout of the tabs where JupyterLab keeps such, unless the user has one already."""
    from jupyterlab.commands import get_workspaces_dir
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    spaces = WorkspacesManager(get_workspaces_dir())
    known = {space["metadata"]["id"] for space in spaces.list_workspaces()}
    if _WORKSPACE not in known:
        wanted = json.loads((_SETTINGS / "workspace.json").read_text(encoding="utf-8"))
        spaces.save(_WORKSPACE, json.dumps(wanted))
