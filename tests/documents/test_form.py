"""Officials keep the form of documents in Word: it is filled as they have it, and a form that cannot serve says why."""

import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Mm, Pt
from support.folders import REFERENCE

from analysis.documents.official_document import OfficialDocument
from analysis.language.problems import ReferenceProblem
from analysis.language.texts import Language
from analysis.reference.forms import load_report_form

Change = Callable[[Any], None]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Any]:
    """A short document, by a form that somebody changed in Word, as python-docx reads it."""

    def write(change: Change | None = None, name: str = "draft", lang: str = "vi") -> Any:
        folder = tmp_path / "reference"
        folder.mkdir(exist_ok=True)
        if change:
            form = docx.Document(str(REFERENCE / "form.docx"))
            change(form)
            form.save(str(folder / "form.docx"))
        known = load_report_form(REFERENCE)
        document = OfficialDocument(folder, known, Language(lang), date(2020, 9, 30), "Trích yếu {issuer}")
        document.heading("I. PHẦN")
        document.item("một dòng", "Dẫn:")
        document.table("Bảng", ["Đơn vị", "Tỷ lệ"], [["Nhóm"], ["Sở A", "✓ 5 %"], ["**Cộng", "1"]], [100, 60])
        document.closing()
        document.annex("NỘI DUNG")
        document.save(tmp_path / f"{name}.docx")
        return docx.Document(str(tmp_path / f"{name}.docx"))

    return write


def _styled(document: Any, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


def _paragraph(document: Any, text: str) -> Any:
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return next(one for place in (document, *cells) for one in place.paragraphs if one.text == text)


def _rename(document: Any, style: str) -> None:
    document.styles[style].name = "Another"


def _write(text: str, instead: str) -> Change:
    return lambda document: setattr(_paragraph(document, text).runs[0], "text", instead)


def test_the_text_stands_between_letterhead_and_signature(written: Callable[..., Any]) -> None:
    document = written()
    head, grid, foot = document.tables
    assert head.rows[0].cells[0].text.split("\n")[:2] == ["UBND TỈNH PHÚ YÊN", "SỞ THÔNG TIN VÀ"]
    assert _styled(document, "Subtitle") == ["Trích yếu {issuer}"]
    assert _styled(document, "Addressee") == ["Kính gửi: UBND tỉnh Phú Yên"]
    assert _styled(document, "Heading 1") == ["I. PHẦN", "Phụ lục\nNỘI DUNG"]
    assert [[cell.text for cell in row.cells] for row in grid.rows] == [
        *(["Đơn vị", "Tỷ lệ"], ["Nhóm", "Nhóm"], ["Sở A", "✓\u00a05\u00a0%"], ["Cộng", "1"]),
    ]
    assert foot.rows[0].cells[0].text == "Nơi nhận:\n- Như trên;\n- Lãnh đạo Sở;\n- Lưu: VT."
    assert "{" not in "".join(paragraph.text for paragraph in document.sections[0].header.paragraphs)
    assert document.sections[0].first_page_header.paragraphs[0].text == "DỰ THẢO"


def test_what_officials_change_in_word_the_document_has(written: Callable[..., Any]) -> None:
    def change(form: Any) -> None:
        form.sections[0].left_margin, form.styles["Heading 1"].font.size = Mm(40), Pt(15)
        _paragraph(form, "{motto}").runs[0].text = "{motto} (bản dự thảo)"

    document = written(change)
    assert round(document.sections[0].left_margin.mm) == 40
    assert document.styles["Heading 1"].font.size == Pt(15)
    assert document.tables[0].rows[0].cells[1].text.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM (bản dự thảo)")
    assert round(sum(column.width.mm for column in document.tables[1].columns)) == 150  # as wide as the text


def test_a_mark_that_word_cut_into_pieces_is_filled(written: Callable[..., Any]) -> None:
    def cut(form: Any) -> None:
        paragraph = _paragraph(form, "{kind}")
        paragraph.runs[0].text = "{ki"
        paragraph.add_run("nd")
        paragraph.add_run("} số 1")

    assert _styled(written(cut), "Title") == ["BÁO CÁO số 1"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda form: _rename(form, "Notice"), "“Notice”"),
        (lambda form: _rename(form, "Table Grid"), "“Table Grid”"),
        (_write("{content}", "nội dung"), r"\{content\}"),
        (_write("{number}", "{numbr}"), r"\{numbr\}"),
    ],
)
def test_a_form_that_cannot_serve_says_what_is_missing(written: Callable[..., Any], change: Change, named: str) -> None:
    with pytest.raises(ReferenceProblem, match=rf"form\.docx.*{named}") as caught:
        written(change)
    assert "Word" in caught.value.told(Language("vi"))


def test_what_is_no_word_document_says_so(written: Callable[..., Any], tmp_path: Path) -> None:
    written()
    shutil.copy(REFERENCE / "units.csv", tmp_path / "reference/form.docx")
    with pytest.raises(ReferenceProblem, match=r"form\.docx is no Word document"):
        written()


def test_the_same_text_gives_the_same_bytes(written: Callable[..., Any], tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(name=name)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_in_english_the_form_speaks_english(written: Callable[..., Any]) -> None:
    document = written(lang="en")
    assert document.sections[0].first_page_header.paragraphs[0].text == "DRAFT"
    assert document.tables[-1].rows[0].cells[0].text.startswith("Copies to:")


def test_the_project_s_form_tells_of_nobody_and_no_machine() -> None:
    with zipfile.ZipFile(REFERENCE / "form.docx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/app.xml" not in archive.namelist()
        for name in archive.namelist():
            words = archive.read(name).decode("utf-8")
            assert not any(told in words for told in ("rsid", "creator", "lastModifiedBy", "created", "Application"))
