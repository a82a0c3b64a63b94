"""What the tests of the explorer share: a September's run, loaded as analysts load it."""

import csv
from pathlib import Path

import pytest
from support.folders import REFERENCE
from support.published import Publication

import analysis as dv


@pytest.fixture(scope="session")
def processed(september: Publication) -> Path:
    return september.processed


@pytest.fixture(scope="session")
def data(processed: Path) -> dv.Data:
    return dv.load(processed=processed, reference=REFERENCE)


@pytest.fixture(scope="session")
def official(processed: Path) -> list[dict[str, str]]:
    with (processed / "attainment.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
