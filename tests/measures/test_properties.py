"""Properties that hold for whatever an export or a year looks like (hypothesis)."""

import io
import os
import random
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import HEADINGS, export_line, read_csv, write_export, write_reference
from support.in_process import cleaning_in_this_process, figures_of
from support.independent import count_attainment, effective_level
from support.worked_example import CATALOGUE, DOSSIERS, P1, P2, P3, PERIOD, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.measures.attainment import attain
from analysis.measures.figures import shortfall
from analysis.reference.tables import Reference, load_reference

pytestmark = pytest.mark.slow
TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))  # more examples, as tests/whole/test_campaign.py

SISTER = {**UNITS[1], "unit_code": "H45.23", "unit_name": "Huyện Tuy An"}
COMMUNES = [
    {**SISTER, "unit_code": code, "unit_name": name, "tier": "commune", "parent_code": code[:6]}
    for code, name in (("H45.22.01", "Xã Xuân Lãnh"), ("H45.22.02", "Xã Đa Lộc"), ("H45.23.01", "Xã An Mỹ"))
]
ALL_UNITS = [*UNITS, SISTER, *COMMUNES]
P4 = "2.000004.000.00.00.H45"
# P3 is offered at both lower tiers, at different levels: a group that holds both has it at both.
ALL_PROCEDURES = [
    *CATALOGUE,
    {**CATALOGUE[3], "tier": "commune", "level": "4", "valid_from": "2020-03-10"},
    {
        **CATALOGUE[3],
        "procedure_code": P4,
        "procedure_name": "Thủ tục bốn",
        "tier": "commune",
        "valid_to": "2020-09-01",
    },
]
SOURCES = ["provincial_portal", "national_portal", "one_stop", "ministry_system", "paper", None]
STATUSES = ["not_accepted", "processing", "supplement", "resolved", "refused", "withdrawn", None]
TARGETS = tomllib.loads(
    (Path(__file__).parents[2] / "data/reference/decisions/766-qd-ubnd-2020.toml").read_text(encoding="utf-8")
)["targets"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return load_reference(
        write_reference(tmp_path_factory.mktemp("reference") / "reference", ALL_UNITS, ALL_PROCEDURES)
    )


# --- The ledger adds up whatever a file looks like -------------------------------------------------

LINES = [list(HEADINGS), *(export_line(number, dossier) for number, dossier in enumerate(DOSSIERS))]


def _as_csv(lines: list[list[str]]) -> bytes:
    return "\r\n".join(";".join(f'"{cell}"' for cell in line) for line in lines).encode("utf-8-sig")


def _as_utf16(lines: list[list[str]]) -> bytes:
    return "\n".join("\t".join(line) for line in lines).encode("utf-16")


def _as_html(lines: list[list[str]]) -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
    return f"<html><meta charset='utf-8'><table>{rows}</table></html>".encode()


def _as_xlsx(lines: list[list[str]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Hồ sơ")
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return content.getvalue()


def _as_xls(lines: list[list[str]]) -> bytes:
    book, content = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Hồ sơ")
    for number, line in enumerate(lines):
        for column, cell in enumerate(line):
            sheet.write(number, column, cell)
    book.save(content)
    return content.getvalue()


WRITERS = {"a.csv": _as_csv, "b.txt": _as_utf16, "c.xls": _as_html, "d.xlsx": _as_xlsx, "e.xls": _as_xls}
TEXTS, BOOKS = ("a.csv", "b.txt", "c.xls"), ("d.xlsx", "e.xls")
WHOLE = {name: write(LINES) for name, write in WRITERS.items()}

edits = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut", "double"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def _edited(content: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, piece in changes:
        at = int(where * len(content))
        if kind == "replace":
            content = content[:at] + piece + content[at + len(piece) :]
        elif kind == "insert":
            content = content[:at] + piece + content[at:]
        elif kind == "delete":
            content = content[:at] + content[at + 40 * len(piece) :]
        elif kind == "cut":
            content = content[:at]
        else:
            content = content[:at] + content[at : at + 200] + content[at:]
    return content


def _ledger_of(files: dict[str, bytes], reference: Reference) -> list[dict[str, str]]:
    """Cleans files with the given contents, checks that every row ended in one place, returns files.csv."""
    with tempfile.TemporaryDirectory() as folder:
        raw, processed = Path(folder) / "raw", Path(folder) / "processed"
        for name, content in files.items():
            (raw / name).parent.mkdir(parents=True, exist_ok=True)
            (raw / name).write_bytes(content)
        clean_exports(raw, reference, processed, Path(folder) / "work", jobs=1)
        ledger = read_csv(processed / "files.csv")
        assert {line["file"] for line in ledger} == set(files)
        rejects = Counter(line["file"] for line in read_csv(processed / "rejects.csv"))
        dossiers = pd.read_parquet(processed / "dossiers.parquet")
        kept = Counter(dossiers["file"])
        assert dossiers["dossier_key"].is_unique
        for line in ledger:
            read, accepted, rejected, superseded = (
                int(line[name]) for name in ("read", "accepted", "rejected", "superseded")
            )
            assert read == accepted + rejected + superseded
            assert (accepted, rejected) == (kept[line["file"]], rejects[line["file"]])
            assert (line["status"] == "quarantined") == bool(line["reason"])
            assert line["status"] == "accepted" or read == 0
        return ledger


def test_whole_files_are_read_whole(reference: Reference) -> None:
    ledger = _ledger_of(WHOLE, reference)
    assert [line["read"] for line in ledger] == ["7"] * 5
    assert sorted(line["accepted"] for line in ledger) == ["0", "0", "0", "0", "7"]  # the same dossiers five times


def _spoilt(several: list[list[tuple[str, float, bytes]]], names: Iterable[str]) -> dict[str, bytes]:
    """Each of the whole files with each of the changes, below the number of these."""
    return {f"{number}/{name}": _edited(WHOLE[name], edit) for number, edit in enumerate(several) for name in names}


@given(several=st.lists(edits, min_size=6, max_size=6))
@settings(relaxed, max_examples=3 * TIMES)
def test_every_row_ends_in_one_place_whatever_bytes_change(
    reference: Reference, several: list[list[tuple[str, float, bytes]]]
) -> None:
    with cleaning_in_this_process():
        _ledger_of(_spoilt(several, TEXTS), reference)


@given(several=st.lists(edits, min_size=3, max_size=3))
@settings(relaxed, max_examples=2 * TIMES)
def test_a_spoilt_workbook_harms_nothing_else(
    reference: Reference, several: list[list[tuple[str, float, bytes]]]
) -> None:
    # In real workers: what spoils a workbook can end the process that reads it.
    ledger = _ledger_of({**_spoilt(several, BOOKS), "z.csv": WHOLE["a.csv"]}, reference)
    assert ledger[-1]["accepted"] == "7"


cell_texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *("", " ", "-", "0", "1", "3", "44013", "44013.75", "1e308", "31/02/2020", "99/99/9999", "0001-01-01"),
            *("2020-07-05T08:00:00+07:00", "01/07/20200", "Cộng", "Tổng cộng", "(1)", "(2)", "=1+1", "H45.22"),
            *("'", '"', "Sở Xây dựng", "Mức độ 3", "1.000001", "nan", "NULL", "\u200b", "\ufeff", "\x00", "a\nb"),
            *("<td>", "Mã hồ sơ"),
        ]
    ),
)


