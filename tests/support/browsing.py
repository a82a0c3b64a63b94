"""The system's Chromium: how it is opened, how patient it is, and a page that may ask for nothing but itself."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

PATIENCE = 120_000  # milliseconds; the machine may have other things to do. A wait ends as soon as it may.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

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


@contextmanager
def opener(browser: Browser) -> Iterator[Opener]:
    """Opens a file at a width and checks on the way out that nothing was asked for and nothing complained."""
    pages: list[Page] = []
    requests: list[str] = []
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    def opened(path: Path, width: int = 1280, scripts: bool = True) -> Page:
        page = new_page(browser, viewport={"width": width, "height": 900}, offline=True, java_script_enabled=scripts)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []
    assert len(requests) == len(pages), "a page asked for more than itself"
    assert all(url.startswith("file://") for url in requests)
