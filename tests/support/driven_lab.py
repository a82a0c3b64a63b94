"""JupyterLab as ``dvctt lab`` starts it, driven in Chromium as its user would."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, TimeoutError, expect

from support.browsing import PATIENCE

RUN_MENU, RUN_ALL = ".lm-MenuBar-itemLabel", ".lm-Menu-item[data-command='runmenu:run-all']"  # the fourth menu
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S+\?token=\w+")


@contextmanager
def served(folder: Path, own: Path) -> Iterator[str]:
    """Yields the address with its token, from ``dvctt lab`` in ``folder``; ``own`` holds what Jupyter keeps."""
    places = {f"JUPYTER_{name}_DIR": str(own / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "analysis.cli", "lab", "--no-browser", "--ServerApp.port=0"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with (own / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | places, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield _address(server, own / "lab.log")
    finally:
        server.terminate()
        server.wait(600)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(6_000):  # ten minutes
        if found := ADDRESS.search(log.read_text(encoding="utf-8")):
            return found[0]
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(log.read_text(encoding="utf-8"))


def until_ready(page: Page) -> None:
    """Wait for the kernel of the notebook in front: before that JupyterLab takes a choice and does nothing.

    The notebook's own sign says idle too early.
    """
    page.locator("#jp-main-statusbar").get_by_text(re.compile(r"\(ipykernel\) \| Idle$")).wait_for()


def run_all(page: Page) -> Locator:
    """Run all cells of the notebook in front, once its kernel is ready; returns the notebook.

    Chosen again where JupyterLab was not ready after all, as a user would.
    """
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    begun = notebook.locator(".jp-CodeCell .jp-InputArea-prompt").filter(has_text=re.compile(r"\[[*\d]"))
    for _ in range(5):
        until_ready(page)
        page.locator(RUN_MENU).nth(3).click()
        page.locator(RUN_ALL).click()
        with suppress(TimeoutError):
            begun.first.wait_for(timeout=30_000)
            return notebook
    raise AssertionError("no cell began to run")


def until_done(notebook: Locator) -> None:
    """Wait until every cell has run."""
    prompts = notebook.locator(".jp-CodeCell .jp-InputArea-prompt")
    waiting = prompts.filter(has_text=re.compile(r"\[[ *\u00a0]\]"))
    expect(prompts.first).to_be_attached()
    expect(waiting).to_have_count(0)


def end_kernels(address: str) -> None:
    """So that the next test begins as a user does: nothing has run."""
    url = urlsplit(address)
    listing = f"http://{url.netloc}/api/sessions"
    with urllib.request.urlopen(f"{listing}?{url.query}", timeout=PATIENCE / 1_000) as answer:
        sessions = json.load(answer)
    for session in sessions:
        end = urllib.request.Request(f"{listing}/{session['id']}?{url.query}", method="DELETE")
        urllib.request.urlopen(end, timeout=PATIENCE / 1_000).close()