changed_cells = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, len(HEADINGS) - 1), cell_texts), min_size=1, max_size=12
)


@given(several=st.lists(changed_cells, min_size=6, max_size=6))
@settings(relaxed, max_examples=4 * TIMES)
def test_every_row_ends_in_one_place_whatever_cells_say(
    reference: Reference, several: list[list[tuple[int, int, str]]]
) -> None:
    files = {}
    for number, cells in enumerate(several):
        lines = [list(line) for line in LINES]
        for row, column, text in cells:
            lines[row][column] = text.encode("utf-8", "replace").decode()
        files |= {f"{number}/{name}": WRITERS[name](lines) for name in TEXTS}
    with cleaning_in_this_process():
        _ledger_of(files, reference)


@given(st.lists(st.binary(max_size=400), min_size=5, max_size=5))
@settings(relaxed, max_examples=2 * TIMES)
def test_no_bytes_make_an_exception_escape(reference: Reference, several: list[bytes]) -> None:
    files = {f"{number}/{name}": content for number, content in enumerate(several) for name in [*TEXTS, "d.xlsx"]}
    with cleaning_in_this_process():
        _ledger_of(files, reference)


# --- The order of rows and files -------------------------------------------------------------------


KNOWN = [{**dossier, "dossier_id": f"H45-{number}"} for number, dossier in enumerate(DOSSIERS * 3)]
# Sights of the first three dossiers in an export of a later date.
LATER = [{**dossier, "channel": "counter", "status": "resolved"} for dossier in KNOWN[:3]]
IN_FILES = {"20200731": (KNOWN[:11], KNOWN[11:]), "20200801": (LATER,)}


def _figures(folder: Path, reference: Reference, names: list[str], order: Callable[[list[Any]], list[Any]]) -> object:
    """What is counted of the exports under these names, the rows of each in an order."""
    parts = [(day, part) for day, of_day in IN_FILES.items() for part in of_day]
    for name, (day, part) in zip(names, parts, strict=True):
        write_export(folder / f"raw/{name}-{day}.csv", order(part))
    return figures_of(folder / "raw", reference, folder, "2020-07-31")


