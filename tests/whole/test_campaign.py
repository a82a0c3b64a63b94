"""Attacks with a seed: spoilt exports, reference files, command lines and parameters. Nothing ends in a traceback.

The ledger adds up by a count of its own, and nothing personal comes out. A short form runs with the other tests; the
long one, of thousands, with ``DVCTT_CAMPAIGN=100 pytest tests/whole/test_campaign.py`` (another seed with
``DVCTT_SEED``).
"""

import csv
import io
import os
import random
import shutil
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
import xlwt
from support.folders import REFERENCE, read_csv, write_few_units, write_reference
from support.small_exports import CATALOGUE, UNITS
from support.small_run import call_here

from analysis.dossiers.stage import clean_exports
from analysis.language.problems import Problem
from analysis.notebooks.parameters import check_parameters
from analysis.reference.tables import load_reference

pytestmark = pytest.mark.slow
TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))
SEED = int(os.environ.get("DVCTT_SEED", "766"))
MARK = "Nguyễn Riêng Tư"
HEAD = ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Hình thức nộp", "Ngày tiếp nhận", "Ngày trả kết quả", "Trạng thái", "Họ tên"]
CELLS = [
    *("", " ", "\x00", "\x1b[31m", "\u202e", "\ud83c\udfdb", "=1+1", "'", '"', '"""', ",", ";", "\n", "\r", "\t"),
    *("9999-12-31T23:59:59Z", "31/12/9999", "0", "-1", "1e308", "99999", "00/00/0000", "29/02/2021", "1.001190"),
    *(MARK, "0905 123 456", "Sở Xây dựng", "Trực tuyến", "<table><tr><td>", "]]>", "&#0;", "&lol;", "%s%n", "NULL"),
    "x" * 40_000,
]


def rows(chance: random.Random, count: int) -> list[list[str]]:
    usual = ("1.001190", "Sở Xây dựng", "Trực tuyến", "10/06/2020", "12/06/2020", "Đã trả kết quả")
    return [[f"H45-{chance.randrange(10**9)}", *usual, f"{MARK} {number}"] for number in range(count)]


def as_text(separator: str, encoding: str) -> Callable[[list[list[str]]], bytes]:
    def write(table: list[list[str]]) -> bytes:
        told = io.StringIO()
        csv.writer(told, delimiter=separator).writerows(table)
        return told.getvalue().encode(encoding, "replace")

    return write


def as_xlsx(table: list[list[str]]) -> bytes:
    told = io.BytesIO()
    with xlsxwriter.Workbook(told, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(table):
            for column, cell in enumerate(line):
                sheet.write_string(number, column, cell[:32_000].replace("\ud83c", "").replace("\udfdb", ""))
    return told.getvalue()


def as_xls(table: list[list[str]]) -> bytes:
    book, told = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = book.add_sheet("S")
    for number, line in enumerate(table):
        for column, cell in enumerate(line):
            sheet.write(number, column, cell[:32_000].replace("\ud83c", "").replace("\udfdb", ""))
    book.save(told)
    return told.getvalue()


def as_html(table: list[list[str]]) -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in table)
    return f"<html><meta charset=utf-8><table>{body}</table></html>".encode("utf-8", "replace")


WRITERS = {
    "a.csv": as_text(",", "utf-8"),
    "b.csv": as_text(";", "utf-16"),
    "c.txt": as_text("\t", "utf-8-sig"),
    "d.xlsx": as_xlsx,
    "e.xls": as_xls,
    "f.xls": as_html,
}


def spoilt_cells(chance: random.Random, table: list[list[str]]) -> list[list[str]]:
    for _ in range(chance.randrange(1, 6)):
        line = chance.choice(table)
        way = chance.randrange(4)
        if way == 0:
            line[chance.randrange(len(line))] = chance.choice(CELLS)
        elif way == 1:
            line.insert(chance.randrange(len(line)), chance.choice(CELLS))
        elif way == 2:
            table.insert(chance.randrange(len(table)), [chance.choice(CELLS)] * chance.randrange(1, 9))
        elif len(line) > 1:
            line.pop(chance.randrange(len(line)))
    return [[cell or "" for cell in line] or [""] for line in table]


