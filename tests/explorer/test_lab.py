"""The notebooks in real JupyterLab, as ``dvctt lab`` opens it: an analyst's first minutes."""

import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page
from support.browsing import new_page
from support.driven_lab import end_kernels, run_all, served, until_done, until_ready
from support.folders import REFERENCE
from support.published import Publication
from support.small_run import DVCTT, call

from analysis.cli import WRONG_USAGE, main
from analysis.explorer.lab import environment, open_lab, options
from analysis.language.problems import UsageProblem
from analysis.language.texts import Language

# JupyterLab may take minutes to start, and the province, where nobody asked for it before, some more.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, year: Publication) -> Path:
    """A project with notebooks, reference data and a finished run."""
    home = tmp_path_factory.mktemp("lab") / "project"
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(REFERENCE, home / "data/reference")
    shutil.copytree(year.processed, home / "data/processed")
    return home


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    with served(project, project.parent) as found:
        yield found


@pytest.fixture
def space(project: Path, address: str) -> Path:
    """Where the layout of the tabs is kept, from the server's start on."""
    (found,) = (project.parent / "config/lab/workspaces").glob("*.jupyterlab-workspace")
    return found


@pytest.fixture
def lab(browser: Browser, address: str, space: Path) -> Iterator[Page]:
    """A window on JupyterLab; on the way out, nothing complained and nothing was asked of another machine."""
    layout = space.read_text(encoding="utf-8")
    complaints: list[str] = []
    asked: set[str] = set()

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page = new_page(browser, viewport={"width": 1400, "height": 1200})
    page.on("console", complain)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(urlsplit(request.url).hostname or "the page itself"))
    page.goto(address)
    yield page
    page.close()
    end_kernels(address)
    space.write_text(layout, encoding="utf-8")
    assert complaints == []
    assert asked <= {"127.0.0.1", "the page itself"}


def _open(page: Page, name: str) -> None:
    page.locator(".jp-DirListing-item", has_text=name).dblclick()
    page.locator(".lm-TabBar-tab.jp-mod-current", has_text=name).wait_for()


def test_the_explorer_follows_a_unit_typed_without_marks(lab: Page, project: Path, tmp_path: Path) -> None:
    notebook = run_all(lab)
    until_done(notebook)
    assert notebook.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert notebook.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    view = notebook.locator(".dv-view")
    chart, table = view.locator("svg"), notebook.locator(".widget-html .dv-table table").first
    before = chart.inner_html(), table.inner_text(), view.locator("h3").inner_text()
    assert before[2] == "Toàn tỉnh"
    notebook.get_by_placeholder("gõ tên, không dấu cũng được").fill("dong xuan")
    view.locator("h3", has_text="Đồng Xuân").wait_for()
    after = chart.inner_html(), table.inner_text(), view.locator("h3").inner_text()
    assert [one != other for one, other in zip(before, after, strict=True)] == [True] * 3
    chosen = {"target_id": "l3-procedures", "reading": "default", "window": "to_date", "month": "2020-12"}
    rows = pd.read_csv(project / "data/processed/attainment.csv", dtype={"month": "str"})
    for name, value in chosen.items():
        rows = rows[rows[name] == value]
    (row,) = rows[rows["unit_name"] == after[2]].itertuples()
    number = Language("vi").number
    assert f"{number(row.numerator)}/{number(row.denominator)}" in view.inner_text()
    cells = table.locator("tr").last.locator("td").all_inner_texts()
    assert cells[:3] == ["2020-12", number(row.numerator), number(row.denominator)]
    lab.screenshot(path=tmp_path / "explorer.png")


def test_its_table_is_searched_without_marks(lab: Page) -> None:
    notebook = run_all(lab)
    until_done(notebook)
    found = notebook.locator(".dt-container")
    found.scroll_into_view_if_needed()
    assert found.locator("tbody tr").count() == 10
    found.get_by_label("Tìm:").fill("hoa hiep")
    lab.wait_for_function("document.querySelector('.dt-container .dt-info').textContent.includes('lọc từ')")
    names = found.locator("tbody tr").all_inner_texts()
    assert names
    assert all("Hòa Hiệp" in name for name in names)


def test_the_sliders_of_the_criteria_move_the_scores(lab: Page) -> None:
    until_ready(lab)
    _open(lab, "evaluation_criteria.ipynb")
    notebook = run_all(lab)
    until_done(notebook)
    assert notebook.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    weight = notebook.locator(".widget-slider .widget-readout").first
    weight.scroll_into_view_if_needed()
    shown = notebook.locator(".widget-html", has=lab.locator("table")).first
    before = shown.inner_text()
    weight.fill("90")
    weight.press("Enter")
    lab.wait_for_function("([one, text]) => one.innerText !== text", arg=[shown.element_handle(), before])


def test_it_opens_in_vietnamese_with_the_list_of_notebooks_beside(lab: Page) -> None:
    until_ready(lab)  # the tabs have been put in their places
    lab.locator(".lm-MenuBar-itemLabel", has_text="Tệp").wait_for()
    assert lab.locator(".lm-TabBar-tab.jp-mod-current").inner_text() == "explore.ipynb"
    lab.locator(".lm-TabBar-tab", has_text="README.md").click()
    links = lab.locator(".jp-MarkdownViewer .jp-RenderedMarkdown table a")
    links.first.wait_for()
    listed = links.all_inner_texts()
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    links.filter(has_text="attainment").click()
    lab.locator(".lm-TabBar-tab.jp-mod-current", has_text="attainment.ipynb").wait_for()


def test_nobody_comes_in_without_the_token(address: str) -> None:
    url = urlsplit(address)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://{url.netloc}/api/contents", timeout=120)
    assert urllib.request.urlopen(f"http://{url.netloc}/api/contents?{url.query}", timeout=120).status == 200


def test_a_layout_of_ones_own_is_kept(project: Path, space: Path) -> None:
    """What the user moved stays where it is: the first layout is written once."""
    changed = space.read_text(encoding="utf-8").replace("explore.ipynb", "clean.ipynb")
    space.write_text(changed, encoding="utf-8")
    code = "from analysis.explorer.lab import keep_workspace; keep_workspace()"
    done = call(["env", f"JUPYTER_CONFIG_DIR={project.parent / 'config'}", DVCTT[0], "-c", code], project)
    assert done.returncode == 0, done.stderr
    assert space.read_text(encoding="utf-8") == changed


def test_settings_of_the_language_and_of_the_user_go_together() -> None:
    folders = {code: environment({}, Language(code))["JUPYTER_CONFIG_PATH"] for code in ("vi", "en")}
    assert "lab_settings/vi" in Path(folders["vi"].split(os.pathsep)[0]).as_posix()
    assert "lab_settings/vi" not in folders["en"]
    assert environment({"JUPYTER_CONFIG_PATH": "own"}, Language("vi"))["JUPYTER_CONFIG_PATH"].startswith("own")


def test_options_of_jupyter_go_through_and_others_do_not(tmp_path: Path) -> None:
    """``dvctt lab --port 9000`` is for JupyterLab; ``dvctt run --port 9000`` is a mistake."""
    assert options(tmp_path, ["--port", "9000"])[-2:] == ["--port", "9000"]
    assert main(["run", "--port", "9000"]) == WRONG_USAGE


def test_a_folder_without_the_notebooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"has no notebooks/explore\.ipynb"):
        open_lab(tmp_path, Language("vi"))