@pytest.fixture(scope="module")
def in_order(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> object:
    return _figures(tmp_path_factory.mktemp("in_order"), reference, ["a", "b", "c"], list)


@given(seed=st.randoms(use_true_random=False))
@settings(relaxed, max_examples=5 * TIMES)
def test_order_of_rows_and_files_changes_no_figure(reference: Reference, in_order: object, seed: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = seed.sample(["x", "y/y", "z"], 3)
        found = _figures(Path(folder), reference, names, lambda part: seed.sample(part, len(part)))
    assert found == in_order


def test_ties_go_to_the_later_row_and_the_later_file(reference: Reference, tmp_path: Path) -> None:
    first, second, third = ({**DOSSIERS[0], "dossier_id": "H45-1", "source": s} for s in ("paper", "one_stop", None))
    write_export(tmp_path / "raw/a-20200731.csv", [third, first])
    write_export(tmp_path / "raw/b-20200731.csv", [third, second])
    with cleaning_in_this_process():
        clean_exports(tmp_path / "raw", reference, tmp_path / "processed", tmp_path / "work", jobs=1)
    (kept,) = pd.read_parquet(tmp_path / "processed/dossiers.parquet").to_dict("records")
    assert (kept["file"], kept["row"], kept["source"]) == ("b-20200731.csv", 3, "one_stop")


# --- Figures ----------------------------------------------------------------------------------------


class _Target:
    def __init__(self, minimum: Fraction) -> None:
        self.minimum = minimum


@given(
    denominator=st.integers(1, 10**6),
    part=st.fractions(0, 1),
    minimum=st.sampled_from([Fraction(target["minimum"]) for target in TARGETS])
    | st.fractions(0, 1, max_denominator=999),
)
@settings(relaxed, max_examples=200)
def test_shortfall_is_minimal(denominator: int, part: Fraction, minimum: Fraction) -> None:
    numerator = int(part * denominator)
    found = shortfall(np.array([numerator]), np.array([denominator]), _Target(minimum))  # type: ignore[arg-type]
    needed = int(found[0])
    assert needed >= 0
    assert Fraction(numerator + needed, denominator) >= minimum
    assert needed == 0 or Fraction(numerator + needed - 1, denominator) < minimum


def _dossiers(seed: random.Random, count: int) -> list[dict[str, Any]]:
    """A year of dossiers at random, misfiled ones, unknown values and days around the year's ends among them."""
    made = []
    for _ in range(count):
        unit, code = seed.choice(ALL_UNITS), seed.choice([P1, P2, P3, P4, "9.999999"])
        received = datetime(2019, 12, 30) + timedelta(minutes=seed.randrange(370 * 24 * 60))
        completed = received + timedelta(days=seed.choice([0, 1, 5, 40, 200])) if seed.random() < 0.6 else None
        level, _ = effective_level(ALL_PROCEDURES, code, unit, received.date(), seed.choice([None, 2, 3, 4]))
        made.append(
            {
                "unit_code": unit["unit_code"],
                "tier": unit["tier"],
                "procedure_code": code,
                "level": level,
                "channel": seed.choice(["online", "online", "counter", "post"]),
                "applicant": seed.choice(["citizen", "agency", "business", None]),
                "source": seed.choice(SOURCES),
                "status": seed.choice(STATUSES),
                "received_at": received,
                "completed_at": completed,
            }
        )
    return made


@given(
    seed=st.randoms(use_true_random=False),
    count=st.sampled_from([0, 1, 30, 400]),
    as_of=st.dates(date(2020, 1, 1), date(2021, 2, 1)),
)
@settings(relaxed, max_examples=6 * TIMES)
def test_every_figure_is_the_independent_count(
    reference: Reference, seed: random.Random, count: int, as_of: date
) -> None:
    dossiers = _dossiers(seed, count)
    found = _attained(dossiers, reference, as_of)
    expected = count_attainment(dossiers, ALL_UNITS, ALL_PROCEDURES, TARGETS, PERIOD, as_of)
    keys = zip(*(found[name] for name in ("target_id", "reading", "unit_code", "window", "month")), strict=True)
    figures = zip(*(found[name] for name in ("numerator", "denominator", "shortfall", "status")), strict=True)
    counted = dict(zip(keys, figures, strict=True))
    assert len(counted) == len(found)
    assert {key: figure for key, figure in counted.items() if expected.get(key) != figure} == {}
    assert counted.keys() == expected.keys()
    assert (found["numerator"] <= found["denominator"]).all()


def _attained(dossiers: list[dict[str, Any]], reference: Reference, as_of: date) -> pd.DataFrame:
    columns = {
        **dict.fromkeys(("unit_code", "tier", "procedure_code", "channel", "applicant", "source", "status"), "string"),
        "level": "int8",
        "received_at": "timestamp(6)",
        "completed_at": "timestamp(6)",
    }
    connection = ibis.duckdb.connect()
    table = connection.create_table("dossiers", schema=ibis.schema(columns), temp=True)
    if dossiers:
        connection.insert("dossiers", pd.DataFrame(dossiers, dtype=object)[list(columns)])
    return attain(table, reference, reference.decision("766-qd-ubnd-2020"), as_of)
