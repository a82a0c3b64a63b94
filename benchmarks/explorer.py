"""The explorer in real JupyterLab, on the shipped sample: how long until the first chart, and how fast a choice shows.

PYTHONPATH=tests python -m benchmarks.explorer [--rounds 5] drives Chromium, as the tests do. The first chart is timed
from the choice of "Run All Cells" to the chart in the page, its kernel idle before; it is held against importing the
libraries that the notebook has loaded by then, in a kernel like it. The changes are timed in Python, as in the
benchmark of the sliders.
"""

import argparse
import compileall
import json
import os
import shutil
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from jupyter_client.manager import start_new_kernel
from playwright.sync_api import sync_playwright
from support.driven_lab import PATIENCE, RUN_ALL, RUN_MENU, end_kernels, served, until_ready

import analysis
import analysis as dv
from analysis.notebooks.notebook import code_cells, load
from benchmarks.reports import REFERENCE, processed_sample

FIRST_CHART, CHANGE = 1.5, 0.3  # times the imports; seconds
_NOTEBOOK = Path(__file__).parents[1] / "notebooks/explore.ipynb"
_UP_TO_THE_CHART = "explorer"  # the id of the cell that draws it
# Third-party modules that a kernel gains by running the cells, in the order in which they were loaded.
_GAINED = """
import json, sys
_before = set(sys.modules)
{cells}
_files = dict((_name, str(getattr(_module, "__file__", ""))) for _name, _module in list(sys.modules.items()))
print(json.dumps([_name for _name in _files if _name not in _before and "site-packages" in _files[_name]]))
"""
_IMPORTED = """
import importlib, time
_begun = time.perf_counter()
for _name in {names!r}:
    importlib.import_module(_name)
print(time.perf_counter() - _begun)
"""

# The page itself holds the watch: playwright looks for the chart half a second apart.
_WATCH = """
() => {
  let begun;
  addEventListener("pointerdown", () => { begun = performance.now(); }, {capture: true, once: true});
  window.chart_after = new Promise((tell) => {
    const look = () => document.querySelector(".dv-view svg") ? tell(performance.now() - begun) : setTimeout(look, 5);
    look();
  });
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explorer", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often the notebook is run (default 5)")
    parser.add_argument("--changes", type=int, default=200, help="how many choices are timed (default 200)")
    chosen = parser.parse_args()
    processed = processed_sample()
    # The environment here may forbid Python to keep what it compiles; the libraries were compiled when installed.
    compileall.compile_dir(Path(analysis.__file__).parent, quiet=2, workers=0)
    with tempfile.TemporaryDirectory() as home:
        project = _project(Path(home), processed)
        names = json.loads(_in_kernel(project, _GAINED.format(cells=_cells())).splitlines()[-1])
        imports, charts = [], []
        with served(project, Path(home)) as address:
            for _ in range(chosen.rounds):  # one right after the other, so that both meet the same machine
                imports.append(float(_in_kernel(project, _IMPORTED.format(names=names))))
                charts.append(_first_chart(address))
    ratio = median(charts) / median(imports)
    print(f"first chart: {median(charts):.2f} s, importing {len(names)} modules: {median(imports):.2f} s")
    print(f"ratio {ratio:.2f}, limit {FIRST_CHART}: {'met' if ratio <= FIRST_CHART else 'MISSED'}")
    seconds = _changes(dv.load(processed=processed, reference=REFERENCE), chosen.changes)
    worst = quantiles(seconds, n=100)[98]
    verdict = "met" if worst <= CHANGE else "MISSED"
    print(f"a choice: median {median(seconds):.3f} s, 99 of 100 under {worst:.3f} s; limit {CHANGE} s: {verdict}")


def _project(home: Path, processed: Path) -> Path:
    """The notebooks with the sample's figures, in a folder that may be written to."""
    project = home / "project"
    shutil.copytree(_NOTEBOOK.parent, project / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(processed, project / "data/processed")
    shutil.copytree(REFERENCE, project / "data/reference")
    return project


def _cells() -> str:
    """The code up to the cell that draws the chart, which it shows."""
    cells = []
    for cell in code_cells(load(_NOTEBOOK)):
        cells.append("".join(cell["source"]))
        if cell["id"] == _UP_TO_THE_CHART:
            break
    return "\n".join(cells)


def _in_kernel(project: Path, code: str) -> str:
    """What the code prints in a kernel of its own."""
    said: list[str] = []

    def hear(message: dict) -> None:  # type: ignore[type-arg]
        if message["msg_type"] == "error":
            raise RuntimeError("\n".join(message["content"]["traceback"]))
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])

    manager, client = start_new_kernel(cwd=str(project / "notebooks"))
    try:
        client.execute_interactive(code, output_hook=hear, timeout=120)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(said)


def _first_chart(address: str) -> float:
    with sync_playwright() as playwright:
        options = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        page = browser.new_page(viewport={"width": 1400, "height": 1200})
        page.goto(address)
        until_ready(page)
        time.sleep(3)  # the user reads the first lines
        page.locator(RUN_MENU).nth(3).click()
        page.evaluate(_WATCH)
        page.locator(RUN_ALL).click()
        page.locator(".dv-view svg").wait_for(timeout=PATIENCE)
        seconds = page.evaluate("window.chart_after") / 1000
        browser.close()
    end_kernels(address)
    return seconds


def _changes(data: dv.Data, count: int) -> list[float]:
    """Seconds of each choice: another target, reading, unit (typed), window, month, in turn."""
    target, reading, typed, _, window, month, _ = dv.explore(data).children
    steps = cycle(
        [
            *((target, value) for _, value in target.options[1:]),
            *((typed, name) for name in ("dong xuan", "so xay dung", "tuy hoa")),
            *((window, value) for _, value in reversed(window.options)),
            *((month, value) for value in reversed(month.options)),
            (target, target.options[0][1]),
            *((reading, value) for value in ("active_base", "default")),
        ]
    )
    found = []
    for widget, value in islice(steps, count):
        begun = perf_counter()
        widget.value = value
        found.append(perf_counter() - begun)
    return found


if __name__ == "__main__":
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    main()
