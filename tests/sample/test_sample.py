"""The sample: the same seed gives the same bytes, its year is one that an analyst would believe, and it is a mess.

The committed exports came of ``dvctt sample --out data/raw --dossiers 56000 --seed 766``.
"""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.folders import REFERENCE

from analysis.exports.reading import Export, list_exports, read_export
from analysis.language.problems import UsageProblem
from analysis.sample import ALL, FORMATS, write_sample, writers
from analysis.sample.province import DAYS, Province, read_province
from analysis.sample.year import DECISION_DAY, STATUSES, Year, live

RAW = Path(__file__).parents[2] / "data/raw"
MOST_BYTES = 6_600_000
BESIDE = ("may-chu", "danh-muc", "bao-cao")  # the folders of what is no export
SYNTHETIC = "DỮ LIỆU MÔ PHỎNG – không phải số liệu thật"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = (write_sample(tmp_path / name, REFERENCE, 900, 4, broken=True) for name in ("once", "again"))
    write_sample(tmp_path / "other", REFERENCE, 900, 5, broken=True)
    written = _bytes(tmp_path / "once")
    assert written == _bytes(tmp_path / "again")
    assert written != _bytes(tmp_path / "other")
    pd.testing.assert_frame_equal(once.rows, again.rows)
    pd.testing.assert_frame_equal(once.files, again.files)
    assert set(once.files["kind"]) == {*ALL, "broken"}
    skipped = [name for name in written if Path(name).name.startswith("~$")]
    assert len(skipped) == 1
    beside = {name for name in written if name == "kho-khan.csv" or Path(name).parent.name in BESIDE}
    assert len(beside) == 6
    assert written.keys() - skipped - beside == set(once.files["file"])


def test_workbooks_written_line_by_line_have_the_same_bytes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "_STREAMED_FROM", 100)
    for name in ("once", "again"):
        write_sample(tmp_path / name, REFERENCE, 400, 4, ("xlsx",), files=2)
    assert _bytes(tmp_path / "once") == _bytes(tmp_path / "again")


def test_the_benchmarks_files_say_the_same_whatever_their_format(tmp_path: Path) -> None:
    workbooks, texts = (
        write_sample(tmp_path / kind, REFERENCE, 3_000, 8, (kind,), files=10).rows for kind in ("xlsx", "csv")
    )
    assert workbooks["file"].nunique() == texts["file"].nunique() == 10
    per_file = workbooks.groupby("file").size()
    assert per_file.max() - per_file.min() < 0.1 * per_file.mean()
    placed = ["file", "sheet", "row"]
    pd.testing.assert_frame_equal(workbooks.drop(columns=placed), texts.drop(columns=placed))


@pytest.mark.parametrize(("dossiers", "formats"), [(0, ALL), (10, ("ods",)), (10, ())])
def test_what_cannot_be_written_is_refused(tmp_path: Path, dossiers: int, formats: tuple[str, ...]) -> None:
    with pytest.raises(UsageProblem):
        write_sample(tmp_path / "new", REFERENCE, dossiers, 1, formats)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(UsageProblem, match="not an empty folder"):
        write_sample(tmp_path, REFERENCE, 10, 1)
    assert _bytes(tmp_path) == {"mine.csv": b"mine"}


# The committed exports


@pytest.fixture(scope="module")
def committed() -> dict[str, Export]:
    paths = [path for path in list_exports(RAW) if path.parent.name not in BESIDE]
    return {path.relative_to(RAW).as_posix(): read_export(path) for path in paths}


def _lines(export: Export) -> list[list[str]]:
    """The filled cells of every line of every sheet."""
    return [
        [cell for cell in line.values() if cell is not None]
        for sheet in export.sheets
        for line in sheet.cells.to_pylist()
    ]


def test_the_committed_exports_are_small_and_of_many_kinds(committed: dict[str, Export]) -> None:
    assert sum(path.stat().st_size for path in RAW.rglob("*") if path.is_file()) < MOST_BYTES
    kinds = {(Path(name).suffix, export.format, export.encoding) for name, export in committed.items()}
    assert kinds == {(kind.suffix, kind.name, kind.encoding) for kind in FORMATS.values()}


def test_every_committed_export_says_that_it_is_made_up(committed: dict[str, Export]) -> None:
    assert "kho-khan.csv" in committed
    for name, export in committed.items():
        marks = [
            line for line in _lines(export) if [unicodedata.normalize("NFC", cell) for cell in line] == [SYNTHETIC]
        ]
        tables = [sheet for sheet in export.sheets if sheet.name != "Bìa"]
        assert len(marks) == len(tables), name
    assert all("mo-phong" in path.name for folder in BESIDE for path in (RAW / folder).iterdir())


