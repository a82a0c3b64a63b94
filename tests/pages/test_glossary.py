"""A term is explained where it first stands, and text stays text."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_report import HOSTILE, small_report

from analysis.findings.report import Report
from analysis.pages import sections
from analysis.pages.glossary import explained
from analysis.reference.glossary import load_glossary
from analysis.storage.writing import undirected


@pytest.fixture(scope="module")
def report() -> Report:
    return small_report()


def test_a_term_is_explained_once_where_it_first_stands(report: Report) -> None:
    told = explained("Mẫu số nhỏ; hồ sơ mức độ 3 có mẫu số lớn, mức độ 30 thì không.", report)
    assert told.count("<abbr") == 2
    assert told.startswith('<abbr title="Tất cả những gì được tính')
    assert ">mức độ 3</abbr>" in told
    assert "mức độ 30" in told


@given(st.text() | st.sampled_from([HOSTILE, f"lũy kế {HOSTILE} mẫu số", "<b>mẫu số</b>"]))
def test_text_from_data_stays_text(report: Report, text: str) -> None:
    told = explained(text, report)
    plain = re.sub(r'<abbr title="[^"<>]*">|</abbr>', "", told)
    assert "<" not in plain
    assert ">" not in plain
    assert unescape(plain) == undirected(text)


def test_the_page_of_definitions_lists_every_term(report: Report) -> None:
    html = str(sections.glossary(report))
    terms = load_glossary(report.reference.folder).terms
    assert len(terms) > 5
    assert all(term.name["vi"] in html and term.means["vi"] in html for term in terms)
