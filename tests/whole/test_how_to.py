"""The how-to pages: whoever does what one says, in a copy of the project, sees what it promises."""

from pathlib import Path

import pytest
from support.followed import ROOT, blocks, copy_project, follow

HOW_TO = sorted((ROOT / "docs/huong-dan").glob("*.md"))
FOLLOWED = [page for page in HOW_TO if any(block.language == "sh" for block in blocks(page))]


@pytest.mark.slow
@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.stem)
def test_a_how_to_leads_where_it_says(page: Path, tmp_path: Path) -> None:
    assert follow(page, copy_project(tmp_path / "project"))


def test_what_a_how_to_shows_is_run_or_is_plain_text() -> None:
    assert len(FOLLOWED) > 3
    for page in HOW_TO:
        for block in blocks(page):
            to_run = block.language == "sh" or "code-cell" in block.language or block.caption
            assert to_run or block.language in ("text", "ini", "powershell", "{toctree}"), (page.name, block)
