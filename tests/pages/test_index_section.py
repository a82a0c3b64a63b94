"""The section on composite indices: the province's points, units in their order; nothing without an index."""

import html
import re
from dataclasses import replace

import pytest
from support.small_report import small_report

from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.measures.index import indices
from analysis.pages import sections
from analysis.reference.index import Index

WORDS = {"vi": "Chỉ số thử", "en": "An index to try"}
GROUP = {"id": "one", "title": {"vi": "Nhóm một", "en": "Group one"}, "weight": "20"}
PORTAL = {"id": "two", "title": {"vi": "Nhóm <hai>", "en": "Group <two>"}, "weight": "10"}


@pytest.fixture(params=["vi", "en"])
def report(request: pytest.FixtureRequest) -> Report:
    return small_report(language=Language(request.param))


def test_without_an_index_there_is_no_section(report: Report) -> None:
    assert sections.indices(report).html == ""


def test_points_and_order(report: Report) -> None:
    groups = [GROUP | {"members": [{"target": "l3-dossiers"}]}, PORTAL | {"members": [{"target": "portal"}]}]
    index = Index.model_validate({"id": "x", "title": WORDS, "definition": WORDS, "order": "all", "groups": groups})
    decision = report.decision.model_copy(update={"index": (index,)})
    table = indices(report.attainment, decision)
    shown = sections.indices(replace(report, decision=decision, indices=table)).html
    assert WORDS[report.language.code] in shown
    assert "&lt;" in shown
    assert "<hai>" not in shown
    cells = [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr>(.*?)</tr>", shown)]
    rows = [" ".join(html.unescape(row).split()) for row in cells]
    mark = "," if report.language.code == "vi" else "."
    own = table[table["unit_code"] == "ALL"].set_index("group_id")
    for part in ("one", "two", ""):
        found = own.loc[part]
        points = f"{found['points']:.1f}/{found['possible']:.1f}".replace(".", mark)
        assert any(points in row for row in rows), points
    units = table[(table["group_id"] == "") & table["rank"].notna() & table["tier"].isin(["province", "district"])]
    ranks = [int(match[1]) for row in rows if (match := re.search(r" (\d+)/\d+ [\d.,]+/", row))]
    assert ranks == sorted(units["rank"])
    assert len(ranks) == len(units) > 1
