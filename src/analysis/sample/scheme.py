"""The sample of 2025: the reference folder of a made-up province of two tiers, and its exports in the newer forms.

Names of communes and what became of them are facts (the example says whose); all dossiers are made up and say so.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.sample.layout import Line, Sheet
from analysis.sample.people import personal_cells
from analysis.sample.truth import Truth, judge
from analysis.sample.two_tiers import CHANGE, FIRST, LAST, live, read_units
from analysis.sample.words import SYNTHETIC, unit_spellings
from analysis.sample.writers import FORMATS

_QUARTERS = [(start, start + pd.offsets.QuarterEnd()) for start in pd.date_range(FIRST, LAST, freq="QS")]
_EXPORTED = pd.Timedelta(days=2)  # after the quarter's end, but for the last
# What each column is called before the change, in a list of the gateway, and in the record that is sent to it; "" where
# there is none.
_HEADINGS = {
    "dossier_id": ("Mã hồ sơ", "Mã hồ sơ", "MaHoSo"),
    "procedure_code": ("Mã TTHC", "Mã TTHC", "MaTTHC"),
    "procedure_name": ("Tên TTHC", "Tên TTHC", "TenTTHC"),
    "unit": ("Cơ quan giải quyết", "Đơn vị xử lý", "DonViXuLy"),
    "received_by": ("", "Cơ quan tiếp nhận", ""),
    "person": ("Chủ hồ sơ", "Chủ hồ sơ", "ChuHoSo"),
    "channel": ("Hình thức nộp", "Kênh thực hiện", "KenhThucHien"),
    "level": ("Mức độ DVC", "Mức độ DVCTT", "MucDo"),
    "applicant": ("Đối tượng nộp", "Loại đối tượng", "LoaiDoiTuong"),
    "source": ("Hệ thống tiếp nhận", "Nguồn hồ sơ", "nguon_tiep_nhan"),
    "received_at": ("Ngày tiếp nhận", "Ngày tiếp nhận", "NgayTiepNhan"),
    "due_at": ("Ngày hẹn trả", "Ngày hẹn trả", "NgayHenTra"),
    "completed_at": ("Ngày kết thúc xử lý", "Ngày kết thúc xử lý", "NgayKetThucXuLy"),
    "status": ("Trạng thái", "Trạng thái hồ sơ", "TrangThaiHoSo"),
    "digitised": ("", "Số hóa thành phần hồ sơ", "HoSoCoThanhPhanSoHoa"),
}
_UNITS = {"unit": "unit_code", "received_by": "received_by"}
_DAYS = ("received_at", "due_at", "completed_at")
# The words of a list, and the numbers of a record.
_VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "channel": {"online": ("Trực tuyến", "2"), "counter": ("Trực tiếp", "1"), "post": ("Bưu chính công ích", "3")},
    "level": {
        "2": ("DVC cung cấp thông tin", "2"),
        "3": ("DVC một phần", "3"),
        "4": ("DVC toàn trình", "4"),
    },
    "applicant": {
        "citizen": ("Công dân", "1"),
        "business": ("Doanh nghiệp", "2"),
        "agency": ("Cơ quan nhà nước", "3"),
        "organisation": ("Tổ chức", "4"),
    },
    "source": {
        "provincial_portal": ("Cổng DVC tỉnh", "Cổng DVC tỉnh"),
        "national_portal": ("Cổng Dịch vụ công quốc gia", "DVCQG"),
        "one_stop": ("Hệ thống một cửa điện tử", "Hệ thống một cửa"),
        "ministry_system": ("Phần mềm bộ, ngành", "Hệ thống của bộ"),
        "paper": ("Sổ giấy", "Sổ giấy"),
        "": ("", ""),
    },
    "status": {
        "not_accepted": ("Không được tiếp nhận", "3"),
        "processing": ("Đang xử lý", "4"),
        "supplement": ("Yêu cầu bổ sung giấy tờ", "5"),
        "resolved": ("Đã trả kết quả", "10"),
        "refused": ("Dừng xử lý", "8"),
        "withdrawn": ("Công dân yêu cầu rút hồ sơ", "7"),
    },
    "digitised": {"yes": ("Đã số hóa", "1"), "no": ("Chưa số hóa", "0")},
}


@dataclass(frozen=True)
class _Sender:
    """Who hands out exports of which tiers, in which format, and in which form (a place in ``_HEADINGS``)."""

    folder: str
    tiers: tuple[str, ...]
    kind: str
    form: int


_BEFORE = (
    _Sender("trung-tam-hcc", ("province",), "xlsx", 0),
    _Sender("cap-huyen", ("district",), "xlsx", 0),
    _Sender("cap-xa", ("commune",), "csv", 0),
)
_AFTER = (_Sender("cong-quoc-gia", ("commune", "district"), "xlsx", 1), _Sender("dong-bo", ("province",), "csv", 2))


def write_scheme(out: Path | str, example: Path | str, vocabulary: Path | str, dossiers: int, seed: int) -> Truth:
    """Write ``reference`` (a copy of ``example`` with the ``vocabulary``) and ``raw`` into the empty or new folder
    ``out``; a quarter's file shows what came in it and what the one before left open. The same seed gives the same
    bytes. Raises UsageProblem for a folder that holds something.
    """
    out, rng = Path(out), np.random.default_rng(seed)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageProblem(N_("{folder} is not an empty folder. Name a new one for the sample."), folder=out)
    if dossiers < 1:
        raise UsageProblem(N_("A sample needs at least one dossier and one file."))
    reference = out / "reference"
    shutil.copytree(example, reference, ignore=shutil.ignore_patterns("*.md"))
    shutil.copyfile(vocabulary, reference / "vocabulary.toml")
    year = live(reference, dossiers, rng)
    written = _written_units(reference)
    rows, ledger = [], []
    for number, (first, last) in enumerate(_QUARTERS):
        exported = min(last + _EXPORTED, LAST)
        for sender in _BEFORE if first < CHANGE else _AFTER:
            shown = _shown(year[year["tier"].isin(sender.tiers)], first, last, number)
            if len(shown):
                truth, entry = _write(out / "raw", sender, shown, (first, last, exported), written, rng)
                rows.append(truth)
                ledger.append(entry)
    table = pd.concat(rows, ignore_index=True)
    return judge(table, pd.DataFrame(ledger).sort_values("file", ignore_index=True), {})


def _written_units(reference: Path) -> dict[str, str]:
    """How exports write each unit: by its name where that is its alone, else by its code."""
    units = read_units(reference)
    return {code: names[0] for code, names in zip(units["unit_code"], unit_spellings(units)["name"], strict=True)}


def _shown(year: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, number: int) -> pd.DataFrame:
    """What came in the quarter, and what was open when the file of the one before was made."""
    day = year["received_at"].dt.normalize()
    open_then = year["completed_at"].isna() | (year["completed_at"].dt.normalize() > first - pd.Timedelta(days=1))
    open_then &= year["final"].isin(["resolved", "refused", "supplement"])
    return year[day.between(first, last) | ((number > 0) & (day < first) & open_then)]


def _write(
    raw: Path,
    sender: _Sender,
    shown: pd.DataFrame,
    days: tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp],
    written: dict[str, str],
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """One file, with what its rows truly say and its line of the ledger."""
    first, last, exported = days
    said = _said(shown, exported)
    head: list[Line] = [
        ["DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT"],
        [SYNTHETIC],
        [f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"],
        [f"Ngày xuất: {exported:%d/%m/%Y}"],
        ["STT", *filter(None, (names[sender.form] for names in _HEADINGS.values()))],
    ]
    cells = _cells(said, sender.form, written, rng)
    lines = [[str(number), *line] for number, line in enumerate(zip(*cells, strict=True), 1)]
    kind = FORMATS[sender.kind]
    path = raw / sender.folder / f"ho-so-{first:%Y%m%d}-{last:%Y%m%d}{kind.suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    kind.write(path, [Sheet("Danh sách", [*head, *lines])])
    name = path.relative_to(raw).as_posix()
    truth = said.assign(
        file=name,
        sheet="Danh sách" if kind.sheets else "",
        sheet_index=0,
        row=range(len(head) + 1, len(head) + 1 + len(said)),
        blank_channel=False,
        fate="accepted",
    )
    entry: dict[str, object] = {
        **{"file": name, "kind": sender.kind, "format": kind.name, "encoding": kind.encoding},
        **{"export_date": exported.date().isoformat(), "skipped_lines": 0, "blank_lines": 0, "quarantined": False},
    }
    return truth, entry


def _said(shown: pd.DataFrame, exported: pd.Timestamp) -> pd.DataFrame:
    """The dossiers as they stand at the end of the day of export."""
    known = shown["completed_at"].dt.normalize() <= exported
    ends = shown["final"].isin(["resolved", "refused"])
    return shown.assign(
        completed_at=shown["completed_at"].where(known, pd.NaT),
        status=shown["final"].where(~ends | known, "processing"),
        own_level=shown["level"].astype(str),
    )


def _cells(said: pd.DataFrame, form: int, written: dict[str, str], rng: np.random.Generator) -> list[list[str | None]]:
    """By column, in the order of the headings."""
    coded = {"level": said["own_level"]} | {name: said[name] for name in _VALUES if name != "level"}
    found: list[list[str | None]] = []
    for column in (column for column, names in _HEADINGS.items() if names[form]):
        if column in _DAYS:
            way = "%Y%m%d%H%M%S" if form == 2 else "%d/%m/%Y %H:%M:%S"
            found.append([None if text != text else text for text in said[column].dt.strftime(way)])
        elif column in _UNITS:
            found.append([written[code] for code in said[_UNITS[column]]])
        elif column == "person":
            found.append(list(personal_cells(column, len(said), None, rng)))
        elif column in coded:
            words = {code: texts[form == 2] for code, texts in _VALUES[column].items()}
            found.append([words[code] or None for code in coded[column]])
        else:
            found.append(list(said[column]))
    return found
