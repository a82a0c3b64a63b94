"""Where no export of a unit has a column, what needs it is not measured there: never 0, and the column is named."""

import csv
from datetime import date
from pathlib import Path

import pytest
from support.folders import read_csv, write_reference
from support.in_process import cleaning_in_this_process
from support.wider_decision import ID, write_decision
from support.worked_example import CATALOGUE, P2, P3, UNITS

from analysis.dossiers.stage import clean_exports
from analysis.duties.stage import make_duties
from analysis.findings.finding import of_unit
from analysis.findings.report import read_report
from analysis.language.texts import Language
from analysis.measures.attainment import make_attainment
from analysis.outlook.stage import make_outlook
from analysis.presentation.statements import outlook_word, prospect, uncounted
from analysis.presentation.words import UNFORETOLD, UNMEASURED
from analysis.reference.tables import Reference, load_reference

HEADINGS = {
    **{"dossier_id": "Mã hồ sơ", "procedure_code": "Mã TTHC", "unit": "Cơ quan giải quyết"},
    **{"channel": "Hình thức tiếp nhận", "source": "Nguồn tiếp nhận", "received_at": "Ngày tiếp nhận"},
    **{"due_at": "Ngày hẹn trả", "completed_at": "Ngày trả kết quả", "status": "Trạng thái"},
    **{"applicant": "Đối tượng", "level": "Mức độ", "payment": "Thanh toán trực tuyến", "digitised": "Số hóa hồ sơ"},
}
SOME, OTHER = "H45.18", "H45.22"
ROWS = [  # unit, procedure, received, due, completed
    *((SOME, P2, f"{day:02}/06/2020", "20/06/2020", "19/06/2020") for day in range(1, 5)),
    *((OTHER, P3, f"{day:02}/06/2020", "20/06/2020", "21/06/2020") for day in range(1, 4)),
    (OTHER, P3, "05/06/2020", "20/06/2020", "20/06/2020"),
]
Figures = dict[tuple[str, str], tuple[str, ...]]
LACKING = {  # the columns that are left out, the targets that cannot be measured then, and what they lack
    "due_at": (["due_at"], {"on-time", "four-on-time"}, "due_at"),
    "completed_at": (["completed_at"], {"on-time", "four-on-time"}, "completed_at"),
    "source": (["source"], {"portal"}, "source"),
    "status": (["status"], set(), ""),
    "applicant": (["applicant"], {"of-agencies"}, "applicant"),
    "level": (["level"], {"by-export"}, "level"),
    "payment": (["payment"], {"paid-online"}, "payment"),
    "digitised": (["digitised"], {"digitised", "four-digitised"}, "digitised"),
    "results": (
        ["status", "completed_at"],
        {"on-time", "four-on-time", "any-dossiers", "both-dossiers", "part-dossiers", "of-agencies", "by-export"},
        "completed_at|status",
    ),
}


