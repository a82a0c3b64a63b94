"""What is missing on the portal, told by lists as people write them, is what plain loops find in the truth."""

import os
import random
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from support.folders import REFERENCE, write_reference
from support.listed import AS_OF, DAY, NUMBER, UNITS, Province, counted, make_province, write_portal, write_publication

from analysis.dossiers.further_files import FURTHER_FILES_COLUMNS
from analysis.duties import catalogue_files
from analysis.duties.catalogue import full_catalogue
from analysis.duties.catalogue_files import lines_of_rows
from analysis.duties.catalogue_levels import catalogue_levels
from analysis.duties.catalogue_lines import catalogue_lines
from analysis.duties.catalogue_on_portal import catalogue_on_portal, pairs
from analysis.duties.catalogue_placing import covered
from analysis.duties.catalogue_timeliness import catalogue_timeliness
from analysis.exports.reading import sha256
from analysis.language.texts import Language
from analysis.measures.attainment import attain
from analysis.reference.availability import load_service
from analysis.reference.tables import Reference, load_reference

SEEDS = range(1, 1 + 3 * int(os.environ.get("DVCTT_CAMPAIGN", "1")))
NONE_FILED = pd.DataFrame({"unit_code": ["?"], "procedure_key": ["?"], "dossiers": [0]}).head(0)
COUNTS = ["assigned", "on_portal", "both", "missing", "extra", "wrong_level", "unlevelled", "repealed_open", "aside"]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_files, "asked", lambda tasks, lookups, _: [task(lookups, b"") for task in tasks])


def tables_of(folder: Path, made: Province, **files: Any) -> tuple[dict[str, pd.DataFrame], Reference]:
    """The duty's tables of files that ``files`` write, each a function of its path."""
    reference = load_reference(write_reference(folder / "reference", UNITS, made.catalogue))
    (folder / "raw").mkdir()
    (folder / "processed").mkdir()
    rows = []
    for name, write in files.items():
        path = folder / "raw" / name.replace("_", ".")
        write(path)
        rows.append((path.name, sha256(path), "catalogue_list"))
    pd.DataFrame(rows, columns=FURTHER_FILES_COLUMNS).to_csv(folder / "processed/further_files.csv", index=False)
    decision, dossiers = reference.decision("", AS_OF), ibis.memtable(pd.DataFrame(made.dossiers))
    folders = (folder / "raw", folder / "processed")
    return full_catalogue(dossiers, folders, reference, decision, AS_OF, Language()), reference


@pytest.mark.parametrize("seed", SEEDS)
def test_each_count_is_that_of_an_independent_one(tmp_path: Path, seed: int) -> None:
    made = make_province(seed)
    tables, reference = tables_of(
        tmp_path,
        made,
        **{f"cong_{'csv' if seed % 3 else 'xlsx'}": lambda path: write_portal(made, path, seed)},
        qd_csv=lambda path: write_publication(made, path),
    )
    found, wanted = tables["catalogue_on_portal"].set_index("unit_code"), counted(made)
    assert {code for code in found.index if ":" not in code and code != "ALL"} == {*wanted}
    for unit, counts in wanted.items():
        row = found.loc[unit]
        assert {name: row[name] for name in COUNTS} == {name: counts[name] for name in COUNTS}, unit
        assert row["filed_not_offered"] == counts["filed_not_offered"], unit
        assert row["open_share"] == pytest.approx(counts["both"] / counts["assigned"])
        assert row["right_share"] == pytest.approx(counts["right"] / counts["assigned"])
        assert row["day"] == DAY.isoformat()
    assert {"missing", "wrong_level", "extra", "aside", "filed"} <= {*tables["catalogue_lines"]["problem"]}
    repealed = tables["catalogue_lines"]["problem"].isin(["repealed_open", "repealed_assigned"])
    assert {*tables["catalogue_lines"].loc[repealed, "decision"]} == {NUMBER}
    check_ledger(tables["catalogue_files"], made)
    check_groups(tables)
    check_verdicts(tables, made, reference)


