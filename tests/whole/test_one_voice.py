"""A whole publication says one thing of each unit and target: what its record says, and nothing else concludes."""

import re
from html import unescape

import pytest
from docx import Document
from support.folders import REFERENCE
from support.published import Publication

from analysis.findings.advice import calls
from analysis.findings.finding import Finding, findings, of_unit
from analysis.findings.report import Report, read_report
from analysis.language.texts import Language
from analysis.presentation import statements
from analysis.presentation.narrative import most_at
from analysis.presentation.words import BANDS, FINALITIES, QUESTIONS
from analysis.reference.groups import PROVINCE
from analysis.storage.places import unit_page
from analysis.storage.writing import undirected

pytestmark = pytest.mark.slow
VI = Language("vi")
WORDS = [*BANDS.values(), *FINALITIES.values()]
SIGNS = [f"{sign} {VI.text(words)}" for sign, words in WORDS if words != "Nothing to count"]
# How a sentence begins that concludes something: where one stands it must be the record's.
CONCLUDING = (
    *("Vận động", "Tiếp nhận hồ sơ qua", "Giải quyết xong", "Trong kỳ này", "Nếu ngay từ đầu", "Tiếp tục như"),
    "Dù mọi thủ tục",
)


@pytest.fixture(scope="module", params=["september", "year"])
def published(request: pytest.FixtureRequest) -> Publication:
    found: Publication = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def report(published: Publication) -> Report:
    return read_report(published.processed, REFERENCE, VI)


def words(html: str) -> str:
    """The text of a piece of a page, one blank between words, without marks of direction."""
    text = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg|script).*?</\1>", "", html, flags=re.DOTALL)))
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", text)).replace(" .", ".").strip()


def plain(text: str) -> str:
    return words(undirected(text).replace("<", "&lt;"))


def pages(published: Publication) -> list[tuple[str, str]]:
    """Code and HTML of each unit's page that was asked for."""
    return [(code, (published.month / unit_page(code)).read_text(encoding="utf-8")) for code in published.units]


def told(one: Finding) -> list[str]:
    """What is said beside the sign of how it stands; where nothing waits any more, the sign says it."""
    prospect = [statements.prospect(one, VI)] if one.running or one.pending else []
    return [*prospect, statements.cause(one, VI), statements.flips(one, VI)]


def test_each_row_of_a_unit_says_what_its_record_says(published: Publication, report: Report) -> None:
    checked = 0
    for code, html in pages(published):
        found = [one for one in of_unit(report, code) if one.figure.denominator]
        rows = dict(re.findall(r'<tr data-target="([^"]+)"[^>]*>(.*?)</tr>', html, flags=re.DOTALL))
        for one in found:
            said = words(rows[one.figure.target.id])
            for statement in [*told(one), statements.ask_sentence(one, VI)]:
                assert plain(statement) in said, (code, one.figure.target.id)
            checked += _signs(said, one)
            rest = said.replace(plain(statements.ask_sentence(one, VI)), "")
            assert not any(beginning in rest for beginning in CONCLUDING), (code, one.figure.target.id)
    assert checked >= 10


def _signs(said: str, one: Finding) -> int:
    """One word for how it stands, the record's."""
    sign, word = statements.outlook_word(one)
    assert [other for other in SIGNS if other in said] == [f"{sign} {VI.text(word)}"]
    return 1


def test_the_province_s_page_and_the_draft_report_say_the_same(published: Publication, report: Report) -> None:
    page = words((published.month / "index.html").read_text(encoding="utf-8"))
    (draft,) = published.month.glob("bao-cao-*.docx")
    document = Document(str(draft))
    written = words("\n".join(paragraph.text for paragraph in document.paragraphs).replace("<", "&lt;"))
    for one in of_unit(report, PROVINCE):
        for statement in told(one):
            assert plain(statement) in page
        for sentence in (statements.prospect, statements.cause):
            assert plain(sentence(one, VI)) in written


def test_who_comes_first_is_the_same_on_the_page_and_in_the_draft(published: Publication, report: Report) -> None:
    first = report.outlook["priorities"].sort_values("rank").head(3)["unit_code"]
    page = (published.month / "who.html").read_text(encoding="utf-8")
    listed = page[page.index('<ol class="calls">') :]
    shown = [words(name) for name in re.findall(r"<h3>(.*?)</h3>", listed[: listed.index("</ol>")], flags=re.DOTALL)]
    assert shown == [plain(report.names[code]) for code in first]
    (draft,) = published.month.glob("bao-cao-*.docx")
    written = words("\n".join(one.text for one in Document(str(draft)).paragraphs).replace("<", "&lt;"))
    places = [written.index(f"{name}:") for name in shown]
    assert places == sorted(places)


def test_no_sentence_of_the_province_s_page_concludes_but_the_records(published: Publication, report: Report) -> None:
    """Each ask on its pages is some unit's own."""
    pages = [published.month / name for name in ("index.html", *QUESTIONS)]
    page = words(" ".join(path.read_text(encoding="utf-8") for path in pages))
    concerns = [concern for call in calls(report) for concern in call.concerns if concern.of_units]
    assert concerns
    assert all(plain(most_at(concern, VI)) in page for concern in concerns)
    every = findings(report, report.reference.units["unit_code"])
    asks = {plain(statements.ask_sentence(one, VI)) for one in every.values()} - {""}
    for ask in sorted(asks, key=len, reverse=True):
        page = page.replace(ask, "")
    assert not any(beginning in page for beginning in CONCLUDING)
