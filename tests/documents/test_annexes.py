"""The annexes say what the tables say, open in an office program, and hold no formula whatever a name looks like."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from support.folders import REFERENCE
from support.libreoffice import convert
from support.small_run import DVCTT, call

import analysis as dv
from analysis.documents.open_data import DICTIONARY, published_tables
from analysis.documents.spreadsheet import sheet_names
from analysis.findings.report import Report, read_report
from analysis.language.problems import ReferenceProblem
from analysis.language.texts import Language
from analysis.publication.month import write_annexes
from analysis.reference.columns import load_columns
from analysis.sample import write_sample

pytestmark = pytest.mark.slow
MONTH = "2020-09"
WORKBOOK, DRAFT = f"phu-luc-{MONTH}.xlsx", f"bao-cao-{MONTH}.docx"
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>&amp;",
    "\u202eSở ngược\u200f",
    "http://example.org/",
    "\x07Sở \x1b[31m đỏ\tmột\ndòng",
    "0123",
    "x" * 5_000,
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on a small sample, nine months into the year."""
    home = tmp_path_factory.mktemp("annexes")
    write_sample(home / "raw", REFERENCE, 2_000, 5, broken=True)
    folders = {"--raw": "raw", "--processed": "processed", "--reports": "reports"}
    options = [word for option, name in folders.items() for word in (option, str(home / name))]
    done = call(
        [*DVCTT, "run", *options, "--reference", str(REFERENCE), "--as-of", "2020-09-30", "--units", "none"], home
    )
    assert done.returncode == 3, done.stderr  # files are quarantined
    return home


@pytest.fixture(scope="module")
def report(home: Path) -> Report:
    return read_report(home / "processed", REFERENCE)


@pytest.fixture(scope="module")
def published(home: Path) -> Path:
    return home / "reports" / MONTH