_WORDS = "".join(f'{name} = {{ vi = "Có cột", en = "Has a column" }}\n' for name in ("title", "clause", "definition"))
ASKING = "".join(
    f'[[targets]]\nid = "{name}"\nmeasure = "dossiers_online"\nlevel = 3\nminimum = "0.5"\n{more}\n{_WORDS}'
    for name, more in (
        ("of-agencies", 'scope = "agency"\ncolumns = ["applicant"]'),
        ("by-export", 'columns = ["level"]'),
    )
)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = write_reference(tmp_path_factory.mktemp("lacking") / "reference", UNITS, CATALOGUE)
    write_decision(folder, ASKING)
    return load_reference(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> tuple[Path, Figures]:
    """The folder of the outputs and the figures where no column is lacking."""
    folder = tmp_path_factory.mktemp("whole")
    return folder / "processed", measured(folder, reference, {})


def write_exports(folder: Path, without: dict[str, list[str]]) -> None:
    """An export of each unit, without some columns."""
    folder.mkdir(parents=True)
    for unit in (SOME, OTHER):
        kept = [name for name in HEADINGS if name not in without.get(unit, [])]
        with (folder / f"{unit}-20200701.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([HEADINGS[name] for name in kept])
            for number, (code, procedure, received, due, completed) in enumerate(ROWS):
                if code == unit:
                    line = [f"H45-{number}", procedure, code, "Trực tuyến", "Cổng DVC tỉnh", received, due, completed]
                    further = ["Đã trả kết quả", "Cơ quan nhà nước", "3", ("Có", "Không")[number % 2], "Đã số hóa"]
                    cells = dict(zip(HEADINGS, [*line, *further], strict=True))
                    writer.writerow([cells[name] for name in kept])


def measured(
    folder: Path, reference: Reference, without: dict[str, list[str]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Numerator, denominator and status to date in June by target and unit or group, under the default reading."""
    write_exports(folder / "raw", without)
    with cleaning_in_this_process():
        clean_exports(folder / "raw", reference, folder / "processed", jobs=1)
    make_attainment(folder / "processed", reference, ID, "2020-06-30")
    return {
        (row["target_id"], row["unit_code"]): (row["numerator"], row["denominator"], row["status"])
        for row in read_csv(folder / "processed/attainment.csv")
        if (row["reading"], row["window"], row["month"]) == ("default", "to_date", "2020-06")
    }


@pytest.mark.parametrize(("columns", "targets", "lacks"), LACKING.values(), ids=LACKING)
def test_one_unit_lacks_a_column(
    reference: Reference,
    whole: tuple[Path, Figures],
    tmp_path: Path,
    columns: list[str],
    targets: set[str],
    lacks: str,
) -> None:
    found = measured(tmp_path, reference, {SOME: columns})
    for target, unit in whole[1]:
        if unit == SOME and target in targets:
            assert found[target, unit] == ("0", "0", "not_applicable")
        elif unit == "ALL" and target in targets:
            assert found[target, unit] == found[target, OTHER], "what is not measured is no part of the group's"
        elif unit == OTHER or target not in targets:
            assert found[target, unit] == whole[1][target, unit]
    told = read_csv(tmp_path / "processed/unmeasured.csv")
    of_default = [row for row in told if (row["unit_code"], row["reading"]) == (SOME, "default")]
    lacked = {row["target_id"]: row["lacking"] for row in of_default}
    assert lacked.keys() == targets
    assert lacks in lacked.values() or not targets
    assert {row["unit_code"] for row in told} <= {SOME, "TIER:province"}
    assert read_csv(whole[0] / "unmeasured.csv") == []


def test_the_reader_is_told_which_column_it_would_take(reference: Reference, tmp_path: Path) -> None:
    found = measured(tmp_path, reference, {SOME: ["due_at"], OTHER: ["due_at", "source"]})
    assert found["on-time", "ALL"] == ("0", "0", "not_applicable")
    make_outlook(tmp_path / "processed", reference)
    make_duties(tmp_path / "processed", reference)
    report = read_report(tmp_path / "processed", reference.folder)
    for code in (SOME, OTHER, "ALL"):
        told = {one.figure.target.id: one for one in of_unit(report, code)}
        sentence = "Không đo được: tệp kết xuất không có cột «Ngày hẹn trả»."
        assert uncounted(told["on-time"], Language("vi")) == prospect(told["on-time"], Language("vi")) == sentence
        assert outlook_word(told["on-time"]) == UNMEASURED
        assert (told["portal"].lacking == (("Nguồn",),)) == (code == OTHER)
        assert told["any-dossiers"].lacking == ()


def test_what_is_not_foretold_is_told_as_it_stands(reference: Reference, whole: tuple[Path, Figures]) -> None:
    assert whole[1]["on-time", "ALL"] == ("5", "8", "not_attained")
    tables = make_outlook(whole[0], reference)
    make_duties(whole[0], reference)
    report = read_report(whole[0], reference.folder)
    (one,) = [one for one in of_unit(report, OTHER) if one.figure.target.id == "on-time"]
    assert outlook_word(one) == UNFORETOLD
    assert prospect(one, Language("vi")) == ""
    assert (one.ask, one.probability, one.needed, one.band) == (None, None, None, "")
    assert "on-time" not in set(tables["closers"]["target_id"])
    assert date(2020, 6, 30) == report.as_of