def spoilt_bytes(chance: random.Random, data: bytes) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 40)
    return {
        0: data[:at] + bytes(chance.randrange(256) for _ in range(length)) + data[at + length :],
        1: data[:at],
        2: data[:at] + data[at + length :],
        3: data[:at] + data[max(0, at - length) : at] * 3 + data[at:],
    }[chance.randrange(4)]


def spoilt_member(chance: random.Random, data: bytes, *, mended: bool) -> bytes:
    """A workbook one of whose parts is spoilt, its check sum mended or not."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {part.filename: archive.read(part) for part in archive.infolist()}
    name = chance.choice(sorted(parts))
    before = zlib.crc32(parts[name])
    parts[name] = spoilt_bytes(chance, parts[name] or b"x")
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    after = struct.pack("<I", zlib.crc32(parts[name]))
    return told.getvalue() if mended else told.getvalue().replace(after, struct.pack("<I", before))


def export(chance: random.Random, name: str) -> bytes:
    table = [[*HEAD], *rows(chance, chance.randrange(1, 12))]
    way = chance.randrange(4)
    if way in (0, 3) and name not in ("d.xlsx",):
        return WRITERS[name](spoilt_cells(chance, table))
    if name == "d.xlsx" and way != 1:
        return spoilt_member(chance, as_xlsx(table), mended=way == 2) if way else as_xlsx(spoilt_cells(chance, table))
    return spoilt_bytes(chance, WRITERS[name](table))


def test_exports(tmp_path: Path) -> None:
    """Each row of each file ends in one place, counted in the tables that people get."""
    chance, raw, processed = random.Random(SEED), tmp_path / "raw", tmp_path / "processed"
    raw.mkdir()
    for number in range(100 * TIMES):
        name = chance.choice(sorted(WRITERS))
        (raw / f"{number:05}{name}").write_bytes(export(chance, name))
    clean = [[*HEAD], *rows(chance, 7)]
    for name, write in WRITERS.items():
        (raw / f"whole-{name}").write_bytes(write(clean))
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, CATALOGUE))
    clean_exports(raw, reference, processed, jobs=2)
    files, rejects = read_csv(processed / "files.csv"), read_csv(processed / "rejects.csv")
    dossiers = pd.read_parquet(processed / "dossiers.parquet")
    assert len(files) == 100 * TIMES + len(WRITERS)
    accepted, rejected = Counter(dossiers["file"]), Counter(row["file"] for row in rejects)
    for file in files:
        read, *ends = (int(file[column]) for column in ("read", "accepted", "rejected", "superseded"))
        assert read == sum(ends), file["file"]
        assert ends[:2] == [accepted[file["file"]], rejected[file["file"]]], file["file"]
        assert (file["status"] == "quarantined") == bool(file["reason"]), file["file"]
        assert "Traceback" not in file["reason"]
        assert "the reader stumbled" not in file["reason"], file
    whole_ones = [file for file in files if file["file"].startswith("whole-")]
    assert {(file["status"], file["read"]) for file in whole_ones} == {("accepted", "7")}, "the same in all six formats"
    assert dossiers["dossier_key"].is_unique
    for path in processed.glob("*.csv"):
        assert MARK not in path.read_text(encoding="utf-8"), path.name
    assert not dossiers.astype(str).apply(lambda column: column.str.contains("Riêng")).any(axis=None)


def test_reference_files(tmp_path: Path) -> None:
    """Each loads or is refused with a message that says where."""
    chance, folder = random.Random(SEED), tmp_path / "reference"
    write_few_units(folder, ["H45.18", "H45.22", "H45.22.01"])
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".csv", ".toml")]
    whole_files = {path: path.read_bytes() for path in paths}
    # Of the catalogue a few lines: what is checked is each line alike.
    catalogue = folder / "catalogue.csv"
    whole_files[catalogue] = b"\n".join(whole_files[catalogue].splitlines()[:30]) + b"\n"
    catalogue.write_bytes(whole_files[catalogue])
    refused: list[str] = []
    for _ in range(40 * TIMES):
        path = chance.choice(paths)
        data = whole_files[path]
        if chance.randrange(2):
            lines = data.decode().splitlines()
            at = chance.randrange(len(lines))
            words = lines[at].split("=") if path.suffix == ".toml" else lines[at].split(",")
            words[chance.randrange(len(words))] = chance.choice(CELLS).encode("utf-8", "replace").decode()
            lines[at] = ("=" if path.suffix == ".toml" else ",").join(words)
            path.write_text("\n".join(lines), encoding="utf-8")
        else:
            path.write_bytes(spoilt_bytes(chance, data))
        try:
            load_reference(folder)
        except Problem as problem:
            refused.append(str(problem))
        path.write_bytes(data)
    load_reference(folder)
    assert len(refused) >= 5 * TIMES
    assert max(map(len, refused)) < 2_000


def test_command_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence on standard error and an exit code of the contract, whatever is asked for."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt  # the work itself is not what is tried

    monkeypatch.setattr("analysis.publication.stages.execute_stages", stop)
    chance = random.Random(SEED)
    (tmp_path / "raw").mkdir()
    (tmp_path / "a-file").write_text("mine", encoding="utf-8")
    flags = ["--raw", "--reference", "--processed", "--reports", "--decision", "--as-of", "--until", "--units"]
    flags += ["--jobs", "--lang", "--engine", "--master", "--dossiers", "--out", "--seed", "--formats", "--bogus", "-h"]
    values = [*CELLS, "raw", "a-file", "/dev/null", ".", "..", "a-file/x", "~", "clean", "report", "2020-09-30"]
    values += [
        "30/9/2020",
        "all",
        "none",
        "H45.18",
        "vi",
        "en",
        "fr",
        "duckdb",
        "spark",
        "-1",
        "10000000",
        str(REFERENCE),
    ]
    for _ in range(60 * TIMES):
        command = chance.choice(["run", "run", "measure", "sample", "", "bogus"])
        given = [command] * bool(command)
        for _ in range(chance.randrange(5)):
            flag = chance.choice(flags)
            value = chance.choice(values).replace("\0", "\\0")
            given += [f"{flag}={value}"] if chance.randrange(2) else [flag, value]
        if command == "sample":  # what it would write is not what is tried
            given += ["--dossiers", "0"]
        if command == "run":
            given = ["run", "--raw", "raw", "--reference", str(REFERENCE), *given[1:]]
        done = call_here(given, tmp_path)
        assert done.returncode in (0, 1, 2, 3, 130), (given, done.stderr)
        assert "Traceback" not in done.stderr
        assert "Chương trình có lỗi" not in done.stderr, (given, done.stderr)
        assert "program's" not in done.stderr, (given, done.stderr)
        assert bool(done.stderr) == (done.returncode not in (0,)), (given, done.stderr)
        assert (tmp_path / "a-file").read_text(encoding="utf-8") == "mine"
        shutil.rmtree(tmp_path / "data", ignore_errors=True)


def test_parameters() -> None:
    """A notebook's first cell passes what fits and refuses the rest with a sentence."""
    chance = random.Random(SEED)
    names = ["raw", "reference", "processed", "work", "decision", "as_of", "lang", "jobs", "engine", "master", "unit"]
    values = [*CELLS, None, 0, -1, 1.5, True, [], {}, "vi", "en", "fr", "duckdb", "dukdb", "2020-09-30", 10**30]
    refused: list[str] = []
    for _ in range(300 * TIMES):
        given = {name: chance.choice(values) for name in chance.sample(names, 4)}
        try:
            check_parameters(**given)
        except Problem as problem:
            refused.append(str(problem))
        else:
            assert all(isinstance(value, str) for name, value in given.items() if name != "jobs")
    assert len(refused) > 100 * TIMES
    assert max(map(len, refused)) < 300
