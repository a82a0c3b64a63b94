"""Follows a how-to page as its reader would, in a copy of the project: writes its files, runs its commands.

Code blocks mean what they show: a ``caption`` names the file that a block is written to, or that a ``diff`` changes;
``sh`` is run and must succeed; after it, every line of a block with the caption *In ra* must have been printed. What
is neither (``text``, ``ini``, ``powershell`` without a caption) is not run.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRINTED = "In ra"
_FENCE = re.compile(r"^```(?P<head>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block of a page: its language, its caption ("" without) and its text."""

    language: str
    caption: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The code blocks of a page, in order."""
    return [_block(match["head"], match["body"]) for match in _FENCE.finditer(page.read_text(encoding="utf-8"))]


def copy_project(folder: Path) -> Path:
    """A copy of the project with a few of its exports, its environment in ``.venv``."""
    for name in ("data/reference", "notebooks", "data/raw/so-nganh/so-ngoai-vu"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    return folder


def follow(page: Path, project: Path) -> int:
    """Do what the page says in ``project``; returns how many commands were run."""
    printed, ran = "", 0
    for block in blocks(page):
        if block.language == "sh":
            printed, ran = _run(block.text, project), ran + 1
        elif block.caption == PRINTED:
            missing = [line for line in block.text.splitlines() if line not in printed]
            assert not missing, f"{page.name} promises {missing}, printed was:\n{printed}"
        elif block.language == "diff":
            _change(project / block.caption, block.text)
        elif block.caption:
            path = project / block.caption
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return ran


def _block(head: str, body: str) -> Block:
    directive = re.fullmatch(r"\{code-block\} (\w+)", head.strip())
    if not directive:
        return Block(head.strip(), "", body)
    caption = re.match(r":caption: ([^\n]+)\n\n?", body)
    return Block(directive[1], caption[1] if caption else "", body[caption.end() :] if caption else body)


def _run(commands: str, project: Path) -> str:
    shell = ["bash", "-euo", "pipefail", "-c", commands]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(shell, cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _change(path: Path, diff: str) -> None:
    """Lines with ``-`` or a space must stand in the file, together and once; ``+`` and a space stand there after."""
    lines = [line for line in diff.splitlines() if line]
    before = "\n".join(line[1:] for line in lines if line[0] in " -")
    after = "\n".join(line[1:] for line in lines if line[0] in " +")
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name} has these lines {text.count(before)} times:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")