def check_ledger(files: pd.DataFrame, made: Province) -> None:
    """Every line is used or refused with a reason."""
    assert (files["lines"] == files["used"] + files["refused"]).all()
    portal = files.set_index("role").loc["portal"]
    assert portal["lines"] == len(made.lines) + made.bad_codes
    doubtful = sum(len(line.levels) > 1 and not line.closed for line in made.lines)
    assert portal["reasons"] == f"bad_code: {made.bad_codes}" + (f"; unknown_level: {doubtful}" if doubtful else "")


def check_groups(tables: dict[str, pd.DataFrame]) -> None:
    """A group counts what its units' lines name, each procedure once."""
    rows, lines = tables["catalogue_on_portal"].set_index("unit_code"), tables["catalogue_lines"]
    assert (rows["both"] + rows["missing"] == rows["assigned"]).all()
    assert (
        (rows[["wrong_level", "unlevelled"]].sum(axis=1) <= rows["both"]).loc[~rows.index.str.contains(":|ALL")].all()
    )
    for problem in ("wrong_level", "aside", "repealed_open"):
        own = lines.loc[lines["problem"] == problem, "procedure_code"].str[:8]
        wanted = own.nunique() if problem != "wrong_level" else rows.loc["ALL", "wrong_level"]
        assert rows.loc["ALL", problem] == wanted


def check_verdicts(tables: dict[str, pd.DataFrame], made: Province, reference: Reference) -> None:
    """With what is assigned as the base the verdicts are those of the targets; another base has its own size."""
    verdicts, rows = tables["catalogue_verdicts"], tables["catalogue_on_portal"].set_index("unit_code")
    whole = attain(ibis.memtable(pd.DataFrame(made.dossiers)), reference, reference.decision("", AS_OF), AS_OF)
    usual = whole[(whole["window"] == "to_date") & (whole["month"] == "2020-09") & (whole["reading"] == "default")]
    keys = ["target_id", "unit_code"]
    own = verdicts[verdicts["base"] == "assigned"]
    if not rows.loc["ALL", "not_listed"]:
        assert len(own) == len(usual[usual["measure"] == "procedures_online"])
    both = own[~own["unit_code"].str.contains(":|ALL")].merge(usual, on=keys, suffixes=("", "_usual"))
    for name in ("numerator", "denominator", "status", "shortfall"):
        assert (both[name] == both[f"{name}_usual"]).all()
    of_both = verdicts[verdicts["base"] == "both"].merge(own, on=keys, suffixes=("", "_assigned"))
    assert (of_both["denominator"] <= of_both["denominator_assigned"]).all()
    assert (of_both["numerator"] <= of_both["numerator_assigned"]).all()


def test_the_order_of_lines_and_files_is_irrelevant(tmp_path: Path) -> None:
    made = make_province(5)
    lines = [line for line in made.lines if len(line.levels) < 2]
    rows = [
        listed(line.code, level=line.levels[0] if line.levels else None, tier=line.tier, named=line.units)
        for line in lines
    ]
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, made.catalogue))
    first = of_rows(rows, reference)
    random.Random(1).shuffle(rows)
    for name, table in of_rows(rows, reference).items():
        pd.testing.assert_frame_equal(table, first[name])


def listed(code: str, **other: Any) -> dict[str, Any]:
    """A line of the portal's list of ``DAY``."""
    usual = {
        **{"role": "portal", "state": "open", "day": DAY, "procedure_code": code, "procedure_key": code},
        **{"procedure_name": "", "tier": "commune", "named": (), "level": 3, "decision": ""},
        **{"decided_at": None, "effective_at": None, "published_at": None},
    }
    return usual | other


