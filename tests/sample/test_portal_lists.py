"""What was planted in the sample's lists of procedures is what a run finds, and nothing beside it."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.folders import REFERENCE

from analysis.dossiers.further_files import FURTHER_FILES_COLUMNS
from analysis.duties import catalogue_files
from analysis.duties.catalogue_files import read_listings
from analysis.duties.catalogue_lines import catalogue_lines
from analysis.duties.catalogue_on_portal import pairs
from analysis.duties.catalogue_timeliness import catalogue_timeliness
from analysis.exports.reading import sha256
from analysis.language.texts import Language
from analysis.reference.availability import load_service
from analysis.reference.tables import load_reference
from analysis.sample.portal_lists import NUMBER, write_portal_lists
from analysis.sample.province import read_province


@pytest.mark.parametrize("seed", range(3))
def test_what_was_planted_is_found(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_files, "asked", lambda tasks, lookups, _: [task(lookups, b"") for task in tasks])
    planted = write_portal_lists(tmp_path / "raw", read_province(REFERENCE), np.random.default_rng(seed))
    rows = [(path.name, sha256(path), "catalogue_list") for path in (tmp_path / "raw").iterdir()]
    pd.DataFrame(rows, columns=FURTHER_FILES_COLUMNS).to_csv(tmp_path / "further_files.csv", index=False)
    reference = load_reference(REFERENCE)
    listings = read_listings(tmp_path / "raw", tmp_path, reference, Language())
    none = pd.DataFrame({"unit_code": ["?"], "procedure_key": ["?"], "dossiers": [0]}).head(0)
    lines = catalogue_lines(pairs(listings.lines, reference, date(2020, 12, 31)), none, reference)
    found = lines.groupby("problem")["procedure_code"].agg(set).to_dict()
    assert found == {
        **{"missing": planted.missing, "wrong_level": planted.lower, "repealed_open": planted.repealed},
        **{"extra": planted.extra, "aside": planted.doubtful},
    }
    assert set(lines.loc[lines["problem"] == "repealed_open", "decision"]) == {NUMBER}
    times = catalogue_timeliness(listings.lines, reference, load_service(REFERENCE).office)
    assert set(times["procedure_code"]) == planted.published
    assert set(times.loc[times["verdict"] == "late", "procedure_code"]) == planted.late
    assert set(times["verdict"]) == {"late", "in_time"}
    assert listings.files["refused"].sum() == 3
