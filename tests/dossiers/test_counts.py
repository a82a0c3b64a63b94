"""Files of counts at the gate: what is understood, what is refused and why, what gives way to what."""

import random
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.counted import HEADINGS, PARTS, count_lines, write_counts
from support.examples import relaxed
from support.folders import read_csv, write_export, write_reference
from support.in_process import cleaning_in_this_process
from support.worked_example import CATALOGUE, DOSSIERS, P1, P2, UNITS

from analysis.dossiers.counts import read_counts
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.stage import clean_exports
from analysis.exports.periods import months_named
from analysis.exports.sheets import Sheet
from analysis.language.problems import RunProblem
from analysis.reference.counts_words import load_counts_words
from analysis.reference.tables import Reference, load_reference

LINE = {"unit_code": "H45.18", "procedure_code": P2, "level": "", "channel": "online", "applicant": "citizen"}
LINE |= {"source": "paper", "month": "2020-06", "received": 5, "resolved": 4, "on_time": 3, "late": 1}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return load_reference(write_reference(tmp_path_factory.mktemp("counts") / "reference", UNITS, CATALOGUE))


class Run:
    """What cleaning leaves of a folder."""

    def __init__(self, folder: Path, reference: Reference) -> None:
        with cleaning_in_this_process():
            self.cleaning = clean_exports(folder / "raw", reference, folder / "processed", folder / "work", jobs=1)
        self.rows = pd.read_parquet(folder / "processed/counts.parquet")
        self.files = {row["file"]: row for row in read_csv(folder / "processed/counts_files.csv")}
        self.refused = [(int(row["row"]), row["column"], row["reason"]) for row in self._read(folder, "refused")]
        self.beside = self._read(folder, "beside_rows")
        self.dossiers = pd.read_parquet(folder / "processed/dossiers.parquet")
        for row in self.files.values():
            parts = ("accepted", "superseded", "beside_rows", "refused", "aside")
            assert int(row["lines"]) == sum(int(row[name]) for name in parts)

    @staticmethod
    def _read(folder: Path, name: str) -> list[dict[str, str]]:
        return read_csv(folder / f"processed/counts_{name}.csv")


def test_counts_alone_are_a_run(reference: Reference, tmp_path: Path) -> None:
    write_counts(tmp_path / "raw/dem.csv", count_lines(DOSSIERS, date(2020, 7, 31)))
    run = Run(tmp_path, reference)
    assert len(run.dossiers) == 0
    assert run.rows["received"].sum() == 6  # one was withdrawn
    assert run.rows["resolved"].sum() == 5
    assert set(run.rows["lacking"]) == {""}
    assert run.cleaning.latest_day == date(2020, 7, 31)
    assert dict(zip(run.rows["procedure_code"], run.rows["level"], strict=True))[P1] in (3, 4)


WRONG: list[tuple[dict[str, object], str, str]] = [
    ({"unit_code": "Sở Không Có"}, "unit", "unknown_unit"),
    ({"month": "Quý II/2020"}, "month", "bad_month"),
    ({"month": ""}, "month", "bad_month"),
    ({"received": "4,5"}, "received", "bad_count"),
    ({"received": -1}, "received", "bad_count"),
    ({"resolved": ""}, "resolved", "bad_count"),
    ({"resolved": 6}, "resolved", "impossible_count"),
    ({"on_time": 5}, "on_time", "impossible_count"),
    ({"late": 3}, "late", "impossible_count"),
    ({"channel": None}, "channel", "unknown_channel"),
    ({"channel": "Fax"}, "channel", "unknown_channel"),
    ({"source": "Chim bồ câu"}, "source", "unknown_value"),
    ({"procedure_code": "9.999999"}, "procedure_code", "unknown_procedure"),
    ({"month": "2999-01"}, "month", "month_to_come"),
]


def test_what_cannot_be_is_refused_with_its_column(reference: Reference, tmp_path: Path) -> None:
    write_counts(tmp_path / "raw/dem.csv", [LINE, *(LINE | changed for changed, _, _ in WRONG)])
    run = Run(tmp_path, reference)
    assert run.refused == [(row, column, reason) for row, (_, column, reason) in enumerate(WRONG, start=3)]
    assert run.rows["row"].tolist() == [2]
    assert run.cleaning.latest_day == date(2020, 6, 30)


