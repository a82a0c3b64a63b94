"""Figures from counts: the same as from the dossiers that were counted, none where the counts do not tell."""

import os
import random
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.counted import HEADINGS, count_lines, write_counts
from support.examples import relaxed
from support.folders import write_export, write_reference
from support.in_process import cleaning_in_this_process
from support.independent import Dossier, effective_level
from support.wider_decision import ALL_PROCEDURES, ALL_UNITS, AS_OF, MADE, at_random, count_wider, write_decision
from support.worked_example import CATALOGUE, DOSSIERS, FIGURES, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.measures.attainment import make_attainment
from analysis.measures.counted import read_counted
from analysis.measures.expressions import number_of
from analysis.measures.unmeasured import asked_of_counts
from analysis.reference.tables import Reference, load_reference
from analysis.storage.backends import connect, execute

TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))  # more examples, as tests/whole/test_campaign.py
BESIDE = {"paid-online", "digitised", "four-digitised"}  # of what exports tell beside dossiers, and no counts
_KEYS = ["target_id", "reading", "unit_code", "window", "month"]
Figures = dict[tuple[str, ...], tuple[int, int]]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return load_reference(write_reference(tmp_path_factory.mktemp("counted") / "reference", UNITS, CATALOGUE))


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = write_reference(tmp_path_factory.mktemp("wider") / "reference", ALL_UNITS, ALL_PROCEDURES)
    write_decision(folder)
    return load_reference(folder)


def figures(folder: Path, reference: Reference, as_of: date | None = None, decision: str = "") -> Figures:
    """Numerator and denominator by key, of what lies in the folder's ``raw``."""
    with cleaning_in_this_process():
        clean_exports(folder / "raw", reference, folder / "processed", folder / "work", jobs=1)
    table = make_attainment(folder / "processed", reference, decision, as_of.isoformat() if as_of else "")
    values = zip(table["numerator"].tolist(), table["denominator"].tolist(), strict=True)
    return dict(zip(table[_KEYS].itertuples(index=False, name=None), values, strict=True))


def unmeasured(folder: Path) -> dict[tuple[str, str, str], str]:
    rows = pd.read_csv(folder / "processed/unmeasured.csv", dtype=str)
    return {(row.target_id, row.reading, row.unit_code): row.lacking for row in rows.itertuples(index=False)}


def test_the_worked_example_comes_out_of_its_counts(reference: Reference, tmp_path: Path) -> None:
    write_counts(tmp_path / "raw/dem.csv", count_lines(DOSSIERS, date(2020, 7, 31)))
    found = figures(tmp_path, reference)
    assert {key: found[key] for key in FIGURES} == {key: figure[:2] for key, figure in FIGURES.items()}
    assert unmeasured(tmp_path) == {}


def counted(dossiers: list[Dossier], as_of: date) -> list[Dossier]:
    """Those that a line of counts can tell: of a procedure of the catalogue whose level is the same all month."""

    def levels(dossier: Dossier) -> set[int | None]:
        unit = next(unit for unit in ALL_UNITS if unit["unit_code"] == dossier["unit_code"])
        days = (dossier["received_at"].date().replace(day=day) for day in (1, 28))
        return {effective_level(ALL_PROCEDURES, dossier["procedure_code"], unit, day, None)[0] for day in days}

    return [one for one in dossiers if levels(one) == {one["level"]} and one["level"]]


@given(seed=st.randoms(use_true_random=False), size=st.integers(1, 40), until=st.sampled_from([6, 7, 12]))
@settings(relaxed, max_examples=3 * TIMES)
def test_dossiers_turned_into_counts_give_the_same_figures(
    wider: Reference, seed: random.Random, size: int, until: int
) -> None:
    as_of = {6: date(2020, 6, 30), 7: AS_OF, 12: date(2020, 12, 31)}[until]
    dossiers = counted([*MADE, *at_random(seed, size)], as_of)
    dossiers = [one for one in dossiers if one["received_at"].year == 2020]
    lines = count_lines(dossiers, as_of)
    seed.shuffle(lines)
    with tempfile.TemporaryDirectory() as name:
        write_counts(Path(name) / "raw/dem.csv", lines)
        found = figures(Path(name), wider, as_of, "2-qd-ubnd-2020")
        told = count_wider(dossiers, ALL_UNITS, ALL_PROCEDURES, as_of)
        lacking = {key[:2] for key in unmeasured(Path(name))}
        assert {key for key, figure in found.items() if key[:2] not in lacking and figure != told[key]} == set()
    assert {key for key in lacking if key[0] not in BESIDE} == {("on-time", "due"), ("four-on-time", "due")}
    assert {target for target, _ in lacking} >= BESIDE


