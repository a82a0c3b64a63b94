"""What a page says of online filing that is to be looked at: which units and why, both sides, what is not measured."""

import html
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import pandas as pd
import pytest
from support.small_report import COMMUNE, DISTRICT, HOSTILE, OTHER, SHOWN, code_of, small_report

from analysis.duties.real_use import real_use
from analysis.findings.report import Report
from analysis.findings.substance import changed, effects, signs
from analysis.language.texts import Language
from analysis.pages import substance_sections

# unit, how many, filed and done by staff in minutes, by proxy
CASES = ((DISTRICT, 90, 0, 3), (DISTRICT, 60, 60, 0), (OTHER, 200, 1, 0), (COMMUNE, 12, 0, 0))


def filed(language: Language = Language(), timed: bool = True) -> Report:
    report = small_report(date(2020, 9, 30), language)
    columns = {
        **dict.fromkeys(("received_at", "completed_at", "submitted_at"), "datetime64[us]"),
        **{"submitted_unread": "bool", "by_proxy": "boolean", "code_gap": "Int32", "level": "int8"},
    }
    dossiers = ibis.memtable(pd.DataFrame(_rows(timed)).astype(columns))
    tables = real_use(dossiers, report.reference, report.decision, report.as_of)
    table = tables["substance"]  # of two units nobody can tell how much units differ by themselves: one is flagged here
    flagged = (table["unit_code"] == DISTRICT) & (table["signal"] == "rushed")
    return replace(report, duties=report.duties | tables | {"substance": table.assign(flagged=flagged)})


def _rows(timed: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for unit, count, quick, proxies in CASES:
        for place in range(count):
            submitted = datetime(2020, 3 + place % 5, 2 + place % 20, 8 + place % 9, place % 50, 7)
            received = submitted + timedelta(minutes=1 if place < quick else 90 + place)
            completed = received + timedelta(minutes=5 if place < quick else 4000 + place)
            rows.append(
                {
                    **{"dossier_key": f"{len(rows):032x}", "unit_code": unit, "procedure_code": code_of(4), "level": 3},
                    **{"channel": "online", "status": "resolved", "applicant": "citizen", "source": "one_stop"},
                    **{"submitted_at": submitted if timed else None, "received_at": received, "file": "a.csv"},
                    **{"completed_at": completed, "submitted_unread": False, "code_gap": None},
                    "by_proxy": place < proxies if timed else None,
                }
            )
    return rows


@pytest.fixture(scope="module")
def report() -> Report:
    return filed()


def words(section: substance_sections.Section) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", section.html)))


def test_the_unit_and_its_sign_stand_first(report: Report) -> None:
    told = words(substance_sections.standing(report))
    assert told.strip().startswith("Cần kiểm tra: 1 trong 2 cơ quan có từ 20 hồ sơ trực tuyến trở lên")
    assert "huyện Đồng Xuân" in told
    (sign,) = signs(report)
    assert (sign.unit_code, sign.signal, sign.to_date, len(sign.months)) == (DISTRICT, "rushed", True, 5)
    table = words(substance_sections.places(report))
    assert "Nộp, tiếp nhận và có kết quả chỉ trong ít phút" in table
    assert "lũy kế; tháng 3/2020" in table
    assert "40,0 %" in table  # 60 of 150


def test_both_sides_are_said_and_nobody_is_blamed(report: Report) -> None:
    told = words(substance_sections.standing(report))
    for part in ("không phải bằng chứng", "GOV.UK", "Nộp thay: 3 trong 362 hồ sơ"):
        assert part in told
    everything = told + words(substance_sections.places(report)) + words(substance_sections.effect(report))
    assert not re.search(r"gian lận|gian dối|vi phạm", everything)


def test_targets_stand_side_by_side(report: Report) -> None:
    (whole, *_) = effects(report)
    assert {basis: told and round(told[0], 3) for basis, told in whole.by_basis.items()} == {
        "all": 1.0,
        "without_flagged": 1.0,
        "assisted_as_counter": round(359 / 362, 3),
    }
    assert changed(effects(report)) == []
    assert "Coi nộp thay như nộp trực tiếp" in words(substance_sections.effect(report))


def test_a_handful_of_a_units_dossiers_is_not_told(report: Report) -> None:
    (own,) = effects(report, DISTRICT)
    assert own.by_basis["assisted_as_counter"] is None  # three dossiers
    assert own.by_basis["without_flagged"] is not None
    assert "không nêu" in words(substance_sections.effect(report, DISTRICT))
    assert "Chưa xét được cơ quan nào" in words(substance_sections.standing(report, COMMUNE))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_times_it_says_which_column_it_would_need(lang: str) -> None:
    told = words(substance_sections.standing(filed(Language(lang), timed=False)))
    assert "Ngày nộp" in told
    assert "Nộp thay" in told
    assert ("Không đo được" if lang == "vi" else "Not measured") in told


def test_names_from_data_are_escaped(report: Report) -> None:
    row = report.duties["substance"].assign(unit_code=OTHER, unit_name=f"Huyện {HOSTILE}", flagged=True)
    hostile = replace(report, duties=report.duties | {"substance": row})
    shown = substance_sections.places(hostile).html + substance_sections.standing(hostile).html
    assert "<script>" not in shown
    assert html.escape(SHOWN, quote=False).split(";")[0] in shown
