"""The system's Chromium: how it is opened, how patient it is, and a page that may ask for nothing but itself."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

PATIENCE = 120_000  # milliseconds; the machine may have other things to do. A wait ends as soon as it may.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_COLOURS = "color-contrast"  # the rule that takes nearly all the time
# A row goes whose every cell looks as two that are left do, in their column of such rows.
_LEAVE_LOOKS = """() => {
    const seen = {};
    const look = part => [part.tagName, part.getAttribute("class"), part.getAttribute("style")];
    for (const row of document.querySelectorAll("tr, li")) {
        const around = [row.closest("table, ul, ol"), row].filter(part => part).map(look);
        const cells = [...row.children].map((cell, place) => [place, [cell, ...cell.querySelectorAll("*")].map(look)]);
        const looks = [[], ...cells].map(own => [around, own].join());
        if (looks.every(one => seen[one] > 1)) row.remove();
        else for (const one of looks) seen[one] = (seen[one] ?? 0) + 1;
    }
}"""

Opener = Callable[..., Page]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Where it is missing the tests fail, they are not skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "These tests need Chromium: apt-get install chromium"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=PATIENCE)
        yield opened
        opened.close()


def new_page(browser: Browser, **options: object) -> Page:
    """A page that waits as long as a busy machine may take."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    return page


def overflowing(page: Page, widths: tuple[int, ...] = (360, 1280)) -> list[int]:
    """The widths of a screen that the page is wider than; the page stays at the last."""
    return [width for width in widths if _width_at(page, width) > width]


def _width_at(page: Page, width: int) -> int:
    page.set_viewport_size({"width": width, "height": 900})
    return int(page.evaluate("document.documentElement.scrollWidth"))


def faults(page: Page, colours: bool = True) -> list[tuple[str, str]]:
    """What axe finds wrong by WCAG 2 A and AA: the rule, and where first. For the ``colours``, which come last, the
    page loses all rows but two of each look of a cell.
    """
    found = _broken(page, runOnly=WCAG, rules={_COLOURS: {"enabled": False}})
    if colours:
        page.evaluate(_LEAVE_LOOKS)
        found += _broken(page, runOnly={"type": "rule", "values": [_COLOURS]})
    return found


def _broken(page: Page, **options: object) -> list[tuple[str, str]]:
    response = Axe().run(page, options={**options, "resultTypes": ["violations"]}).response
    assert response["passes"], "axe looked at nothing"
    return [(broken["id"], broken["nodes"][0]["html"][:200]) for broken in response["violations"]]


@contextmanager
def opener(browser: Browser, kept: dict[bool, Page]) -> Iterator[Opener]:
    """Opens a file at a width, in place of the one before, and checks on the way out that nothing was asked for and
    nothing complained.

    ``kept`` are the pages that all tests use, by whether scripts run: another window costs half a second.
    """
    asked: list[Path] = []
    requests: list[str] = []
    complaints: list[str] = []
    listeners: dict[str, Callable[[Any], None]] = {
        "request": lambda request: requests.append(request.url),
        "console": lambda message: complaints.append(message.text),
        "pageerror": lambda error: complaints.append(str(error)),
        "dialog": lambda dialog: complaints.append(f"dialog: {dialog.message}"),
    }
    watched: set[Page] = set()

    def opened(path: Path, width: int = 1280, scripts: bool = True) -> Page:
        page = kept.get(scripts) or new_page(browser, offline=True, java_script_enabled=scripts)
        kept[scripts] = page
        if page not in watched:
            watched.add(page)
            for event, listen in listeners.items():
                page.on(event, listen)  # type: ignore[call-overload]
        page.emulate_media(media="null")
        page.set_viewport_size({"width": width, "height": 900})
        asked.append(path)
        page.goto(path.as_uri())
        return page

    yield opened
    for page in watched:
        for event, listen in listeners.items():
            page.remove_listener(event, listen)
    assert complaints == []
    assert len(requests) == len(asked), "a page asked for more than itself"
    assert all(url.startswith("file://") for url in requests)