def test_what_counts_do_not_tell_is_not_measured_and_never_nothing(wider: Reference, tmp_path: Path) -> None:
    dossiers = counted(MADE, AS_OF)
    columns = ["unit_code", "channel", "month", "received", "resolved"]
    write_counts(tmp_path / "raw/dem.csv", count_lines(dossiers, AS_OF, ("channel",)), columns)
    found = figures(tmp_path, wider, AS_OF, "2-qd-ubnd-2020")
    lacking = unmeasured(tmp_path)
    told = count_wider(dossiers, ALL_UNITS, ALL_PROCEDURES, AS_OF)
    whole = {key for key in found if key[0] == "any-dossiers"}
    assert {key for key in whole if found[key] != told[key]} == set()
    assert {key for key in found.keys() - whole if found[key] != (0, 0)} == set()
    assert not {key for key in lacking if key[0] == "any-dossiers"}
    assert {code: lacking["any-procedures", "default", code] for code in ("H45.18", "ALL")} == dict.fromkeys(
        ("H45.18", "ALL"), "procedure_code"
    )
    assert lacking["four-on-time", "default", "H45.18"] == "due_at, level"
    assert lacking["part-dossiers", "default", "TIER:district"] == "level"
    assert lacking["portal", "default", "H45.22"] == "source"


def test_a_reading_asks_of_counts_what_its_conditions_name(reference: Reference) -> None:
    decision = reference.decision("")
    asked = {
        (target.id, reading.id): set(asked_of_counts(target, reading))
        for target in decision.targets
        for reading in decision.readings_of(target)
    }
    assert asked["l3-dossiers", "default"] == {"channel", "completed_at|status", "level"}
    assert asked["l3-dossiers", "received"] == {"channel", "level"}
    assert asked["l4-interagency", "no_post"] == {"channel", "completed_at|status", "level", "applicant"}
    assert asked["l3-procedures", "default"] == {"procedure_code", "channel"}
    assert asked["l3-procedures", "any_channel"] == {"procedure_code"}
    assert asked["portal", "provincial_only"] == {"source"}


def test_a_column_costs_the_readings_that_ask_for_it_alone(reference: Reference, tmp_path: Path) -> None:
    lines = count_lines(DOSSIERS, date(2020, 7, 31), ("procedure_code", "applicant", "source"))
    write_counts(tmp_path / "raw/dem.csv", lines, [name for name in HEADINGS if name not in ("level", "channel")])
    found = figures(tmp_path, reference)
    lost = {key[:2] for key in unmeasured(tmp_path)}
    assert {target for target, _ in lost} == {key[0] for key in FIGURES} - {"portal"} | {"l4-interagency"}
    assert ("l3-procedures", "any_channel") not in lost
    for key, figure in FIGURES.items():
        assert found[key] == ((0, 0) if key[:2] in lost else figure[:2])


def test_rows_and_counts_of_other_months_are_counted_together(reference: Reference, tmp_path: Path) -> None:
    june = [one for one in DOSSIERS if one["received_at"].month == 6]
    july = [one for one in DOSSIERS if one["received_at"].month == 7]
    write_export(tmp_path / "raw/xuat-20200731.csv", july)
    write_counts(tmp_path / "raw/dem-20200731.csv", count_lines([*june, *june, *july[:1]], date(2020, 7, 31)))
    found = figures(tmp_path, reference)
    key = ("l3-dossiers", "default", "H45.18", "to_date", "2020-07")
    assert found[key] == (2, 5)  # June's two dossiers twice, and one of July that exports tell
    assert found[*key[:3], "month", "2020-07"] == (0, 1)


def test_a_month_that_the_as_of_day_cuts_is_not_counted(reference: Reference, tmp_path: Path) -> None:
    write_counts(tmp_path / "raw/dem.csv", count_lines(DOSSIERS, date(2020, 7, 31)))
    found = figures(tmp_path, reference, date(2020, 7, 30))
    assert found["portal", "default", "ALL", "to_date", "2020-07"] == (2, 2)  # June alone


def test_of_years_before_counts_are_taken_that_tell_everything(reference: Reference, tmp_path: Path) -> None:
    lines = count_lines(DOSSIERS, date(2020, 7, 31))
    before = [line | {"month": line["month"].replace("2020", "2019")} for line in lines]
    write_counts(tmp_path / "raw/nay.csv", lines)
    for name, left_out in (("a", "source"), ("b", "")):
        write_counts(tmp_path / "raw/truoc.csv", before, [column for column in HEADINGS if column != left_out])
        found = figures(tmp_path, reference)
        assert {key: found[key] for key in FIGURES} == {key: figure[:2] for key, figure in FIGURES.items()}
        assert unmeasured(tmp_path) == {}
        with connect() as backend:
            dossiers = read_counted(backend, tmp_path / "processed", reference.decision(""))
            assert execute(dossiers.aggregate(all=number_of(dossiers)))["all"].tolist() == [{"a": 6, "b": 12}[name]]
