"""Units that the sample plants to file for the count are those that a run asks to be looked at."""

from pathlib import Path

import pytest
from support.folders import REFERENCE, read_csv
from support.in_process import cleaning_in_this_process

from analysis.dossiers.stage import clean_exports
from analysis.dossiers.superseding import FILINGS
from analysis.duties.filings import RUSHED, with_filings
from analysis.duties.real_use import real_use
from analysis.reference.tables import load_reference
from analysis.sample import write_sample
from analysis.sample.filings import TOKEN_FILING
from analysis.storage.backends import Engine, connect, read_dossiers

pytestmark = pytest.mark.slow


def test_what_is_planted_is_found_and_no_other_unit(tmp_path: Path) -> None:
    truth = write_sample(tmp_path / "raw", REFERENCE, 9_000, 11, ("csv",), filing=True)
    planted = set(truth.roles[TOKEN_FILING])
    reference, processed = load_reference(REFERENCE), tmp_path / "processed"
    with cleaning_in_this_process():
        cleaning = clean_exports(tmp_path / "raw", reference, processed, jobs=1)
    assert {row["reason"] for row in read_csv(processed / "files.csv")} == {""}
    decision = reference.decision("")
    assert cleaning.latest_day
    with connect(Engine()) as backend:
        dossiers = read_dossiers(backend, processed / "dossiers.parquet")
        filed = with_filings(dossiers, read_dossiers(backend, processed / FILINGS))
        found = real_use(filed, reference, decision, cleaning.latest_day)["substance"]
    rushed = found[found["flagged"] & (found["signal"] == RUSHED)]
    assert set(rushed["unit_code"]) == planted != set()
