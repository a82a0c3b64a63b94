"""What a page says of the portal's service: what decides first, which file it needs, nothing of a visitor."""

import html
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import ibis
import pytest
from support.small_report import dossiers, small_report

from analysis.duties.service import portal_service
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.pages.service_sections import service
from analysis.presentation.service import fine

ADDRESS, QUERY = "203.113.7.9", "cmnd=220123456"


def put_files(raw: Path) -> None:
    """A log with an error in four, a monitor that met two outages and maintenance, and a list without its zone."""
    raw.mkdir(parents=True, exist_ok=True)
    lines = [
        f'{ADDRESS} - - [01/Sep/2020:08:{second // 60:02d}:{second % 60:02d} +0700] "GET /?{QUERY} HTTP/1.1" '
        f'{500 if second % 4 == 0 else 200} 9 "-" "x" 0.500\n'
        for second in range(400)
    ]
    (raw / "may-chu").mkdir()
    (raw / "may-chu/access.log").write_text("".join([*lines, "no line\n"]), encoding="utf-8")
    start = datetime(2020, 9, 1, 1)
    states = ["1"] * 10 + ["0"] * 5 + ["1"] * 10 + ["3"] * 10 + ["1"] * 5 + ["0"] * 15 + ["1"] * 46
    looks = [f"1,{state},{ADDRESS},{start + timedelta(minutes=place)},9,60\n" for place, state in enumerate(states)]
    (raw / "uptime.csv").write_text("".join(["monitor_id,status,msg,time,ping,duration\n", *looks]), encoding="utf-8")
    (raw / "khong-mui-gio.csv").write_text("Thời gian,Trạng thái\n2020-09-01 08:00:00,Hoạt động\n", encoding="utf-8")


def told(raw: Path | None, language: Language) -> str:
    report = with_service(raw, language)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", service(report).html))).strip()


def with_service(raw: Path | None, language: Language) -> Report:
    report = small_report(date(2020, 9, 30), language)
    tables = portal_service(ibis.memtable(dossiers()), raw, report.reference, language)
    return replace(report, duties=report.duties | tables)


def test_what_decides_stands_first(tmp_path: Path) -> None:
    put_files(tmp_path / "raw")
    words = told(tmp_path / "raw", Language("en"))
    # Of 100 minutes between the looks 20 were down and 10 maintenance: 70 of 90, and 70 of 100.
    assert words.startswith(
        "Monitor 1: up 77.78% of the known time of September 2020 with maintenance left out, 70.00% with maintenance "
        "as down; to date 77.78% and 70.00%."
    )
    assert "Outages to date: 2, of these 2 in September 2020; the longest 15 min." in words
    assert "Half of those whose end was seen were over within 10 min." in words
    assert "in September 2020 100 of 400 requests (25.00%) met a server error" in words
    assert "may-chu/access.log: 1 of 401 lines could not be read." in words
    assert "khong-mui-gio.csv: the monitor's times state no zone" in words
    assert words.index("The portal's service by month") < words.index("The longest outages")
    assert "Suspected" not in words


def test_nothing_of_a_visitor_is_told(tmp_path: Path) -> None:
    put_files(tmp_path / "raw")
    report = with_service(tmp_path / "raw", Language())
    everything = service(report).html + "".join(table.to_csv() for table in report.duties.values())
    assert ADDRESS not in everything
    assert QUERY not in everything


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_where_nothing_watched_one_line_says_which_file_it_needs(lang: str) -> None:
    words = told(None, Language(lang))
    assert "data/raw" in words
    assert "Uptime Kuma" in words
    assert words.count(".") == len(re.findall(r"\.gz", words)) + 1


def test_files_of_another_time_are_told_apart(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "uptime.csv").write_text("monitor_id,status,msg,time\n1,1,,2021-03-01 01:00:00\n1,1,,2021-03-01 01:01:00\n")
    words = told(raw, Language("en"))
    assert words == "The files that were given say nothing of the time from January 2020 to September 2020."


def test_what_is_not_all_is_never_printed_as_all() -> None:
    shares = (0.999999, 1.0, 0.0, 0.000001, 0.5, None)
    assert [fine(share, Language("vi")) for share in shares] == [
        "99,99 %",
        "100,00 %",
        "0,00 %",
        "0,01 %",
        "50,00 %",
        "–",
    ]
