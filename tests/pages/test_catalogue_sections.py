"""What a page says of the catalogue on the portal: what decides first, the line to mend, no count of a procedure."""

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from support.small_report import HOSTILE, SHOWN, UNITS, code_of, dossiers, small_report

from analysis.duties.catalogue import compared
from analysis.duties.catalogue_files import CATALOGUE_FILES_COLUMNS, Listings, lines_of_rows
from analysis.findings.catalogue import by_base, filed, mends
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.pages.catalogue_sections import on_portal, procedures, verdicts
from analysis.reference.columns import read_table
from analysis.reference.keys import procedure_key
from analysis.storage.writing import write_csv

DAY, NUMBER = date(2020, 9, 28), "1234/QĐ-UBND"


def line(number: int, tier: str, level: int | None = 3, **other: Any) -> dict[str, Any]:
    """A line of the portal's list for one of the report's procedures."""
    code = code_of(number)
    return {
        **{"role": "portal", "state": "open", "day": DAY, "procedure_code": code, "procedure_name": HOSTILE},
        **{"procedure_key": procedure_key(code), "tier": tier, "named": (), "level": level, "decision": ""},
        **{"decided_at": None, "effective_at": None, "published_at": None},
    } | other


# Of the department's three procedures one is missing and one of a lower level; of the district's two one was repealed
# and one is missing; the commune's is of a lower level; one is not in the catalogue.
LINES = [
    *(line(1, "province"), line(3, "province", 3), line(4, "district"), line(6, "commune"), line(9, "commune")),
    line(4, "district", None, role="publication", state="closed", day=None, decision=NUMBER),
]
UNUSED = ("la.csv", "", "", "", "", 3, 0, 3, "", "nói rõ là của ai")
REFUSED = ("cong.csv", "", "portal", "2020-09-28", "", 9, 7, 2, "bad_code: 2", "")


def with_lists(folder: Path, rows: list[dict[str, Any]], language: Language) -> Report:
    """A report whose tables went through files, as a run's do."""
    report = small_report(date(2020, 9, 30), language)
    listings = Listings(lines_of_rows(rows), pd.DataFrame([UNUSED, REFUSED], columns=CATALOGUE_FILES_COLUMNS))
    frame = dossiers().assign(tier=lambda own: own["unit_code"].map({one["unit_code"]: one["tier"] for one in UNITS}))
    tables = compared(listings, ibis.memtable(frame), report.reference, report.decision, report.as_of)
    tables["catalogue_files"] = listings.files if rows else listings.files.head(0)
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    return replace(report, duties=report.duties | {name: read_table(folder / f"{name}.csv") for name in tables})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """With ``LINES``, in English."""
    return with_lists(tmp_path_factory.mktemp("listed"), LINES, Language("en"))


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def test_what_decides_stands_first(report: Report) -> None:
    told = words_of(on_portal(report).html)
    assert told.startswith("On 28 Sep 2020 4 of 6 procedures of the catalogue (66.7%) were open on the portal; 2 were")
    assert "At the catalogue's level or above: 33.3%. A lower level: 2 procedures" in told
    assert "Open though a decision repealed them: 1 procedures; open and not in the catalogue: 1." in told
    assert "1 units have no line in the portal's lists" in told
    assert "la.csv: nói rõ là của ai" in told
    assert "cong.csv: 2 of 9 lines are of no use (codes that nobody can read: 2)." in told
    assert "Sở Xây dựng 3 66.7% 1 1 0 0" in told
    assert re.search(r"2 units of the same counts: \S.* 1 100.0% 0 1 0 1", told)
    assert told.index("by tier") < told.index("Where most is to be mended") < told.index("What was not used")


def test_each_procedure_says_what_to_do_with_the_decisions_number(report: Report) -> None:
    shown = procedures(report).html
    assert HOSTILE not in shown
    told = words_of(shown)
    assert SHOWN in told
    heads = ("Not on the portal: 2 procedures", "Lower level on the portal: 2", "Repealed but open: 1")
    assert [told.index(head) for head in heads] == sorted(told.index(head) for head in heads)
    assert "Gia hạn Sở Xây dựng Open it on the portal at level 3." in told
    assert "Thu hồi Sở Xây dựng Raise it from level 3 to level 4." in told
    assert f"Close it on the portal. Decision {NUMBER}." in told
    assert [one.problem for one in mends(report, "H45.22.01")] == ["wrong_level", "extra"]


def test_a_verdict_that_turns_with_the_base_is_told(report: Report) -> None:
    level3, level4 = by_base(report)
    assert {base: (row.numerator, row.denominator) for base, row in level3.figures.items()} == {
        **{"assigned": (3, 4), "portal": (4, 5), "both": (2, 2)},
    }
    assert {base: row.denominator for base, row in level4.figures.items()} == {"assigned": 2, "portal": 0, "both": 2}
    assert "3/4 (75.0%)" in words_of(verdicts(report).html)


def test_a_few_dossiers_are_not_told_and_no_line_counts_any(report: Report) -> None:
    rows = report.duties["catalogue_on_portal"]
    for count, told in ((4, None), (5, 5)):
        own = rows.assign(filed_not_offered=count)
        assert filed(replace(report, duties=report.duties | {"catalogue_on_portal": own})) == told
    lines = report.duties["catalogue_lines"]
    one = lines.iloc[[0]].assign(problem="filed", dossiers=7341)
    with_filed = replace(report, duties=report.duties | {"catalogue_lines": pd.concat([lines, one])})
    assert procedures(with_filed).html == procedures(report).html


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_a_list_one_line_says_which_file_it_needs(tmp_path: Path, lang: str) -> None:
    report = with_lists(tmp_path, [], Language(lang))
    told = words_of(on_portal(report).html)
    assert "data/raw" in told
    assert "Mã TTHC" in told
    assert told.count(".") == 1
    assert verdicts(report).html.count("<p>") == procedures(report).html.count("<p>") == 1


def test_a_list_without_levels_says_that_nothing_can_be_said_of_them(tmp_path: Path) -> None:
    rows = [row | {"level": None} for row in LINES]
    told = words_of(on_portal(with_lists(tmp_path, rows, Language())).html)
    assert "Danh sách của Cổng không ghi mức độ nên chưa thể nói mức độ đúng hay sai." in told