@pytest.fixture(scope="module")
def rows(home: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """What attainment.csv says to date, by target, reading and unit."""
    with (home / "processed/attainment.csv").open(encoding="utf-8", newline="") as file:
        every = [row for row in csv.DictReader(file) if (row["window"], row["month"]) == ("to_date", MONTH)]
    return {(row["target_id"], row["reading"], row["unit_code"]): row for row in every}


@pytest.fixture(scope="module")
def hostile(report: Report) -> Report:
    """The same figures of units and files with names that mean harm."""
    units = report.reference.units.copy()
    units.loc[units.index[: len(HOSTILE)], "unit_name"] = HOSTILE
    files = report.files.copy()
    files.loc[files.index[: len(HOSTILE)], "file"] = HOSTILE
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    attainment = report.attainment.copy()
    attainment["unit_name"] = attainment["unit_code"].map(names).fillna(attainment["unit_name"])
    closers = report.outlook["closers"].assign(procedure_name=HOSTILE[0])
    return replace(
        report,
        attainment=attainment,
        files=files,
        difficulties=report.difficulties.assign(text=HOSTILE[4], category=HOSTILE[5]),
        outlook={**report.outlook, "closers": closers},
        reference=replace(report.reference, units=units),
    )


def test_libreoffice_shows_the_figures_of_the_table_on_every_target_sheet(
    published: Path, report: Report, rows: dict[tuple[str, str, str], dict[str, str]], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(convert(published / WORKBOOK, "xlsx", tmp_path))
    for place, target in enumerate(report.decision.targets, start=1):
        [sheet] = [sheet for sheet in book.worksheets if sheet.title.startswith(f"{place}. ")]
        lines = list(sheet.iter_rows(min_row=4, values_only=True))
        expected = {
            unit: row for (name, reading, unit), row in rows.items() if (name, reading) == (target.id, "default")
        }
        assert {line[0] for line in lines} == expected.keys()
        assert len(lines) == len(expected)
        for code, name, _, numerator, denominator, value, minimum, gap, missing, verdict, *_ in lines:
            row = expected[code]
            assert name == row["unit_name"]
            assert [numerator, denominator, missing] == [
                int(row[part]) for part in ("numerator", "denominator", "shortfall")
            ]
            assert minimum == float(row["minimum"])
            if row["value"]:
                assert value == pytest.approx(float(row["value"]), abs=1e-9)
                assert gap == pytest.approx(float(row["gap"]) * 100, abs=1e-7)
            else:
                assert value is None
                assert gap is None
            words = {"attained": "✓ Đạt", "not_attained": "✗ Chưa đạt", "not_applicable": "– Không có số liệu"}
            assert verdict == words[row["status"]]


def test_the_workbook_holds_no_formula_and_says_first_what_it_is(published: Path) -> None:
    book = openpyxl.load_workbook(published / WORKBOOK)
    assert [
        cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ] == []
    assert len(book.worksheets) == 7 + 6
    for sheet in book.worksheets:
        for words in ("DỰ THẢO", "766/QĐ-UBND", "14/05/2020", "30/09/2020", "Dữ liệu mô phỏng", "Danh mục minh họa"):
            assert words in sheet["A1"].value
        assert sheet.freeze_panes
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_ledger_and_the_readings_are_those_of_the_run(
    published: Path, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    book = openpyxl.load_workbook(published / WORKBOOK)
    *files, total = list(book["Sổ cái"].iter_rows(min_row=4, values_only=True))
    assert [(line[0], *line[2:6]) for line in files] == list(
        report.files[["file", "read", "accepted", "rejected", "superseded"]].itertuples(index=False, name=None)
    )
    assert list(total[2:6]) == [report.totals[name] for name in ("read", "accepted", "rejected", "superseded")]
    shown = {line[2:4] for line in book["Cách hiểu khác"].iter_rows(min_row=4, values_only=True)}
    province = [row for (_, _, unit), row in rows.items() if unit == "ALL"]
    assert shown == {(int(row["numerator"]), int(row["denominator"])) for row in province}


def test_hostile_names_stay_text(hostile: Report, tmp_path: Path) -> None:
    write_annexes(tmp_path, hostile)
    book = openpyxl.load_workbook(convert(tmp_path / WORKBOOK, "xlsx", tmp_path / "converted"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    for name in ("=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "<script>alert(1)</script>&amp;", "Sở ngược", "0123"):
        assert name in texts
    assert "x" * 5_000 in texts
    document = docx.Document(str(tmp_path / DRAFT))
    words = "\n".join(_texts(document))
    assert "<script>alert(1)</script>&amp;" in words
    assert "\u202e" not in words
    assert convert(tmp_path / DRAFT, "pdf", tmp_path / "converted").read_bytes().startswith(b"%PDF")
    for table in (tmp_path / "open-data").glob("*.csv"):
        for line in csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))):
            assert not [cell for cell in line if cell.startswith(("=", "+", "@", "\t"))]


def test_sheet_names_are_such_as_excel_takes() -> None:
    names = sheet_names(["a" * 40, "A" * 41, "x[1]:*?/\\y", "'quoted'", "", "History", "history", "Tổng hợp"])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(1 <= len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert not [name for name in names if name[0] == "'" or name[-1] == "'" or name.casefold() == "history"]
    assert names[-1] == "Tổng hợp"


def _texts(document: docx.document.Document) -> Iterator[str]:
    """Every paragraph's text, in tables too, with plain spaces."""
    for paragraph in document.element.body.iter(qn("w:p")):
        yield "".join(text.text or "" for text in paragraph.iter(qn("w:t"))).replace("\u00a0", " ")


def _table(document: docx.document.Document, *words: str) -> list[list[str]]:
    """The rows of the table whose heading row holds each of ``words``."""
    for table in document.tables:
        lines = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
        if all(any(word in cell for cell in lines[0]) for word in words):
            return lines
    raise AssertionError(words)


def _grouped(number: str | int) -> str:
    return f"{int(number):,}".replace(",", ".")


def _percent(row: dict[str, str]) -> str:
    """The share as the report rounds it, half up, from the whole numbers; "–" for nothing."""
    if row["denominator"] == "0":
        return "–"
    share = Decimal(row["numerator"]) / Decimal(row["denominator"]) * 100
    return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP)} %".replace(".", ",")


def test_the_draft_s_tables_are_those_of_the_run(
    published: Path, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    document = docx.Document(str(published / DRAFT))
    whole = _table(document, "Chênh lệch")[1:]
    for line, target in zip(whole, report.decision.targets, strict=True):
        row = rows[target.id, "default", "ALL"]
        assert line[1] == target.title["vi"]
        assert line[3] == f"{_grouped(row['numerator'])}/{_grouped(row['denominator'])}"
        assert line[4] == _percent(row)
        assert line[6] == _grouped(row["shortfall"])
        assert ("Chưa" in line[7]) == (row["status"] == "not_attained")
    names = {row["unit_name"]: row["unit_code"] for row in rows.values()}
    matrix = [line for line in _table(document, "(1)")[1:] if len(set(line)) > 1]
    assert len(matrix) == 19 + 9 + 9 + 1
    signs = {"attained": "✓ ", "not_attained": "✗ ", "not_applicable": ""}
    for name, *cells in matrix:
        for cell, target in zip(cells, report.decision.targets, strict=True):
            row = rows[target.id, "default", names[name]]
            assert cell == signs[row["status"]] + _percent(row)
    of_readings = [line for line in _table(document, "Tử số/mẫu số", "Cách hiểu")[1:] if len(set(line)) > 1]
    fractions = {
        f"{_grouped(row['numerator'])}/{_grouped(row['denominator'])}"
        for row in rows.values()
        if row["unit_code"] == "ALL"
    }
    assert {line[1] for line in of_readings} == fractions
    assert len(of_readings) == sum(row["unit_code"] == "ALL" for row in rows.values())
    rejected = _table(document, "Lý do")
    assert rejected[-1][1] == _grouped(str(report.totals["rejected"]))


def test_the_draft_s_sentences_say_the_figures_of_the_run(
    published: Path, report: Report, rows: dict[tuple[str, str, str], dict[str, str]]
) -> None:
    words = "\n".join(_texts(docx.Document(str(published / DRAFT))))
    for target in report.decision.targets:
        row = rows[target.id, "default", "ALL"]
        counted = "thủ tục" if target.measure == "procedures_online" else "hồ sơ"
        whole = f"{_grouped(row['numerator'])} trên {_grouped(row['denominator'])} {counted}, đạt tỷ lệ {_percent(row)}"
        assert f"{target.title['vi']}: {whole}" in words
        if row["status"] == "not_attained":
            points = f"{abs(float(row['gap'])) * 100:.1f}".replace(".", ",")
            assert f"là {points} điểm phần trăm; còn thiếu ít nhất {_grouped(row['shortfall'])} {counted}." in words
    ahead = report.outlook["gap"]
    needed = ahead[(ahead["unit_code"] == "ALL") & ahead["verdict"].isin(["reachable", "needs_change"])]
    for row in needed.itertuples(index=False):
        assert f"{_grouped(str(row.needed))} " in words
    assert "xác suất đạt:" in words


def test_the_draft_says_what_stands_in_the_way(published: Path, report: Report) -> None:
    words = "\n".join(_texts(docx.Document(str(published / DRAFT))))
    late = report.outlook["delays"].query("indicator == 'late'")[["numerator", "denominator"]].sum()
    assert f"Hồ sơ trễ hạn: {_grouped(late['numerator'])} trên {_grouped(late['denominator'])} hồ sơ" in words
    stated = report.difficulties
    assert set(stated["month"]) - {month for month in stated["month"] if month <= MONTH}, "some are of later months"
    for row in stated.itertuples(index=False):
        assert (row.text in words) == (row.month <= MONTH)


def test_the_draft_has_the_form_of_an_official_report(published: Path, tmp_path: Path) -> None:
    path = published / DRAFT
    document = docx.Document(str(path))
    words = list(_texts(document))
    for line in ("UBND TỈNH PHÚ YÊN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "DỰ THẢO"):
        assert line in words
    for line in ("BÁO CÁO", "Kính gửi: UBND tỉnh Phú Yên", "Nơi nhận:", "GIÁM ĐỐC"):
        assert line in words
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert [round(side.mm) for side in (section.left_margin, section.right_margin, section.top_margin)] == [30, 20, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert [heading.split()[0] for heading in headings] == ["I.", "II.", "III.", "IV.", "V.", "PHỤ"]
    assert section.different_first_page_header_footer
    assert "PAGE" in "".join(node.text or "" for node in section.header._element.iter(qn("w:instrText")))
    assert {node.get(qn("w:val")) for node in document.styles.element.iter(qn("w:lang"))} == {"vi-VN"}
    for table in document.tables[1:-1]:
        if table.style.name == "Table Grid":
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 7
    assert all("chỉ tiêu" in picture.get("descr") for picture in pictures)
    pdf = convert(path, "pdf", tmp_path).read_bytes()
    assert 8 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 20


def test_english_speaks_english(report: Report, tmp_path: Path) -> None:
    write_annexes(tmp_path, replace(report, language=Language("en")))
    words = "\n".join(_texts(docx.Document(str(tmp_path / DRAFT))))
    assert "DRAFT" in words
    assert "percentage points" in words
    for vietnamese in ("DỰ THẢO", "Chưa đạt", "điểm phần trăm", "Toàn tỉnh", "hồ sơ trực tuyến"):
        assert vietnamese not in words
    assert "Summary" in openpyxl.load_workbook(tmp_path / WORKBOOK).sheetnames


def test_the_same_data_give_the_same_bytes(published: Path, report: Report, tmp_path: Path) -> None:
    names = write_annexes(tmp_path, report)
    assert len(names) == 2 + 10
    for name in names:
        assert (tmp_path / name).read_bytes() == (published / name).read_bytes(), name


def test_open_data_are_the_tables_of_the_run(published: Path, home: Path) -> None:
    for name in ("attainment", "trends", "gap", "projection", "comparison", "files"):
        content = (published / "open-data" / f"{name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        shown = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
        pd.testing.assert_frame_equal(shown, pd.read_csv(home / "processed" / f"{name}.csv"))


def test_open_data_hold_no_dossier_and_no_procedure(published: Path) -> None:
    folder = published / "open-data"
    assert {path.name for path in folder.iterdir()} == {
        *("attainment.csv", "trends.csv", "gap.csv", "projection.csv", "comparison.csv", "files.csv"),
        *("rejects_by_reason.csv", "definitions.csv", "data-dictionary.csv", "README.md"),
    }
    for path in folder.glob("*.csv"):
        heads = path.read_text(encoding="utf-8-sig").splitlines()[0]
        assert not re.search("procedure_|dossier_key|detail", heads)
    words = (folder / "README.md").read_text(encoding="utf-8")
    assert "Dữ liệu mô phỏng" in words
    assert "Synthetic data" in words


def for_analysts(processed: Path) -> set[tuple[str, str]]:
    """Each table that ``columns.toml`` describes for analysts, its columns as a run and the explorer give them."""
    data = dv.load(processed=processed, reference=REFERENCE)
    procedures = dv.explain(target="l3-procedures", data=data).procedures
    compared = dv.compare(data, "l3-dossiers", "district")
    given = [data.dossiers, data.catalogue, data.units, data.rejects, data.targets, procedures, compared]
    written = {path.stem: pd.read_csv(path, nrows=0) for path in processed.glob("*.csv")}
    tables = {**written, **{table.about: table for table in given}}
    return {(name, column) for name, table in tables.items() for column in table.columns}


def test_every_column_is_in_the_dictionary_and_no_entry_is_left_over(
    published: Path, report: Report, home: Path
) -> None:
    folder = published / "open-data"
    entries = pd.read_csv(folder / f"{DICTIONARY}.csv", encoding="utf-8-sig", keep_default_na=False)
    described = set(zip(entries["table"], entries["column"], strict=True))
    written = set()
    for path in folder.glob("*.csv"):
        heads = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        written |= {(path.stem, head) for head in heads}
    assert described == written
    assert (entries[["type", "title_vi", "title_en", "description_vi", "description_en"]] != "").all(axis=None)
    known = load_columns(REFERENCE)
    assert {name for name, table in known.tables.items() if table.published} == {*published_tables(report), DICTIONARY}
    used = {known.key(table, column) for table, column in described | for_analysts(home / "processed")}
    assert used == known.columns.keys()


def test_a_column_without_a_definition_stops_the_run_and_is_named() -> None:
    with pytest.raises(ReferenceProblem, match=r"columns\.toml: \[columns\.new_one\].*attainment"):
        load_columns(REFERENCE).table_schema("attainment", ["unit_code", "new_one"])


def test_a_mistake_in_the_definitions_is_named(tmp_path: Path) -> None:
    text = (REFERENCE / "columns.toml").read_text(encoding="utf-8")
    (tmp_path / "columns.toml").write_text(text.replace('type = "date"', 'type = "day"', 1), encoding="utf-8")
    with pytest.raises(ReferenceProblem, match=r"columns\.toml, line 159: columns\.as_of\.type"):
        load_columns(tmp_path)
