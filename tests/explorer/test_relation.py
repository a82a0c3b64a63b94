"""What an analyst counts has every column that a measure may ask for, where the dossiers have it."""

import random
from pathlib import Path

import pandas as pd
from support.folders import write_reference
from support.wider_decision import ALL_PROCEDURES, ALL_UNITS, AS_OF, COLUMNS, ID, at_random, attained, write_decision

import analysis as dv
from analysis.explorer.data import relation
from analysis.measures.attainment import attain
from analysis.reference.tables import load_reference


def test_measures_of_further_columns_are_counted_as_a_run_does(tmp_path: Path) -> None:
    reference = write_reference(tmp_path / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(reference)
    known, dossiers = load_reference(reference), at_random(random.Random(5), 120)
    moments = [name for name, kind in COLUMNS.items() if kind.startswith("timestamp")]
    table = pd.DataFrame(dossiers, dtype=object).astype(dict.fromkeys(moments, "datetime64[us]") | {"level": "Int8"})
    found = attain(relation(table), known, known.decision(ID), AS_OF)
    pd.testing.assert_frame_equal(found, attained(known, dossiers, AS_OF))


def test_a_target_of_ones_own_may_be_of_several_levels() -> None:
    both = dv.new_target("hai-muc", "dossiers_online", "0.5", levels=[3, 4])
    assert both.admitted == (3, 4)
    assert dv.new_target("moi-muc", "digitised", "0.5", levels="any").admitted is None
    assert dv.new_target("mot-muc", "paid_online", "0.5", levels=[4]).level == 4
