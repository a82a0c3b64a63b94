"""Nothing personal gets past the reader (contract §3): marked cells are sought in everything that a run writes."""

import io
import json
import re
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.folders import read_csv
from support.province import CODES, MARKER, NUMBERS
from support.published import Province, Publication

from analysis.dossiers.masking import MASK

pytestmark = pytest.mark.slow
CODE = re.compile(rb"-\d{6}-\d{4}|\d{15,}")  # how the codes of all the exports' dossiers end
LONGEST = 30  # bytes of a code


@pytest.fixture(scope="module", params=["vi", "en"])
def done(province: Province, request: pytest.FixtureRequest) -> Publication:
    """A whole run in each language; what it said is kept with what it wrote."""
    return province.september() if request.param == "vi" else province.year("en")


@pytest.fixture(scope="module")
def written(province: Province, done: Publication) -> list[Path]:
    return [path for folder in (done.home, province.user) for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def codes(province: Province) -> set[bytes]:
    """The codes of all the exports' dossiers."""
    return {code.encode() for code in json.loads((province.exports / CODES).read_text(encoding="utf-8"))}


def test_no_marked_cell_is_in_anything_written(written: list[Path]) -> None:
    kinds = {".csv", ".parquet", ".json", ".html", ".ipynb", ".xlsx", ".docx", ".txt"}
    assert {path.suffix for path in written} >= kinds
    assert [str(path) for path in written if _tells(path)] == []


def test_no_dossier_code_is_in_anything_written(written: list[Path], codes: set[bytes]) -> None:
    assert len(codes) > 1_000
    for path in written:
        assert _codes_in(_text_of(path), codes) == [], path


def test_what_a_difficulty_says_of_a_person_is_masked(done: Publication, written: list[Path]) -> None:
    masked = f"Gọi {' hoặc '.join([MASK] * len(NUMBERS))} không ai nghe"
    assert [row["text"] for row in read_csv(done.processed / "difficulties.csv") if MASK in row["text"]] == [masked]
    ledger = json.loads((done.processed / "clean.json").read_text(encoding="utf-8"))["difficulties"]
    assert ledger[0]["refused"] == {"unknown_unit": 1, "bad_month": 1}
    assert ledger[1]["problem"]
    for path in written:
        content = _text_of(path)
        assert not [number for number in NUMBERS if number.encode() in content], path


def test_the_search_itself_finds_what_is_there(province: Province, codes: set[bytes]) -> None:
    exports = list((province.exports / "raw").rglob("*.csv"))
    assert sum(_tells(path) for path in exports) > 5
    assert all(_codes_in(b"<td>" + code + b"</td>", codes) for code in codes)


def _codes_in(content: bytes, codes: set[bytes]) -> list[bytes]:
    """The codes in a text: sought only where something ends as they do, since there are many of both."""
    around = {content[max(found.end() - LONGEST, 0) : found.end()] for found in CODE.finditer(content)}
    return [code for code in codes if any(code in part for part in around)]


def _tells(path: Path) -> bool:
    return _holds(_text_of(path)) or MARKER.lower() in str(path).lower()


def _holds(content: bytes) -> bool:
    low = content.lower()
    return any(MARKER.lower().encode(encoding) in low for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def _text_of(path: Path) -> bytes:
    """A file's bytes, and what it holds when it is unpacked."""
    content = path.read_bytes()
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as archive:
            return content + b"".join(archive.read(name) for name in archive.namelist())
    if path.suffix != ".parquet":
        return content
    table = pq.read_table(io.BytesIO(content))
    return content + str(table.to_pydict()).encode() + str(table.schema).encode()
