"""Sample exports of another seed: every row of every table agrees with an independent count of the sample's truth."""

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from support.folders import REFERENCE, read_csv
from support.independent import count_attainment, effective_level
from support.worked_example import PERIOD

from analysis.dossiers.further_files import Further
from analysis.dossiers.stage import clean_exports
from analysis.duties.reconciliation import reports_against_rows
from analysis.language.texts import Language
from analysis.measures.attainment import make_attainment
from analysis.reference.tables import load_reference
from analysis.sample import Truth, write_sample
from analysis.sample.province import read_province
from analysis.sample.unit_reports import FILE, LAST, write_unit_reports

pytestmark = pytest.mark.slow

DECISION = REFERENCE / "decisions/766-qd-ubnd-2020.toml"
TARGETS = tomllib.loads(DECISION.read_text(encoding="utf-8"))["targets"]
UNITS, CATALOGUE = read_csv(REFERENCE / "units.csv"), read_csv(REFERENCE / "catalogue.csv")
REPORTING = [unit for unit in UNITS if unit["tier"] != "commune"]
# What the sample calls its kinds of file, as files.csv says it.
FORMATS = {"html": "html", "xlsx": "xlsx", "xls": "xls"}
ENCODINGS = {"cp1258": "windows-1258"}


# Dossiers, seed, share of rows with a fault, as-of days ("": the one that is found).
SAMPLES = {"small": (2500, 20261, 0.02, ("", "2020-09-30", "2020-02-11")), "larger": (6000, 77, 0.004, ("",))}


@dataclass(frozen=True)
class Made:
    """A sample's truth, the folder with what became of it, and the days on which it is counted."""

    truth: Truth
    processed: Path
    days: tuple[str, ...]


