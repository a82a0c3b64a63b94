"""A unit's report shows what the tables hold, hides what they hide, and speaks of nothing that does not apply."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jinja2 import Environment, Template
from support.small_report import (
    AREA,
    COMMUNE,
    DEPARTMENT,
    DISTRICT,
    DOSSIERS,
    HIDDEN,
    HOSTILE,
    IDLE,
    OTHER,
    SHOWN,
    UNITS,
    small_report,
)

from analysis.dossiers.sights import REASONS
from analysis.findings.finding import of_unit
from analysis.findings.obstacles import burdened, stated
from analysis.findings.offered import MOST_MARKED, offer
from analysis.findings.provenance import dossiers_by_file, source_files
from analysis.findings.report import Report
from analysis.findings.standing import standings
from analysis.findings.subject import Subject, concerning, find_subject
from analysis.language.problems import RunProblem, UsageProblem
from analysis.language.texts import Language
from analysis.outlook.evidence import held, tried_month
from analysis.pages import unit_sections
from analysis.pages.difficulty_sections import difficulties
from analysis.pages.rendering import Section, load_templates
from analysis.presentation.narrative import headline_of
from analysis.presentation.quality import MENDS, records
from analysis.presentation.words import CHECKS

GROUPS = [AREA, "TIER:province", "TIER:district", "TIER:commune"]
EVERYBODY = [*(unit["unit_code"] for unit in UNITS), *GROUPS]


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


@pytest.fixture(scope="module")
def english() -> Report:
    return small_report(language=Language("en"))


@pytest.fixture(scope="module")
def ended() -> Report:
    return small_report(as_of=date(2020, 12, 31))


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dossiers of two units out of two files."""
    folder = tmp_path_factory.mktemp("processed")
    rows = [(DEPARTMENT, f"{HOSTILE}.csv")] * 3 + [(DEPARTMENT, "q2.xlsx")] * 2 + [(DISTRICT, "q2.xlsx")]
    pd.DataFrame(rows, columns=["unit_code", "file"]).to_parquet(folder / "dossiers.parquet")
    return folder


def page(report: Report, code: str, processed: Path) -> str:
    """All sections of a report as its notebook has them."""
    subject = find_subject(report, code)
    own = concerning(report, subject)
    names = ["heading", "targets", "standing", "trend", "procedures", "members", "obstacles", "links"]
    shown = [getattr(unit_sections, name)(own, subject) for name in names]
    return "\n".join(section.html for section in [*shown, unit_sections.quality(own, subject, processed)])


def section(name: str, report: Report, code: str) -> str:
    found: Section = getattr(unit_sections, name)(report, find_subject(report, code))
    return found.html


