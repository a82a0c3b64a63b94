"""Letters say what the tables say, fit on one page as page and as document, and come back as difficulties."""

import csv
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from support.documents import HOSTILE, grouped, percent, texts
from support.folders import REFERENCE, read_csv
from support.libreoffice import convert_all
from support.published import KINDS, MORE, Publication

from analysis.documents.unit_letter import write_letter
from analysis.dossiers.difficulties import read_difficulties
from analysis.dossiers.lookups import make_lookups
from analysis.findings.report import Report, read_report
from analysis.language.texts import Language
from analysis.presentation.letter import Letter, letters
from analysis.publication.unit_letters import write_letters
from analysis.reference.tables import load_reference
from analysis.storage.shelf import Shelf

pytestmark = pytest.mark.slow
UNITS = [code for code in KINDS if ":" not in code]


def tables(path: Path) -> list[list[list[str]]]:
    """The rows of the tables between letterhead and signature."""
    found = docx.Document(str(path)).tables[1:-1]
    return [[[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows] for table in found]


def document(published: Publication, code: str) -> Path:
    return published.month / f"thu/{code}.docx"


def test_whoever_has_a_page_has_a_letter(september: Publication, year: Publication) -> None:
    for published, codes in ((september, KINDS), (year, MORE)):
        units = {code for code in codes if ":" not in code}
        assert {path.stem for path in (published.month / "thu").glob("*.docx")} == units
        assert {path.stem for path in (published.month / "thu").glob("*.html")} == units


@pytest.mark.parametrize("code", UNITS)
def test_its_verdicts_are_those_of_the_run(
    september: Publication, report: Report, rows: dict[tuple[str, str, str], dict[str, str]], code: str
) -> None:
    shown, *_ = tables(document(september, code))
    words = {"attained": "✓ Đạt", "not_attained": "✗ Chưa đạt", "not_applicable": "– Không có số liệu"}
    counted = attained = 0
    for line, target in zip(shown[1:], report.decision.targets, strict=True):
        row = rows[target.id, "default", code]
        whole = f"{grouped(row['numerator'])}/{grouped(row['denominator'])} = {percent(row)}"
        assert line[0] == target.title["vi"]
        assert line[2] == ("–" if row["denominator"] == "0" else whole)
        assert line[3] == words[row["status"]]
        assert line[4].split(" ")[0] == ("–" if row["shortfall"] == "0" else grouped(row["shortfall"]))
        counted += row["status"] != "not_applicable"
        attained += row["status"] == "attained"
    assert f"đạt {attained} trên {counted} chỉ tiêu" in "\n".join(texts(docx.Document(str(document(september, code)))))


@pytest.mark.parametrize("code", UNITS)
def test_its_faults_are_counted_and_stand_where_it_says(september: Publication, code: str) -> None:
    flaws = [row for row in read_csv(september.processed / "flaws.csv") if row["unit_code"] == code]
    quality = [row for row in read_csv(september.processed / "unit_quality.csv") if row["unit_code"] == code]
    counts = Counter({row["code"]: int(row["count"]) for row in quality if row["kind"] in ("check", "rejected")})
    _, shown, _ = tables(document(september, code))
    faults = [line for row in shown[1:] for line in row[1].split("\n")]
    assert {row[0] for row in shown[1:]} <= {"Sửa ngay", "Nên sửa", "Cần biết"}
    places = {(row["file"], row["row"]) for row in flaws}
    for fault in faults:
        count, file, numbers = re.fullmatch(
            r".+? \(([\d.]+) dòng\): (.+?)(?: \([^()]*\))?, dòng ([\d, ]+)\.", fault
        ).groups()
        assert int(count.replace(".", "")) in counts.values()
        assert {(file, number) for number in numbers.split(", ")} <= places
    more = re.search(r"Loại lỗi khác: (\d+)", "\n".join(texts(docx.Document(str(document(september, code))))))
    assert len(faults) + (int(more[1]) if more else 0) == len(counts)


def _pages(paths: list[Path], folder: Path) -> dict[str, int]:
    found = convert_all(paths, "pdf", folder)
    return {path.stem: len(re.findall(rb"/Type\s*/Page\b", path.read_bytes())) for path in found}


def _extremes(found: list[Letter]) -> list[Letter]:
    """Those with most to say, and with least."""

    def size(one: Letter) -> int:
        return len(one.ask) + len(one.headline) + sum(len(fault) for _, faults in one.faults for fault in faults)

    longest_ask = sorted(found, key=lambda one: len(one.ask))[-3:]
    return [*sorted(found, key=size)[:2], *sorted(found, key=size)[-3:], *longest_ask]


def test_each_is_one_page(september: Publication, year: Publication, tmp_path: Path) -> None:
    for number, published in enumerate((september, year)):
        report = read_report(published.processed, REFERENCE)
        for lang in ("vi", "en"):
            own = replace(report, language=Language(lang))
            folder = tmp_path / f"{number}-{lang}"
            folder.mkdir()
            paths = {}
            for one in _extremes(list(letters(own, own.reference.units["unit_code"]))):
                paths[one.code] = folder / f"{one.code}.docx"
                write_letter(paths[one.code], one, own)
            pages = _pages(list(paths.values()), folder)
            assert set(pages.values()) == {1}, pages


def test_a_filled_answer_comes_back_as_difficulties(september: Publication, tmp_path: Path) -> None:
    *_, answers = tables(document(september, "H45.22"))
    heads, first, second = answers
    filled = [heads, [*first[:2], "Hạ tầng", "Đường truyền chậm. Đề xuất: nâng cấp."], [*second[:3], "Thiếu máy quét"]]
    path = tmp_path / "kho-khan.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(filled)
    stated = read_difficulties(path, make_lookups(load_reference(REFERENCE)))
    assert stated.refused == {}
    assert stated.rows == [
        ("H45.22", "2020-09", "Hạ tầng", "Đường truyền chậm. Đề xuất: nâng cấp."),
        ("H45.22", "2020-09", "", "Thiếu máy quét"),
    ]


def test_it_has_the_form_of_an_official_letter(september: Publication) -> None:
    words = list(texts(docx.Document(str(document(september, "H45.18")))))
    for line in ("UBND TỈNH PHÚ YÊN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "DỰ THẢO"):
        assert line in words
    for line in ("Kính gửi: Sở Xây dựng", "Nơi nhận:", "GIÁM ĐỐC"):
        assert line in words
    whole = "\n".join(words)
    assert "- Như trên;" in whole
    assert "Số:        /STTTT" in whole
    assert "V/v kết quả cung cấp dịch vụ công trực tuyến tháng 9/2020" in whole
    assert "BÁO CÁO" not in words
    assert any(line.startswith("Dữ liệu mô phỏng:") for line in words)


def test_the_same_report_gives_the_same_bytes(september: Publication, report: Report, tmp_path: Path) -> None:
    names = write_letters(tmp_path, report, KINDS, Shelf(tmp_path / "shelf"))
    assert len(names) == 2 * len(UNITS)
    for name in names:
        assert (tmp_path / name).read_bytes() == (september.month / name).read_bytes(), name


def test_hostile_names_stay_text(report: Report, tmp_path: Path) -> None:
    units = report.reference.units.copy()
    names = [name for name in HOSTILE if len(name) < 100]
    units.loc[units.index[: len(names)], "unit_name"] = names
    rejects = report.rejects.assign(file=names[4])
    hostile = replace(report, rejects=rejects, reference=replace(report.reference, units=units))
    codes = list(units["unit_code"][: len(names)])
    write_letters(tmp_path, hostile, codes, Shelf(tmp_path / "shelf"))
    whole = {code: "\n".join(texts(docx.Document(str(tmp_path / f"thu/{code}.docx")))) for code in codes}
    assert "Kính gửi: <script>alert(1)</script>&amp;" in whole[codes[4]]
    assert "\u202e" not in "".join(whole.values())
    for code in codes:
        html = (tmp_path / f"thu/{code}.html").read_text(encoding="utf-8")
        assert "<script" not in html
        assert "\u202e" not in html