@pytest.fixture(scope="module", params=SAMPLES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    dossiers, seed, faults, days = SAMPLES[request.param]
    folder = tmp_path_factory.mktemp("sample")
    truth = write_sample(folder / "raw", REFERENCE, dossiers, seed, faults=faults, broken=True)
    clean_exports(folder / "raw", load_reference(REFERENCE), folder / "processed", folder / "work", jobs=2)
    return Made(truth, folder / "processed", days)


def test_every_reason_and_fate_comes_about(made: Made) -> None:
    fates = Counter(made.truth.rows["fate"])
    assert len(fates) == 2 + 8, "else the tests below show less than they say"
    assert made.truth.files["quarantined"].any()


def test_rejects_are_the_truths_rows(made: Made) -> None:
    wrong = made.truth.rows[~made.truth.rows["fate"].isin(["accepted", "superseded"])]
    expected = Counter(zip(wrong["file"], wrong["sheet"], wrong["row"].astype(str), wrong["fate"], strict=True))
    rejects = read_csv(made.processed / "rejects.csv")
    found = Counter((line["file"], line["sheet"], line["row"], line["reason"]) for line in rejects)
    assert list((found - expected).items())[:5] == []
    assert list((expected - found).items())[:5] == []


def test_files_are_the_truths_files(made: Made) -> None:
    found = {line["file"]: line for line in read_csv(made.processed / "files.csv")}
    assert found.keys() == set(made.truth.files["file"])
    for line in made.truth.files.to_dict("records"):
        ours = found[line["file"]]
        assert (ours["status"] == "quarantined") == line["quarantined"], line["file"]
        if line["quarantined"]:
            assert ours["reason"]
            continue
        counts = ("read", "accepted", "rejected", "superseded")
        assert {name: int(ours[name]) for name in counts} == {name: line[name] for name in counts}, line["file"]
        assert int(ours["skipped_lines"]) == line["skipped_lines"] + line["blank_lines"], line["file"]
        assert ours["export_date"] == line["export_date"], line["file"]
        assert ours["format"] == FORMATS.get(line["format"], "csv"), line["file"]
        assert ours["encoding"] == ENCODINGS.get(line["encoding"], line["encoding"]), line["file"]
        assert len(ours["sha256"]) == 64


def test_dossiers_are_the_truths_accepted_rows(made: Made) -> None:
    names = ["file", "row", "unit_code", "tier", "channel", "applicant", "source", "status"]
    moments = ["received_at", "due_at", "completed_at"]
    found = pd.read_parquet(made.processed / "dossiers.parquet")
    assert found["dossier_key"].is_unique
    expected = made.truth.rows[made.truth.rows["fate"] == "accepted"]
    assert _lines(found, names, moments) == _lines(expected, names, moments)
    levels = sorted(
        (found["file"] + found["row"].astype(str) + found["unit_code"]).tolist()
    )  # the sheets' rows may be alike: told apart by the unit
    assert len(levels) == len(expected)
    ours = Counter(
        zip(found["file"], found["row"], found["level"].fillna(0), found["level_source"].fillna(""), strict=True)
    )
    truths = Counter(
        (row["file"], row["row"], row["level"] or 0, row["level_source"] or "") for row in _accepted(made.truth)
    )
    assert ours == truths


def test_every_figure_of_the_attainment_is_the_independent_count(made: Made) -> None:
    for as_of in made.days:
        make_attainment(made.processed, load_reference(REFERENCE), as_of=as_of)
        dossiers = _accepted(made.truth)
        latest = max(
            moment.date() for row in dossiers for moment in (row["received_at"], row["completed_at"]) if moment
        )
        day = date.fromisoformat(as_of) if as_of else latest
        expected = count_attainment(dossiers, UNITS, CATALOGUE, TARGETS, PERIOD, day)
        rows = read_csv(made.processed / "attainment.csv")
        assert len(rows) == len(expected)
        for row in rows:
            key = (row["target_id"], row["reading"], row["unit_code"], row["window"], row["month"])
            figure = int(row["numerator"]), int(row["denominator"]), int(row["shortfall"]), row["status"]
            assert figure == expected[key], as_of
        _check_columns(rows, day)


def test_the_quality_section_counts_blank_channels_and_level_disagreements(made: Made) -> None:
    counts = {line["check"]: int(line["count"]) for line in read_csv(made.processed / "quality.csv")}
    accepted = _accepted(made.truth)
    assert counts["blank_channel"] == sum(row["blank_channel"] for row in accepted) > 0
    disagree = [
        row
        for row in accepted
        if row["level_source"] == "catalogue" and row["own_level"] not in ("", str(row["level"]))
    ]
    assert counts["level_disagreement"] == len(disagree) > 0


def test_the_sample_is_marked_as_made_up(made: Made) -> None:
    assert json.loads((made.processed / "clean.json").read_text(encoding="utf-8"))["synthetic"] is True


def _accepted(truth: Truth) -> list[dict[str, Any]]:
    """The accepted rows as the independent count takes them, with the level that the catalogue gives."""
    units = {unit["unit_code"]: unit for unit in UNITS}
    by_code: dict[str, list[dict[str, str]]] = {}
    for offer in CATALOGUE:
        by_code.setdefault(offer["procedure_code"], []).append(offer)
    rows = []
    for row in truth.rows[truth.rows["fate"] == "accepted"].to_dict("records"):
        offers = by_code.get(row["procedure_code"], [])
        own = int(row["own_level"]) if row["own_level"] else None
        received = row["received_at"].to_pydatetime()
        level, source = effective_level(offers, row["procedure_code"], units[row["unit_code"]], received.date(), own)
        completed = None if pd.isna(row["completed_at"]) else row["completed_at"].to_pydatetime()
        rows.append({**row, "level": level, "level_source": source, "received_at": received, "completed_at": completed})
    return rows


def _lines(table: pd.DataFrame, names: list[str], moments: list[str]) -> Counter[tuple[str, ...]]:
    """A table's rows as comparable texts; unknown is "" on both sides."""
    texts = table[names].astype("object").where(table[names].notna(), "").astype("str")
    days = table[moments].apply(lambda column: column.dt.strftime("%Y-%m-%d %H:%M:%S").fillna(""))
    return Counter(pd.concat([texts, days], axis=1).itertuples(index=False, name=None))


def _check_columns(rows: list[dict[str, str]], as_of: date) -> None:
    """What beside the counts stands in attainment.csv (contract §5), and the order of its rows."""
    columns = "decision target_id measure level scope reading unit_code unit_name tier window month as_of "
    assert list(rows[0]) == (columns + "numerator denominator value minimum gap shortfall status").split()
    keys = [tuple(row[name] for name in ("target_id", "reading", "unit_code", "window", "month")) for row in rows]
    assert keys == sorted(keys)
    targets = {target["id"]: target for target in TARGETS}
    units = {unit["unit_code"]: unit for unit in UNITS}
    for row in rows:
        target = targets[row["target_id"]]
        assert row["decision"] == "766-qd-ubnd-2020"
        assert row["as_of"] == as_of.isoformat()
        assert (row["measure"], row["scope"]) == (target["measure"], target["scope"])
        assert row["level"] == str(target.get("level", ""))
        assert float(row["minimum"]) == float(target["minimum"])
        if row["denominator"] == "0":
            assert row["value"] == row["gap"] == ""
        else:
            value = int(row["numerator"]) / int(row["denominator"])
            assert float(row["value"]) == pytest.approx(value, abs=5e-7)
            assert float(row["gap"]) == pytest.approx(value - float(target["minimum"]), abs=1e-6)
            assert len(row["value"].partition(".")[2]) >= 6
        code = row["unit_code"]
        if code in units:
            assert (row["unit_name"], row["tier"]) == (units[code]["unit_name"], units[code]["tier"])
        else:
            tier = "" if code == "ALL" else "district" if code.startswith("AREA:") else code.removeprefix("TIER:")
            assert row["tier"] == tier
            assert row["unit_name"]


def test_the_units_report_differs_from_the_count_only_where_that_was_planted(made: Made, tmp_path: Path) -> None:
    """The rule that was planted is named where it shows, and no other."""
    planted = write_unit_reports(tmp_path, made.truth.rows, read_province(REFERENCE), np.random.default_rng(5))
    path = tmp_path / f"{FILE}.xlsx"
    reference = load_reference(REFERENCE)
    dossiers = ibis.read_parquet(made.processed / "dossiers.parquet")
    found = reports_against_rows(dossiers, [Further(path, path.name, "")], reference, LAST.date(), Language())
    (ledger,) = found["unit_report_files"].to_dict("records")
    assert (ledger["reports"], ledger["refused"], ledger["problem"]) == (len(REPORTING), 0, "")
    table = found["reconciliation"]
    assert len(table) == 11 * len(REPORTING)
    differing = table[table["status"] != "equal"]
    rules = dict.fromkeys(planted.withdrawn, "withdrawn") | dict.fromkeys(planted.fifteenth, "fifteenth")
    typed = {
        *planted.mistyped,
        *((unit, cell) for unit in planted.wrong_sum for cell in ("settled_total", "open_total")),
    }
    for row in differing.itertuples():
        assert row.unit_code in rules or (row.unit_code, row.cell) in typed, row
        assert row.rule in ("", rules.get(row.unit_code, ""))
    assert typed <= set(zip(differing["unit_code"], differing["cell"], strict=True))
    assert {*planted.wrong_sum, *(unit for unit, _ in planted.mistyped)} <= set(
        found["reconciliation_sums"]["unit_code"]
    )