def test_a_level_that_changed_within_the_month_is_told_by_the_line_alone(tmp_path: Path) -> None:
    moved = [{**row, **{name: "2020-06-15" for name, day in row.items() if day == "2020-07-01"}} for row in CATALOGUE]
    reference = load_reference(write_reference(tmp_path / "reference", UNITS, moved))
    write_counts(tmp_path / "raw/dem.csv", [LINE | {"procedure_code": P1}, LINE | {"procedure_code": P1, "level": 4}])
    run = Run(tmp_path, reference)
    assert run.refused == [(2, "level", "two_levels")]
    assert run.rows[["level", "level_source"]].values.tolist() == [[4, "export"]]


def test_what_a_file_does_not_tell_is_unknown_and_named(reference: Reference, tmp_path: Path) -> None:
    write_counts(tmp_path / "raw/dem.csv", [LINE], ("unit_code", "month", "received"))
    (row,) = Run(tmp_path, reference).rows.to_dict("records")
    assert row["lacking"] == "procedure_code, level, channel, applicant, source, completed_at|status, due_at"
    assert pd.isna([row[name] for name in (*PARTS, "resolved", "on_time", "late")]).all()


def test_the_other_kind_is_what_is_left_of_the_resolved(reference: Reference, tmp_path: Path) -> None:
    columns = [name for name in HEADINGS if name != "on_time"]
    write_counts(tmp_path / "raw/dem.csv", [LINE, LINE | {"month": "2020-05", "late": 5}], columns)
    run = Run(tmp_path, reference)
    assert run.rows[["on_time", "late", "lacking"]].values.tolist() == [[3, 1, ""]]
    assert run.refused == [(3, "late", "impossible_count")]


def test_sums_numbers_and_signatures_are_set_aside_and_a_line_that_stands_twice_is_used_once(
    reference: Reference, tmp_path: Path
) -> None:
    path = write_counts(tmp_path / "raw/dem.csv", [LINE, LINE, LINE | {"received": 9}])
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    numbers = ",".join(f"({number})" for number in range(1, len(HEADINGS) + 1))
    tail = "Tổng cộng,,,,,,,14,8,6,2\n,,,Người lập,,,,,,,\n"
    path.write_text(f"THỐNG KÊ\nNgày xuất: 30/06/2020\n{head}\n{numbers}\n{body}{tail}", encoding="utf-8")
    run = Run(tmp_path, reference)
    assert run.files["dem.csv"]["aside"] == "3"
    assert run.refused == [(6, "", "repeated_line")]
    assert run.rows["received"].tolist() == [5, 9]  # two lines of one cell are added: the file tells them apart
    assert run.files["dem.csv"]["export_date"] == "2020-06-30"


def test_a_month_within_which_the_file_was_made_is_told_until_that_day(reference: Reference, tmp_path: Path) -> None:
    write_counts(tmp_path / "raw/dem-20200610.csv", [LINE, LINE | {"month": "05/2020"}, LINE | {"month": "07/2020"}])
    run = Run(tmp_path, reference)
    assert run.rows["told_until"].tolist() == [date(2020, 6, 10), date(2020, 5, 31)]
    assert run.refused == [(4, "month", "month_to_come")]
    assert run.cleaning.latest_day == date(2020, 6, 10)


def test_a_later_file_supersedes_cells_and_counts_by_other_columns(reference: Reference, tmp_path: Path) -> None:
    other, july = LINE | {"channel": "counter"}, LINE | {"month": "2020-07"}
    write_counts(tmp_path / "raw/a-20200801.csv", [LINE, other, july])
    write_counts(tmp_path / "raw/b-20200802.csv", [LINE | {"received": 7}])
    write_counts(tmp_path / "raw/c-20200803.csv", [july | {"received": 8}], [n for n in HEADINGS if n != "channel"])
    run = Run(tmp_path, reference)
    assert sorted(zip(run.rows["file"], run.rows["received"], strict=True)) == [
        ("a-20200801.csv", 5),
        ("b-20200802.csv", 7),
        ("c-20200803.csv", 8),
    ]
    assert run.rows.loc[run.rows["file"] == "a-20200801.csv", "channel"].tolist() == ["counter"]
    assert [row["superseded"] for row in run.files.values()] == ["2", "0", "0"]


