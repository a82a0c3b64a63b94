"""Pages and documents keep to the words of ``terms.toml``: what is avoided stands nowhere but in what units state."""

import re
import tomllib
from html import unescape
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest
from support.folders import REFERENCE, read_csv
from support.published import Province, Publication

pytestmark = pytest.mark.slow
TERMS = tomllib.loads((REFERENCE / "terms.toml").read_text(encoding="utf-8"))


def _page(path: Path) -> str:
    """What a reader sees of a page; names of files that the exports have are theirs."""
    html = path.read_text(encoding="utf-8")
    html = re.sub(r"<(style|script|svg).*?</\1>|<td class=\"(path|hash)\".*?</td>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def _document(path: Path) -> str:
    xml = ZipFile(path).read("word/document.xml").decode("utf-8").replace("</w:p>", " ")
    return unescape(re.sub(r"<[^>]+>", "", xml))


def _found(published: Publication, paths: list[Path], part: str) -> list[tuple[str, str]]:
    """(file, word) of avoided words outside what units state, which is theirs."""
    avoided = re.compile("|".join(re.escape(word) for word in TERMS[part]["avoided"][published.lang]))
    rows = read_csv(published.processed / "difficulties.csv")
    stated = re.compile("|".join(re.escape(re.sub(r"\s+", " ", row["text"])) for row in rows) or "(?!)")
    texts = {path: _page(path) if path.suffix == ".html" else _document(path) for path in paths}
    suspects = {path: text for path, text in texts.items() if avoided.search(text)}
    return [
        (path.relative_to(published.reports).as_posix(), word)
        for path, text in suspects.items()
        for word in sorted(set(avoided.findall(stated.sub("", text))))
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_page_and_no_document_has_an_avoided_word(province: Province, lang: str) -> None:
    published = province.year(lang)
    pages = sorted(published.reports.rglob("*.html"))
    documents = sorted(published.month.rglob("*.docx"))
    assert len(pages) > 50
    assert len(documents) > 3
    assert _found(published, [*pages, *documents], "everywhere") == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_leaders_read_first_has_no_term_of_the_trade(province: Province, lang: str) -> None:
    published = province.year(lang)
    first = [published.reports / "index.html", published.month / "index.html"]
    first += sorted((published.month / "units").glob("*.html")) + sorted((published.month / "thu").glob("*.*"))
    assert _found(published, first, "first") == []


def test_an_avoided_word_would_be_found(year: Publication, tmp_path: Path) -> None:
    copy = Publication(tmp_path, "vi", year.as_of, ())
    copytree(year.processed, copy.processed)
    spoilt = copy.reports / "index.html"
    spoilt.parent.mkdir()
    whole = (year.month / "index.html").read_text(encoding="utf-8")
    spoilt.write_text(whole.replace("</main>", "hồ sơ trễ hẹn</main>"), encoding="utf-8")
    assert _found(copy, [spoilt], "everywhere") == [("index.html", "trễ hẹn")]
