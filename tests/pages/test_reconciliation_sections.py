"""What a page says of units' reports: what agrees, which way of counting explains the rest, what nothing does."""

import html
import re
from dataclasses import replace
from datetime import date

import ibis
import pandas as pd
import pytest
from support.small_report import dossiers, small_report

from analysis.duties.reconciliation import (
    FILES_COLUMNS,
    RECONCILIATION_COLUMNS,
    REFUSED_COLUMNS,
    SUMS_COLUMNS,
    reports_against_rows,
)
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.pages.reconciliation_sections import reconciliation
from analysis.presentation.reconciliation import period

EN, VI = Language("en"), Language()


def with_reports(language: Language) -> Report:
    """Two units' reports of September: one withdrawn rule, one odd total, one figure that is too little to be told."""
    report = small_report(date(2020, 9, 30), language)
    first, second = list(report.reference.units["unit_code"])[:2]
    days = ("2020-09-01", "2020-09-30")
    cells = [
        (first, report.names[first], *days, "received_online", 130, 120, 10, "withdrawn", "explained", "a.xlsx"),
        (first, report.names[first], *days, "carried_over", 7, 7, 0, "", "equal", "a.xlsx"),
        (second, report.names[second], *days, "received_online", 99, 66, 33, "", "unexplained", "a.xlsx"),
        (second, report.names[second], *days, "settled_late", 9, 3, 6, "", "unexplained", "a.xlsx"),
    ]
    sums = [("", "", "", "", "received_total", 500, 470, "a.xlsx")]
    files = [
        ("a.xlsx", 9, 6, 1, 2, 2, "", ""),
        ("b.xlsx", 0, 0, 0, 0, 0, "a.xlsx", ""),
        ("c.csv", 0, 0, 0, 0, 0, "", "x"),
    ]
    refused = [("a.xlsx", "s", 12, "", "unknown_unit"), ("a.xlsx", "s", 14, "", "unknown_unit")]
    tables = {
        "reconciliation": pd.DataFrame(cells, columns=RECONCILIATION_COLUMNS),
        "reconciliation_sums": pd.DataFrame(sums, columns=SUMS_COLUMNS),
        "unit_report_files": pd.DataFrame(files, columns=FILES_COLUMNS),
        "unit_report_refused": pd.DataFrame(refused, columns=REFUSED_COLUMNS),
    }
    return replace(report, duties=report.duties | tables)


def told(report: Report, unit: str = "ALL") -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", reconciliation(report, unit).html))).strip()


def test_what_decides_stands_first() -> None:
    words = told(with_reports(EN))
    assert words.startswith("In 2 reports of 2 units 1 of 4 figures (25.0%) are as the portal's rows have them.")
    assert "Of the 3 that differ another way of counting explains 1 (33.3%); nothing explains 2." in words
    assert "against the province's own: withdrawn dossiers are counted (units: 1)." in words
    assert "Totals in the reports that their parts do not add up to: 1." in words
    assert "Received online 99 66" in words
    assert "Settled late 9 not told" in words  # three dossiers are few people
    assert "All rows In hand: received and carried over 500 470" in words
    assert "a.xlsx: 2 rows name no unit that is known (rows 12, 14)." in words
    assert "b.xlsx: a copy of a.xlsx, counted once." in words
    assert "c.csv: x" in words


def test_a_units_own_notebook_tells_of_it_alone() -> None:
    report = with_reports(EN)
    first, second = list(report.reference.units["unit_code"])[:2]
    assert "nothing explains 0" in told(report, first)
    assert "All rows" not in told(report, second)
    assert "withdrawn" not in told(report, second)


@pytest.mark.parametrize("language", [VI, EN])
def test_without_reports_one_line_says_which_file_it_needs(language: Language) -> None:
    report = small_report(date(2020, 9, 30), language)
    tables = reports_against_rows(ibis.memtable(dossiers()), [], report.reference, report.as_of, language)
    words = told(replace(report, duties=tables))
    assert "II.06/VPCP" in words
    assert "data/raw" in words
    assert words.count(". ") == 0


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2020-09-01", "2020-09-30", "September 2020"),
        ("2020-07-01", "2020-09-30", "1 Jul 2020 – 30 Sep 2020"),
        ("2020-08-15", "2020-09-14", "15 Aug 2020 – 14 Sep 2020"),
        ("", "", ""),
    ],
)
def test_a_period_is_a_month_or_its_days(start: str, end: str, words: str) -> None:
    assert period(start, end, EN) == words
