"""What the tests of pages share: one published province, one browser, and pages that may ask for nothing else."""

import atexit
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page
from support.browsing import Opener, chromium, opener
from support.published import Province, Publication, once, publish_two_months, shared_folder
from support.small_run import SmallProject

from analysis.notebooks.executing import spare_grammar
from analysis.notebooks.forks import modules_of
from analysis.storage.forkserver import fork_context

# No example has a time that a busy machine could break.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure() -> None:
    """What is forked in a test's process finds the libraries loaded: once for all tests of a worker, when the first
    forks. Before the tests load Jupyter's: it is spared a grammar, as in a run.
    """
    spare_grammar()
    notebooks = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
    fork_context(["analysis.notebooks.served", "analysis.notebooks.in_process", *modules_of(notebooks)])


def pytest_collection_finish() -> None:
    """Libraries and tests live as long as the process: no collection of garbage need look at them again, and none is
    worth the while as often as Python thinks.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    atexit.register(gc.unfreeze)  # or DuckDB complains of what is left


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first: no worker is left alone with one at the end. Of these the last first: while one worker
    publishes the province, the other has what does without it. Before them those that fork the worker at each of many
    calls: it is small then, and a fork copies the tables of all its memory.
    """
    slow = [*dict.fromkeys(item.path for item in items if item.get_closest_marker("slow"))]
    order = {path: -number for number, path in enumerate(slow)}
    order |= dict.fromkeys((item.path for item in items if item.path.parent.name == "storage"), -len(slow))
    items.sort(key=lambda item: order.get(item.path, 1))


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    """A province whose exports have every fault, marks in every personal cell, and names that mean harm."""
    return Province(shared_folder(tmp_path_factory) / "province")


@pytest.fixture(scope="session")
def year(province: Province) -> Publication:
    """Published at the year's end, with a report of each kind and more."""
    return province.year()


@pytest.fixture(scope="session")
def september(province: Province) -> Publication:
    """Published in the middle of a September, with a report of each kind."""
    return province.september()


@pytest.fixture(scope="session")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """The worked example, published as of the end of June and of July, without reports of units."""
    return SmallProject(once(shared_folder(tmp_path_factory) / "two-months", publish_two_months))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all the tests of a worker."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def kept_pages() -> dict[bool, Page]:
    """The pages of ``open_page``, by whether scripts run."""
    return {}


@pytest.fixture
def open_page(browser: Browser, kept_pages: dict[bool, Page]) -> Iterator[Opener]:
    """Opens a file at a width; fails for whatever a page asked for beside itself, and for every complaint."""
    with opener(browser, kept_pages) as opened:
        yield opened