def words(html: str) -> str:
    """What a reader sees, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def whom(report: Report, code: str) -> Subject:
    return find_subject(report, code)


# --- whom it is about -------------------------------------------------------------------------------------------


def test_an_unknown_unit_is_a_message_that_names_near_ones(report: Report) -> None:
    with pytest.raises(UsageProblem) as mistyped:
        find_subject(report, "H45.81")
    assert "H45.18 (Sở Xây dựng)" in str(mistyped.value)
    with pytest.raises(UsageProblem, match=r"H45\.18"):
        find_subject(report, "So Xây dụng")
    with pytest.raises(UsageProblem, match="Near: –"):
        find_subject(report, "zzz")


def test_the_province_has_a_report_of_its_own(report: Report) -> None:
    with pytest.raises(UsageProblem, match="ALL"):
        find_subject(report, "ALL")


def test_a_subject_knows_where_it_belongs(report: Report) -> None:
    assert whom(report, COMMUNE).parent == DISTRICT
    assert whom(report, COMMUNE).area == whom(report, DISTRICT).area == AREA
    assert whom(report, DISTRICT).members == (COMMUNE, "H45.22.02")
    assert whom(report, DISTRICT).units == (DISTRICT,)
    assert set(whom(report, AREA).units) == {DISTRICT, COMMUNE, "H45.22.02"}
    assert whom(report, DEPARTMENT).area == whom(report, DEPARTMENT).parent == ""
    assert set(whom(report, "TIER:province").units) == {DEPARTMENT, IDLE}


def test_the_rows_of_others_are_left_out_and_those_of_peers_kept(report: Report, processed: Path) -> None:
    own = concerning(report, whom(report, DISTRICT))
    assert set(own.attainment["unit_code"]) == {DISTRICT, AREA, COMMUNE, "H45.22.02"}
    assert len(own.outlook["comparison"]) == len(report.outlook["comparison"])
    for code in EVERYBODY:
        subject = whom(report, code)
        for name in ("heading", "targets", "standing", "trend", "procedures", "members", "obstacles"):
            narrow = getattr(unit_sections, name)(concerning(report, subject), subject)
            assert narrow == getattr(unit_sections, name)(report, subject), (code, name)


# --- heading, targets, what to do -------------------------------------------------------------------------------


def test_the_heading_says_what_must_be_known_first(report: Report) -> None:
    shown = words(section("heading", report, COMMUNE))
    for known in ("DỰ THẢO", "766/QĐ-UBND", "14/05/2020", "30/09/2020", "Dữ liệu mô phỏng", "Cấp xã", "H45.22.01"):
        assert known in shown
    assert '<a href="../units/H45.22.html">Huyện Đồng Xuân</a>' in section("heading", report, COMMUNE)


def test_the_headline_counts_targets_and_names_the_nearest(report: Report) -> None:
    to_date = report.attainment
    to_date = to_date[(to_date["window"] == "to_date") & (to_date["month"] == report.month)]
    own = to_date[(to_date["unit_code"] == DEPARTMENT) & (to_date["reading"] == "default")]
    attained, counted = (own["status"] == "attained").sum(), (own["status"] != "not_applicable").sum()
    said = headline_of(of_unit(report, DEPARTMENT), report.within(DEPARTMENT), report)
    assert said.startswith(f"Đến 30/09/2020, Sở Xây dựng đạt {attained} trên {counted} chỉ tiêu; dễ đạt nhất")
    known = report.outlook["conclusions"]
    known = known[(known["unit_code"] == DEPARTMENT) & (known["status"] == "not_attained")]
    nearest = known.assign(best=known[["probability", "ask_probability"]].max(axis=1)).sort_values("best").iloc[-1]
    title = next(one.title["vi"] for one in report.decision.targets if one.id == nearest["target_id"])
    assert f"{title[0].lower()}{title[1:]}, còn thiếu {nearest['shortfall']} " in said


def test_a_unit_without_dossiers_is_told_so_and_blamed_for_nothing(report: Report, processed: Path) -> None:
    nobody = "H45.22.02"
    shown = words(page(report, nobody, processed))
    assert "Chưa thủ tục nào phát sinh hồ sơ." in shown
    assert "Không tệp nào có hồ sơ của cơ quan này." in shown
    assert "Khó khăn, vướng mắc" not in shown
    assert 'id="difficulties"' not in section("obstacles", report, nobody)


def test_every_tile_has_the_figures_of_the_table_and_leads_to_their_page(report: Report) -> None:
    rows = report.attainment
    rows = rows[(rows["window"] == "to_date") & (rows["month"] == report.month) & (rows["reading"] == "default")]
    for code in EVERYBODY:
        html = section("targets", report, code)
        for row in rows[(rows["unit_code"] == code) & (rows["denominator"] > 0)].itertuples():
            anchor = f"../targets/{row.target_id}.html#{code.replace(':', '-')}"
            assert f'href="{anchor}">{row.numerator} trên {row.denominator}' in html


def test_what_to_do_lists_the_targets_that_are_missed_with_what_closes_them(report: Report) -> None:
    html = section("targets", report, DEPARTMENT)
    rows = report.outlook["gap"]
    missed = rows[(rows["unit_code"] == DEPARTMENT) & (rows["shortfall"] > 0)]
    assert html.count('class="not_attained"') == len(missed) > 0
    for row in missed.itertuples():
        assert f"Còn thiếu: {row.shortfall} " in words(html)
    assert f"“Cấp phép {SHOWN}” (65 hồ sơ)" in words(html)
    assert "Làm được thì xác suất đạt là" in words(html)


def test_what_cannot_be_reached_any_more_asks_for_nothing(report: Report) -> None:
    lost = {
        "conclusions": report.outlook["conclusions"].assign(band="lost", probability=0.0, ask="nothing"),
        "closers": report.outlook["closers"].assign(method="nothing", procedure_key="", probability=0.0),
    }
    shown = words(section("targets", replace(report, outlook=report.outlook | lost), DEPARTMENT))
    assert "Không thể đạt" in shown
    assert "Trong kỳ này không thể kịp" in shown
    assert "là đủ" not in shown
    assert "Vận động" not in shown
    assert "sắp tới cần" not in shown


def test_a_group_is_told_where_most_is_missing(report: Report) -> None:
    shown = words(section("targets", report, "TIER:district"))
    assert f"Thiếu nhiều nhất ở: Huyện {SHOWN} (13 hồ sơ)" in shown


def test_an_ended_period_is_not_foretold(ended: Report) -> None:
    for code in (DEPARTMENT, DISTRICT, AREA):
        shown = words(section("heading", ended, code) + section("targets", ended, code))
        assert "xác suất" not in shown
        assert "Đã chốt" in shown
        assert "Vận động" not in shown, "nothing is asked for any more"
        assert "số khoảng 80 %" not in shown


def test_while_the_period_lasts_the_projection_is_that_of_the_table(report: Report) -> None:
    shown = words(section("targets", report, DISTRICT) + section("trend", report, DISTRICT))
    assert "xác suất đạt:" in shown
    row = report.outlook["projection"].set_index(["unit_code", "target_id"]).loc[(DISTRICT, "l3-dossiers")]
    assert f"từ {report.language.percent(row['lower'])} đến {report.language.percent(row['upper'])}" in shown
    told = report.language.percent(held("district", tried_month(report.decision, report.as_of)), 0)
    assert f"{told} số khoảng 80 % dự báo từ cuối tháng thứ" in shown


# --- standing ---------------------------------------------------------------------------------------------------


def test_ranks_are_counted_from_the_top_and_hold_their_interval(report: Report) -> None:
    ranks = {code: {s.row.target_id: s.rank for s in standings(report, code)} for code in (DISTRICT, OTHER)}
    best, worst = ranks[DISTRICT]["l3-dossiers"], ranks[OTHER]["l3-dossiers"]
    assert best, "30 of 49"
    assert worst, "2 of 30"
    assert (best.place, worst.place, best.of) == (1, 2, 2)
    for rank in (best, worst):
        assert rank.lower <= rank.place <= rank.upper <= rank.of
    assert "hạng 1, khoảng 1 đến 1, trên 2" in words(section("standing", report, DISTRICT))


def test_fewer_than_ten_are_shown_but_not_ranked(report: Report) -> None:
    by_target = {standing.row.target_id: standing for standing in standings(report, DEPARTMENT)}
    assert by_target["l4-dossiers"].figure.denominator == 8
    assert by_target["l4-dossiers"].rank is None
    shown = words(section("standing", report, DEPARTMENT))
    assert "dưới 10: không xếp hạng" in shown
    assert "8/8" in shown


def test_the_standing_has_the_interval_of_the_table(report: Report) -> None:
    html = section("standing", report, OTHER)
    rows = report.outlook["comparison"].set_index(["unit_code", "target_id"])
    row = rows.loc[(OTHER, "l3-dossiers")]
    percent = report.language.percent
    assert f"{percent(row['interval_lower'])} – {percent(row['interval_upper'])}" in words(html)
    assert f"Khoảng tin cậy {percent(row['confidence'], 2)}" in words(html)
    assert "Thấp hơn quá mức ngẫu nhiên" in words(html)
    assert html.count('<svg class="bar"') == len(standings(report, OTHER))


def test_the_same_procedures_elsewhere_are_the_measure_of_the_mix(report: Report) -> None:
    mixes = {s.row.target_id: s.mix for s in standings(report, OTHER)}
    assert mixes["l3-dossiers"] == "fewer"
    assert "Trực tuyến ít hơn bình quân của cấp" in words(section("standing", report, OTHER))


# --- procedures -------------------------------------------------------------------------------------------------


def test_counts_that_may_not_be_told_never_appear(report: Report, processed: Path) -> None:
    for code in EVERYBODY:
        html = page(report, code, processed)
        assert str(HIDDEN) not in html
        assert "7.341" not in html
    shown = words(section("procedures", report, DEPARTMENT))
    assert "Gia hạn 3 10 đến 30/06/2020 không nêu không nêu" in shown
    assert "Các thủ tục khác (không công bố số) 2 thủ tục" in shown
    assert "Thu hồi" not in shown
    assert "chưa có hồ sơ nào: 1." in shown


def test_closers_are_marked_and_come_first(report: Report) -> None:
    found = offer(report, DEPARTMENT)
    assert [procedure.dossiers for procedure in found.listed] == [65, 10]
    assert found.listed[0].closes == ("l3-dossiers",)
    assert found.listed[1].closes == (), "its split may not be told, nor what hints at it"
    html = section("procedures", report, DEPARTMENT)
    assert html.count("★") == 2, "the one closer, and the words that explain the mark"


def test_a_closing_set_of_nearly_everything_is_not_marked(report: Report) -> None:
    rows = report.outlook["closers"]
    one = rows[(rows["unit_code"] == DEPARTMENT) & (rows["target_id"] == "l3-dossiers")].iloc[[0]]
    many = pd.concat([one.assign(procedure_key=f"1.{n:06d}", rank=n) for n in range(1, MOST_MARKED + 2)])
    outlook = report.outlook | {"closers": many}
    crowded = replace(report, outlook=outlook)
    assert not any(procedure.closes for procedure in offer(crowded, DEPARTMENT).listed)


def test_at_most_so_many_procedures_are_listed_and_the_others_counted(report: Report) -> None:
    found = offer(report, DEPARTMENT, most=1)
    assert (len(found.listed), found.more, found.untold, found.idle) == (1, 1, 2, 1)


# --- records and files ------------------------------------------------------------------------------------------


def test_records_add_up_and_say_how_to_mend_each_flaw(report: Report, processed: Path) -> None:
    found = records(report, [DEPARTMENT])
    assert (found.accepted, found.rejected_rows) == (83, 10)
    assert [flaw.count for flaw in found.rejected] == [6, 4]
    assert all(flaw.mend for flaw in found.rejected + found.doubtful)
    html = unit_sections.quality(report, whom(report, DEPARTMENT), processed).html
    assert "Số dòng được nhận: 83; bị loại: 10." in words(html)
    assert "Ghi rõ hình thức tiếp nhận" in words(html)


def test_a_groups_records_are_those_of_its_members(report: Report) -> None:
    assert records(report, whom(report, AREA).units).accepted == 49


def test_every_reason_and_check_has_its_remedy() -> None:
    assert set(MENDS) == set(REASONS) | set(CHECKS)


def test_files_are_those_of_the_units_dossiers_with_their_digest(report: Report, processed: Path) -> None:
    counted = dossiers_by_file(processed)
    found = source_files(counted, report.files, [DEPARTMENT])
    assert dict(zip(found["file"], found["dossiers"], strict=True)) == {f"{HOSTILE}.csv": 3, "q2.xlsx": 2}
    assert found.loc[0, "sha256"] == "ab" * 32
    both = source_files(counted, report.files, [DEPARTMENT, DISTRICT]).set_index("file")["dossiers"]
    assert both["q2.xlsx"] == 3


def test_without_dossiers_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(RunProblem, match="clean"):
        dossiers_by_file(tmp_path)


# --- difficulties -----------------------------------------------------------------------------------------------


def test_stated_difficulties_come_newest_first_and_none_from_later_months(report: Report) -> None:
    found = stated(report, [DEPARTMENT, COMMUNE])
    assert [(one.unit_code, one.month) for one in found] == [
        (DEPARTMENT, "2020-08"),
        (COMMUNE, "2020-08"),
        (DEPARTMENT, "2020-05"),
    ]
    shown = words(section("obstacles", report, DEPARTMENT))
    assert shown.index(SHOWN) < shown.index("Đường truyền chậm")
    assert "Chưa xảy ra" not in shown


def test_delays_stand_beside_the_tier_with_their_verdict(report: Report) -> None:
    shown = words(section("obstacles", report, DEPARTMENT))
    assert "Hồ sơ trễ hạn 25,0 % 12/48 10,0 % ▲ Cao hơn quá mức ngẫu nhiên" in shown
    assert "Hồ sơ bị từ chối 25,0 % 12/48 10,0 % ▼ Thấp hơn" in shown


def test_the_province_gathers_what_is_stated_and_who_is_burdened(report: Report) -> None:
    html = difficulties(report).html
    found = burdened(report, [DEPARTMENT, OTHER, IDLE])
    assert [[row.indicator for row in rows] for rows in found] == [["late"], ["late"]]
    shown = words(html)
    for known in ("Sở Xây dựng", "Xã Xuân Lãnh", "Thiếu máy quét", "Nhân lực", "12/48", "dùng 4 + từ chối 2"):
        assert known in shown
    assert 'href="units/H45.18.html"' in html


def test_what_is_stated_stands_beside_what_the_data_show(report: Report) -> None:
    nothing = float("nan")
    rows = [
        (DEPARTMENT, "infrastructure", 1, "late", 12, 48, 0.25, 0.1, "shown"),
        (DEPARTMENT, "people", 1, "late", 5, 48, 0.104, 0.1, "not_shown"),
        (DEPARTMENT, "people", 1, "past_due", 3, 40, 0.075, 0.1, "not_shown"),
        (COMMUNE, "infrastructure", 1, "late", nothing, nothing, nothing, nothing, "unknown"),
        (DISTRICT, "process", 0, "slow", 2, 3, 0.667, nothing, "shown"),
    ]
    columns = ["unit_code", "kind", "stated", "indicator", "numerator", "denominator", "value", "tier_share", "verdict"]
    table = pd.DataFrame(rows, columns=columns)
    evidence = table.assign(unit_name=table["unit_code"].map(report.names))
    told = replace(report, duties=report.duties | {"difficulty_evidence": evidence})
    shown = words(difficulties(told).html)
    assert "Trong 3 điều các đơn vị nêu, số liệu cho thấy 1, chưa cho thấy 1, chưa đủ để nói về 1." in shown
    assert "Số liệu cho thấy: hồ sơ trễ hạn 25,0 % (cả cấp 10,0 %)." in shown
    assert "hồ sơ trễ hạn 10,4 % (cả cấp 10,0 %); hồ sơ chưa có kết quả đã quá hạn dưới 5 hồ sơ" in shown
    assert f"chưa nêu: thủ tục lâu hơn hẹn nhiều, ở {report.names[DISTRICT]}." in shown
    assert "Số liệu cho thấy: hồ sơ trễ hạn 25,0 %" in words(section("obstacles", told, DEPARTMENT))


def test_a_province_without_difficulties_says_so(report: Report) -> None:
    none = replace(report, difficulties=report.difficulties[:0])
    assert "Chưa cơ quan nào nêu khó khăn" in words(difficulties(none).html)


# --- members and links ------------------------------------------------------------------------------------------


def test_a_district_has_its_communes_and_a_group_its_members(report: Report) -> None:
    district, area = section("members", report, DISTRICT), section("standing", report, AREA)
    for code in (COMMUNE, "H45.22.02"):
        assert f'<a href="../units/{code}.html">' in district
        assert f'<a href="../units/{code}.html">' in area
    assert '<a href="../units/AREA-H45.22.html">' in district
    assert section("members", report, AREA) == "", "said already, instead of a standing"
    assert 'id="members"' not in section("members", report, DEPARTMENT)


def test_links_lead_up_and_beside(report: Report) -> None:
    html = section("links", report, COMMUNE)
    for target in ("../index.html", "../overview.html", "../units/H45.22.html", "../units/AREA-H45.22.html"):
        assert f'href="{target}"' in html
    assert 'href="../units/H45.22.html"' in section("links", report, AREA)


@pytest.mark.parametrize("code", GROUPS)
def test_what_does_not_apply_to_a_group_leaves_no_heading(report: Report, processed: Path, code: str) -> None:
    html = page(report, code, processed)
    assert 'id="standing"' not in html
    assert 'id="procedures"' not in html
    assert html.count('id="members"') == 1


# --- safety and language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", EVERYBODY)
def test_hostile_words_stay_text(report: Report, processed: Path, code: str) -> None:
    html = page(report, code, processed)
    assert "<script" not in html
    assert "&amp;amp;" in html or SHOWN not in unescape(html)


def test_hostile_words_do_appear_where_people_wrote_them(report: Report, processed: Path) -> None:
    for code in (DEPARTMENT, OTHER, DISTRICT):
        assert SHOWN in words(page(report, code, processed).replace("\n", " "))


@pytest.mark.parametrize("code", EVERYBODY)
def test_english_has_no_vietnamese_but_names(english: Report, processed: Path, code: str) -> None:
    shown = words(page(english, code, processed))
    assert "Not attained" in shown
    for vietnamese in ("Chưa đạt", "DỰ THẢO", "Còn thiếu", "Khó khăn, vướng mắc", "hạng ", "Cấp xã", "không nêu"):
        assert vietnamese not in shown


def test_the_same_report_is_the_same_bytes(report: Report, processed: Path) -> None:
    assert page(report, DISTRICT, processed) == page(report, DISTRICT, processed)
    assert sum(online + counter for *_, online, counter in DOSSIERS) == 174


# --- forks ------------------------------------------------------------------------------------------------------


def test_no_fork_compiles_a_template(report: Report, processed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    found = Environment.get_template

    def asking(environment: Environment, name: str, *more: Any, **others: Any) -> Template:
        asked.add(name)
        return found(environment, name, *more, **others)

    monkeypatch.setattr(Environment, "get_template", asking)
    load_templates(report.language, *unit_sections.TEMPLATES)
    loaded = frozenset(asked)
    asked.clear()
    for code in EVERYBODY:
        page(report, code, processed)
        section("waiting", report, code)
        section("communes", report, code)
    assert {"unit_heading.html.j2", "plots.html.j2", "difficulties.html.j2"} <= asked <= loaded