def of_rows(rows: list[dict[str, Any]], reference: Reference) -> dict[str, pd.DataFrame]:
    """The tables that no dossier is needed for."""
    lines = lines_of_rows(rows)
    found = pairs(lines, reference, AS_OF)
    return {
        "catalogue_on_portal": catalogue_on_portal(found, covered(lines, reference), NONE_FILED, reference),
        "catalogue_lines": catalogue_lines(found, NONE_FILED, reference),
        "catalogue_levels": catalogue_levels(lines, reference, date(2020, 1, 1), AS_OF),
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """A commune's procedures of level 3, of which one came to an end."""
    usual = {"procedure_code": "", "procedure_name": "Khai sinh", "field": "x", "tier": "commune", "unit_code": ""}
    usual |= {"level": "3", "valid_from": "2020-01-01"}
    catalogue = [
        usual | {"procedure_code": code, "valid_to": end}
        for code, end in (("1.000001", ""), ("1.000002", "2020-05-01"), ("1.000003", ""))
    ]
    return load_reference(write_reference(tmp_path_factory.mktemp("small") / "reference", UNITS, catalogue))


def test_a_unit_goes_by_its_latest_list_and_undated_ones_by_the_as_of_day(small: Reference) -> None:
    rows = [listed("1.000003", day=date(2020, 4, 1)), listed("1.000002", day=date(2020, 4, 1)), listed("1.000001")]
    found = of_rows(rows, small)["catalogue_on_portal"].set_index("unit_code").loc["H45.22.01"]
    assert (found["assigned"], found["on_portal"], found["missing"], found["extra"]) == (2, 1, 1, 0)
    before = of_rows(rows[:2], small)["catalogue_on_portal"].set_index("unit_code").loc["H45.22.01"]
    assert (before["day"], before["assigned"], before["missing"]) == ("2020-04-01", 3, 1)
    undated = of_rows([listed("1.000001", day=None)], small)["catalogue_on_portal"].set_index("unit_code")
    assert (undated.loc["H45.22.01", "day"], undated.loc["H45.22.01", "assigned"]) == ("", 2)


def test_a_list_without_levels_measures_no_level(small: Reference) -> None:
    found = of_rows([listed("1.000001", level=None), listed("1.000003", level=None)], small)
    own = found["catalogue_on_portal"].set_index("unit_code").loc["H45.22.01"]
    assert (own["open_share"], own["unlevelled"], own["wrong_level"]) == (1, 2, 0)
    assert pd.isna(own["right_share"])


def test_what_belongs_to_nobody_counts_for_the_province_alone(small: Reference) -> None:
    found = of_rows([listed("1.000001"), listed("2.999999", tier="")], small)
    rows = found["catalogue_on_portal"].set_index("unit_code")
    assert (rows.loc["ALL", "extra"], rows.loc["TIER:commune", "extra"]) == (1, 0)
    lines = found["catalogue_lines"]
    assert lines.loc[lines["procedure_code"] == "2.999999", "unit_code"].tolist() == [""]


@pytest.mark.parametrize(
    ("decided", "effective", "lists", "verdicts"),
    [
        ("2020-08-10", "2020-08-17", {"2020-08-17": True}, ("in_time", "in_time", "in_time")),
        ("2020-08-11", "2020-08-17", {"2020-08-17": True}, ("late", "in_time", "late")),
        ("2020-08-08", "2020-08-17", {"2020-08-14": True}, ("in_time", "in_time", "in_time")),  # a Saturday
        ("2020-08-10", "2020-08-17", {"2020-08-18": True}, ("in_time", "unknown", "unknown")),
        ("2020-08-10", "2020-08-17", {"2020-08-18": False, "2020-09-01": True}, ("in_time", "late", "late")),
        ("2020-08-10", None, {"2020-08-17": True}, ("unknown", "in_time", "unknown")),
        ("2020-08-10", "2020-08-17", {"2020-08-18": False}, ("in_time", "late", "late")),
        ("2020-08-10", "2020-08-17", {"2020-08-17": False}, ("in_time", "unknown", "unknown")),
    ],
)
def test_what_is_in_time_goes_by_working_days(
    small: Reference, decided: str, effective: str | None, lists: dict[str, bool], verdicts: tuple[str]
) -> None:
    days = {
        name: day and date.fromisoformat(day) for name, day in (("decided_at", decided), ("effective_at", effective))
    }
    rows = [listed("1.000001", role="publication", day=None, level=None, decision=NUMBER, **days)]
    for day, has in lists.items():
        rows += [listed("1.000003", day=date.fromisoformat(day))]
        rows += [listed("1.000001", day=date.fromisoformat(day))] if has else []
    office = load_service(REFERENCE).office
    (found,) = catalogue_timeliness(lines_of_rows(rows), small, office).itertuples(index=False)
    assert (found.published, found.shown, found.verdict) == verdicts
    assert found.decision == NUMBER


@pytest.mark.parametrize(("told", "shown"), [("2020-08-17", "in_time"), ("2020-08-18", "late")])
def test_the_portals_own_day_of_publishing_goes_before_its_lists(small: Reference, told: str, shown: str) -> None:
    decided = listed("1.000001", role="publication", day=None, decided_at=date(2020, 8, 10), decision=NUMBER)
    lines = lines_of_rows([decided, listed("1.000001", published_at=date.fromisoformat(told))])
    (found,) = catalogue_timeliness(lines, small, load_service(REFERENCE).office).itertuples(index=False)
    assert (found.seen_at, found.shown) == (told, shown)


def test_changes_of_level_are_told_by_month_of_catalogue_and_lists(small: Reference) -> None:
    rows = [
        listed("1.000001", day=date(2020, month, 1), level=level) for month, level in ((3, 2), (4, 2), (5, 3), (9, 2))
    ]
    found = of_rows(rows, small)["catalogue_levels"]
    assert found.to_dict("list") == {
        **{"source": ["portal", "portal"], "month": ["2020-05", "2020-09"], "tier": ["commune", "commune"]},
        **{"raised": [1, 0], "lowered": [0, 1]},
    }


def test_a_list_that_says_nothing_of_itself_is_told_and_not_used(tmp_path: Path) -> None:
    made = make_province(1)
    bare = "Mã TTHC,Tên TTHC,Lĩnh vực\n1.001190,A,Đất đai\n"
    tables, _ = tables_of(tmp_path, made, abc_csv=lambda path: path.write_text(bare, encoding="utf-8"))
    (line,) = tables["catalogue_files"].itertuples(index=False)
    assert (line.role, line.lines, line.used, line.refused) == ("", 1, 0, 1)
    assert "Cổng dịch vụ công" in line.problem
    assert tables["catalogue_on_portal"].empty


def test_what_a_list_says_in_words_can_harm_nobody(tmp_path: Path) -> None:
    """Formulas, a number of a telephone in a name, free text in the column of decisions."""
    made = make_province(1)
    text = (
        "Danh sách trên Cổng,,,\nMã TTHC,Tên TTHC,Cấp thực hiện,Quyết định số\n"
        '2.999999,"=HYPERLINK(""x"") gọi 0912345678",Cấp xã,Bà Nguyễn Thị Hoa\n'
    )
    tables, _ = tables_of(tmp_path, made, ds_csv=lambda path: path.write_text(text, encoding="utf-8"))
    (line,) = tables["catalogue_lines"].query("problem == 'extra'").drop_duplicates("procedure_code").itertuples()
    assert line.procedure_name.startswith("'=")
    everything = "".join(table.to_csv() for table in tables.values())
    assert not any(words in everything for words in ("0912345678", "Nguyễn"))


def test_without_lists_every_table_has_its_columns_and_no_row(tmp_path: Path) -> None:
    tables, _ = tables_of(tmp_path, make_province(1))
    assert all(table.empty and len(table.columns) for table in tables.values())