def test_the_committed_exports_are_as_messy_as_the_contract_says(committed: dict[str, Export]) -> None:
    lines = [line for export in committed.values() for line in _lines(export)]
    first = Counter(line[0].strip().casefold() for line in lines if line)
    assert {"cộng", "tổng cộng", "(1)"} <= set(first)
    cells = {cell for line in lines for cell in line}
    assert any(cell != unicodedata.normalize("NFC", cell) for cell in cells)
    assert any("\u00a0" in cell for cell in cells)
    assert any("  " in cell for cell in cells)
    assert any(cell.isupper() and cell.startswith("XÃ ") for cell in cells)
    for date in (r"\d\d/\d\d/2020", r"\d\d/\d\d/2020 \d\d:\d\d", r"\d\d/\d\d/2020 \d\d:\d\d:\d\d", r"2020-\d\d-\d\d.*"):
        assert any(re.fullmatch(date, cell) for cell in cells), date
    assert any(re.fullmatch(r"4[34]\d{3}(\.\d+)?", cell) for cell in cells), "Excel's serial dates"
    assert any(re.fullmatch(r"\d\.\d{1,5}", cell) for cell in cells), "a code that became a number"
    assert any(path.name.startswith("~$") for path in RAW.rglob("*"))
    assert {"NGƯỜI LẬP BIỂU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"} <= cells


# The year


@pytest.fixture(scope="module")
def province() -> Province:
    return read_province(REFERENCE)


@pytest.fixture(scope="module", params=[766, 1, 2])
def year(province: Province, request: pytest.FixtureRequest) -> Year:
    return live(province, 40_000, np.random.default_rng(request.param))


@pytest.fixture
def online(year: Year) -> pd.DataFrame:
    """The dossiers of levels 3 and 4 with whether they are ``online``, their unit's code and their month."""
    dossiers = year.dossiers[year.dossiers["level"] >= 3]
    codes = year.province.units["unit_code"].to_numpy()[dossiers["unit"]]
    return dossiers.assign(online=dossiers["channel"] == 0, code=codes, month=_months(dossiers["day"]))


def _months(days: pd.Series) -> pd.Series:
    return (pd.Timestamp(2020, 1, 1) + pd.to_timedelta(days, unit="D")).dt.month


def test_the_online_share_grows_and_jumps_after_the_decision(online: pd.DataFrame) -> None:
    before = online[online["day"].between(DECISION_DAY - 60, DECISION_DAY - 1)]["online"].mean()
    after = online[online["day"].between(DECISION_DAY + 20, DECISION_DAY + 80)]["online"].mean()
    assert after > before + 0.10
    monthly = online.groupby("month")["online"].mean()
    assert monthly[2:3].mean() < monthly[6:7].mean() < monthly[11:12].mean()


def test_april_is_a_dip(year: Year) -> None:
    monthly = _months(year.dossiers["day"]).value_counts()
    assert monthly[4] < 0.7 * min(monthly[3], monthly[5])


def test_weak_communes_and_units_without_such_procedures(year: Year, online: pd.DataFrame) -> None:
    tiers = year.province.units.set_index("unit_code")["tier"]
    communes = online[online["code"].map(tiers) == "commune"]
    weak = communes["code"].isin(year.roles["weak_communes"])
    assert communes[weak]["online"].mean() < 0.5 * communes[~weak]["online"].mean()
    without = year.roles["without_level_3_4"]
    assert 1 <= len(without) <= 10
    assert not online["code"].isin(without).any()


def test_seasonal_procedures_crowd_around_their_peak(year: Year) -> None:
    codes = year.province.procedures["procedure_code"].to_numpy()[year.dossiers["procedure"]]
    seasonal = year.dossiers.assign(code=codes, month=_months(year.dossiers["day"]))
    seasonal = seasonal[seasonal["code"].isin(year.roles["seasonal"])]
    often = seasonal.groupby("code").filter(lambda rows: len(rows) >= 20)
    assert len(often)
    shares = often.groupby("code")["month"].value_counts(normalize=True).groupby("code").nlargest(3)
    assert shares.groupby(level=0).sum().min() > 0.7


def test_one_agency_gets_worse_and_one_only_just_misses(online: pd.DataFrame, year: Year) -> None:
    (worse,) = year.roles["worsening"]
    of_worse = online[online["code"] == worse].groupby(online["month"] > 9)["online"].mean()
    assert of_worse[True] < of_worse[False] - 0.1
    (near,) = year.roles["near_miss"]
    base = online[(online["code"] == near) & (online["level"] == 3)]
    base = base[~base["final"].isin([STATUSES.index("not_accepted"), STATUSES.index("withdrawn")])]
    share = (base["online"] & base["done"].between(0, DAYS - 1)).mean()
    assert 0.48 < share < 0.5
