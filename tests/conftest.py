"""What the tests of pages share: one finished run, one browser, and a page that may ask for nothing but itself."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from support.folders import REFERENCE
from support.published import HOSTILE, Opener
from support.small_run import DVCTT, call

from analysis.sample import write_sample


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finished runs on a small sample with broken files; a hostile file name and hostile headings among them.

    The Vietnamese one has the reports of all units, the English one a few.
    """
    home = tmp_path_factory.mktemp("pages")
    write_sample(home / "raw", REFERENCE, 2_000, 5, broken=True)
    hostile = home / "raw" / f"{HOSTILE}.csv"
    hostile.write_text(f"Mã hồ sơ,Mã TTHC,Cơ quan,{HOSTILE}\nx,y,z,{HOSTILE}\n", encoding="utf-8")
    for lang, units in (("vi", "all"), ("en", "H45.18,H45.22")):
        done = call([*_command(home, lang), "--units", units], home)
        assert done.returncode == 3, done.stderr  # files are quarantined
    return home


def _command(home: Path, lang: str) -> list[str]:
    folders = {"--raw": "raw", "--processed": "processed", "--reports": f"reports-{lang}"}
    options = [word for option, name in folders.items() for word in (option, str(home / name))]
    return [*DVCTT, "run", *options, "--reference", str(REFERENCE), "--lang", lang, "--as-of", "2020-12-31"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; where it is missing the tests fail, they are not skipped."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "These tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens a file at a width and checks on the way out that nothing was asked for and nothing complained."""
    pages: list[Page] = []
    requests: list[str] = []
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    def opener(path: Path, width: int = 1280, scripts: bool = True) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900}, offline=True, java_script_enabled=scripts)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield opener
    for page in pages:
        page.close()
    assert complaints == []
    assert len(requests) == len(pages), "a page asked for more than itself"
    assert all(url.startswith("file://") for url in requests)