def test_rows_win_and_the_counts_beside_them_are_reported(reference: Reference, tmp_path: Path) -> None:
    write_export(tmp_path / "raw/xuat-20200731.csv", DOSSIERS)
    write_counts(tmp_path / "raw/dem-20200731.csv", [LINE, LINE | {"month": "2020-05"}, LINE | {"channel": "post"}])
    run = Run(tmp_path, reference)
    assert run.rows["month"].tolist() == [date(2020, 5, 1)]
    assert {row["cell"]: row["reported"] for row in run.beside} == {
        "received_new": "10",
        "received_online": "5",
        "received_counter": "0",
        "received_post": "5",
    }


def test_nothing_given_leaves_empty_tables_and_a_folder_of_nothing_is_told(
    reference: Reference, tmp_path: Path
) -> None:
    write_export(tmp_path / "raw/xuat-20200731.csv", DOSSIERS)
    run = Run(tmp_path, reference)
    assert (len(run.rows), run.files, run.refused, run.beside) == (0, {}, [], [])
    (tmp_path / "raw/xuat-20200731.csv").unlink()
    with pytest.raises(RunProblem), cleaning_in_this_process():
        clean_exports(tmp_path / "raw", reference, tmp_path / "processed", tmp_path / "work", jobs=1)


@pytest.mark.parametrize(
    "text",
    [
        "2020-06",
        "06/2020",
        "6/2020",
        "Tháng 6/2020",
        "tháng 06 năm 2020",
        "2020/6",
        "6-2020",
        "202006",
        "10/06/2020",
        "2020-06-01",
    ],
)
def test_months_are_read_in_the_usual_forms(text: str, reference: Reference) -> None:
    assert months_named([text], reference.vocabulary) == {text: date(2020, 6, 1)}


@pytest.mark.parametrize(
    "text", ["13/2020", "2020-13", "Quý II/2020", "Năm 2020", "6", "sáu", "tháng sáu", "9 tháng năm 2020", ""]
)
def test_what_names_no_month_is_none(text: str, reference: Reference) -> None:
    assert months_named([text], reference.vocabulary) == {}


def test_days_with_the_month_first_are_not_taken_for_januarys(reference: Reference) -> None:
    assert months_named(["6/1/2020", "7/1/2020", "2020-08"], reference.vocabulary) == {"2020-08": date(2020, 8, 1)}


CELLS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            *(
                "",
                "-",
                "0",
                "1",
                "5",
                "-1",
                "1e3",
                "4,5",
                "1.000",
                "12.0",
                "999999999999",
                "Cộng",
                "Tổng số",
                "(1)",
                "nan",
            ),
            *(
                "Sở Xây dựng",
                "H45.22",
                "2020-06",
                "6/1/2020",
                "31/02/2020",
                "Mức độ 3",
                P1,
                P2,
                "Trực tuyến",
                "=1+1",
                "\x00",
            ),
        ]
    ),
)


@given(cells=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10), CELLS), max_size=25), seed=st.randoms())
@settings(relaxed, max_examples=60)
def test_every_line_ends_in_one_place_whatever_cells_say_and_wherever_it_stands(
    cells: list[tuple[int, int, str]], seed: random.Random, reference: Reference
) -> None:
    lookups, words = make_lookups(reference), load_counts_words(reference.folder)
    lines = [[str(LINE[name]) for name in HEADINGS] for _ in range(6)]
    for row, column, text in cells:
        lines[row][column] = text
    found = []
    for _ in range(2):
        table = zip(HEADINGS.values(), *lines, strict=True)
        columns = {f"c{number}": pa.array(list(column), pa.string()) for number, column in enumerate(table)}
        read = read_counts([Sheet("Trang 1", pa.table(columns))], words, lookups)
        assert read.lines == len(read.rows) + len(read.refused) + read.aside
        for row in read.rows:
            assert row.received >= (row.resolved or 0) >= (row.on_time or 0) >= 0
            assert row.received >= (row.on_time or 0) + (row.late or 0)
        found.append(sorted(row.received for row in read.rows))
        seed.shuffle(lines)
    assert found[0] == found[1]
