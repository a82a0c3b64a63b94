"""What became of the asks, whom a change speaks of and in which order; hostile names stay names."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import ibis
import pandas as pd
import pytest
from markupsafe import escape
from support.small_report import AREA, DEPARTMENT, DISTRICT, HOSTILE, OTHER, SHOWN, dossiers, small_report

from analysis.findings.changes import MOVERS, changes, changes_of, standing
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.outlook.before import Before
from analysis.outlook.changes import DONE, NOT_DONE, PARTLY, REAL
from analysis.outlook.changes import changes as changes_table
from analysis.outlook.closers import ALL_ONLINE, KEEP, PEERS, VIA_PORTAL
from analysis.outlook.stage import to_date
from analysis.pages import change_sections

JUNE, SEPTEMBER = date(2020, 6, 30), date(2020, 9, 30)
ASKED = {  # in June, of units that then missed the target
    (DEPARTMENT, "l3-dossiers"): (PEERS, "1.000001|1.000002"),
    (DISTRICT, "l4-dossiers"): (KEEP, ""),
    (OTHER, "l3-dossiers"): (ALL_ONLINE, ""),
    (DEPARTMENT, "portal"): (VIA_PORTAL, "1.000001"),
}


def compared(language: Language = Language()) -> Report:
    """The September of the small province against its June, with what was asked then."""
    june = small_report(JUNE)
    report = small_report(SEPTEMBER, language)
    rows = standing(june)
    keys = list(zip(rows["unit_code"], rows["target_id"], strict=True))
    rows = rows.assign(
        ask=[ASKED.get(key, ("", ""))[0] for key in keys], ask_named=[ASKED.get(key, ("", ""))[1] for key in keys]
    )
    told = pd.DataFrame({"unit_code": DEPARTMENT, "procedure_key": ["1.000001", "1.000002"], "told_online": [9, 0]})
    before = Before("2020-06", JUNE, rows, told, june.decision, june.reference.catalogue)
    known = (to_date(report.attainment), report.outlook["procedures"], ibis.memtable(_levelled()), report.reference)
    table = changes_table(*known, report.decision, SEPTEMBER, before)
    return replace(report, outlook=report.outlook | {"changes": table})


def _levelled() -> pd.DataFrame:
    return dossiers().assign(tier="", level_source="catalogue")


@pytest.fixture(scope="module")
def report() -> Report:
    return compared()


def test_procedures_that_were_named_are_counted_as_far_as_it_is_told(report: Report) -> None:
    [asked] = [one for one in changes_of(report, [DEPARTMENT]) if one.ask == PEERS]
    # Of the first 15 online dossiers are told, 9 were then; of the second nothing is told any more.
    assert (asked.wanted, asked.done, asked.outcome) == (2, 1, PARTLY)


def test_what_cannot_be_counted_goes_by_what_is_missing(report: Report) -> None:
    [asked] = [one for one in changes_of(report, [OTHER]) if one.ask]
    assert (asked.wanted, asked.done, asked.outcome) == (None, None, NOT_DONE)
    [portal] = [one for one in changes_of(report, [DEPARTMENT]) if one.ask == VIA_PORTAL]
    assert (portal.wanted, portal.outcome) == (None, DONE), "every dossier came through the portal"


def test_to_keep_on_is_no_ask(report: Report) -> None:
    assert not [one for one in changes_of(report, [DISTRICT]) if one.ask or one.outcome]


def test_the_province_comes_first_then_groups_then_units(report: Report) -> None:
    found = changes(report)
    assert found is not None
    codes = [one.figure.unit_code for one in found.turned]
    kinds = [(code != "ALL") + (":" not in code and code != "ALL") for code in codes]
    assert kinds == sorted(kinds)
    assert {DEPARTMENT, "TIER:province"} <= set(codes)


def test_movers_are_units_with_enough_to_count_the_widest_first(report: Report) -> None:
    found = changes(report)
    assert found is not None
    sizes = [abs(one.size) for one in found.movers]
    assert 0 < len(sizes) <= MOVERS
    assert sizes == sorted(sizes, reverse=True)
    assert all(min(one.then[1], one.figure.denominator) >= 10 and one.cause == REAL for one in found.movers)


def test_a_name_that_means_harm_stays_a_name(report: Report) -> None:
    html = change_sections.changes(report, [OTHER, AREA]).html
    assert escape(f"Huyện {SHOWN}") in html
    assert "<script" not in html
    assert HOSTILE not in html


def test_in_english_too() -> None:
    words = unescape(re.sub("<[^>]+>", "", change_sections.changes(compared(Language("en"))).html))
    assert "Compared with June 2020 as it was published, with figures to 30 Jun 2020." in words
    assert "More dossiers filed online since at 1 of 2 procedures named." in words
    assert "because of dossiers filed since then." in words
