"""The words of the sample's exports: headings, cell values, and the ways in which portals misspell them.

These lists repeat the contract's §3 on purpose and do not read vocabulary.toml: the sample is what
the vocabulary is tested with.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.sample.year import APPLICANTS, CHANNELS, SOURCES, STATUSES, old_form

SYNTHETIC = "DỮ LIỆU MÔ PHỎNG – không phải số liệu thật"

HEADINGS = {
    "dossier_id": ["Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "Số biên nhận"],
    "procedure_code": ["Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã DVC"],
    "procedure_name": ["Tên TTHC", "Thủ tục", "Tên thủ tục", "Tên thủ tục hành chính", "Thủ tục hành chính"],
    "unit": ["Cơ quan giải quyết", "Đơn vị giải quyết", "Cơ quan thực hiện", "Đơn vị", "Cơ quan", "Cơ quan/Đơn vị"],
    "channel": ["Hình thức tiếp nhận", "Hình thức nộp", "Kênh tiếp nhận", "Cách thức nộp"],
    "received_at": ["Ngày tiếp nhận", "Ngày nhận", "Ngày nộp", "Thời gian tiếp nhận"],
    "submitted_at": ["Thời điểm nộp"],
    "due_at": ["Ngày hẹn trả", "Ngày hẹn trả kết quả", "Hạn giải quyết"],
    "completed_at": ["Ngày trả kết quả", "Ngày trả", "Ngày hoàn thành", "Ngày có kết quả", "Ngày kết thúc"],
    "status": ["Trạng thái", "Tình trạng", "Tình trạng hồ sơ", "Trạng thái hồ sơ"],
    "level": ["Mức độ", "Mức độ DVC", "Mức độ dịch vụ công"],
    "applicant": ["Đối tượng", "Đối tượng nộp", "Đối tượng thực hiện", "Loại đối tượng"],
    "source": ["Nguồn", "Nguồn tiếp nhận", "Hệ thống tiếp nhận"],
    # Columns that the vocabulary does not know.
    "number": ["STT", "TT", "Số TT"],
    "field": ["Lĩnh vực", "Tên lĩnh vực"],
    "fee": ["Lệ phí (đồng)", "Phí, lệ phí"],
    "return_mode": ["Hình thức trả kết quả", "Phương thức nhận kết quả"],
    "copies": ["Số bộ", "Số lượng hồ sơ (bộ)"],
    # Personal data.
    "person": ["Họ tên người nộp", "Chủ hồ sơ", "Tên cá nhân, tổ chức"],
    "phone": ["Số điện thoại", "Điện thoại liên hệ"],
    "identity": ["Số CMND/CCCD", "Số giấy tờ"],
    "address": ["Địa chỉ", "Địa chỉ người nộp"],
    "email": ["Email", "Thư điện tử"],
    "birth": ["Ngày sinh", "Năm sinh"],
    "officer": ["Người xử lý", "Cán bộ thụ lý"],
    "note": ["Ghi chú", "Trích yếu"],
}

_VALUES: dict[str, dict[str, list[str]]] = {
    "channel": {
        "online": ["Trực tuyến", "Qua mạng", "Online", "Nộp trực tuyến"],
        "counter": ["Trực tiếp", "Tại bộ phận một cửa", "Nộp trực tiếp"],
        "post": ["Bưu chính", "Bưu chính công ích", "Qua bưu chính", "BCCI"],
    },
    "applicant": {
        "citizen": ["Cá nhân", "Công dân", "Người dân"],
        "business": ["Doanh nghiệp"],
        "organisation": ["Tổ chức"],
        "agency": ["Cơ quan nhà nước", "CQNN", "Cơ quan hành chính"],
    },
    "source": {
        "provincial_portal": ["Cổng DVC tỉnh", "Cổng dịch vụ công tỉnh"],
        "national_portal": ["Cổng DVC quốc gia", "Cổng DVCQG"],
        "one_stop": ["Một cửa điện tử", "Hệ thống một cửa"],
        "ministry_system": ["Phần mềm bộ ngành", "Phần mềm chuyên ngành", "Hệ thống của bộ"],
        "paper": ["Sổ giấy", "Ngoài hệ thống"],
    },
    "status": {
        "not_accepted": ["Mới đăng ký", "Chờ tiếp nhận", "Không được tiếp nhận"],
        "processing": ["Được tiếp nhận", "Đang xử lý", "Đang giải quyết", "Mới tiếp nhận"],
        "supplement": [
            "Yêu cầu bổ sung",
            "Chờ bổ sung",
            "Yêu cầu bổ sung giấy tờ",
            "Yêu cầu thực hiện nghĩa vụ tài chính",
        ],
        "resolved": ["Đã xử lý xong", "Đã trả kết quả", "Đã giải quyết", "Hoàn thành", "Đã có kết quả"],
        "refused": ["Từ chối", "Dừng xử lý", "Không giải quyết", "Trả lại"],
        "withdrawn": ["Công dân yêu cầu rút hồ sơ", "Đã rút", "Rút hồ sơ", "Huỷ", "Hủy"],
    },
    "level": {str(level): [f"Mức độ {level}", f"Mức {level}", str(level), f"MĐ{level}"] for level in (1, 2, 3, 4)},
}
_NATIONAL_NUMBERS = {"online": "2", "counter": "1", "post": "3"}  # KenhThucHien

# What the vocabulary must not know.
UNKNOWN = {
    "channel": ["Fax", "Qua điện thoại", "9"],
    "status": ["Đang chuyển cơ quan khác", "Trạng thái 99"],
    "level": ["Mức độ 9"],
    "applicant": ["Không rõ đối tượng"],
    "source": ["Hệ thống thử nghiệm"],
    "unit": ["Chi cục Kiểm tra mẫu", "Phòng Tiếp nhận số 99", "000.00.99.H99"],
}
BAD_DATES = ["31/02/2020", "15/13/2020", "chưa xác định", "30/02/2020"]

_CODES: dict[str, tuple[str, ...]] = {
    "channel": CHANNELS,
    "applicant": APPLICANTS,
    "source": SOURCES,
    "status": STATUSES,
    "level": ("1", "2", "3", "4"),
}
_PAIRS = [
    (f"{new}{second}", f"{first}{old}")
    for first, second, marked_first, marked_second in (
        ("o", "a", "òóỏõọ", "àáảãạ"),
        ("o", "e", "òóỏõọ", "èéẻẽẹ"),
        ("u", "y", "ùúủũụ", "ỳýỷỹỵ"),
    )
    for new, old in zip(marked_first, marked_second, strict=True)
]
_OLD_TONES = {change(new): change(old) for new, old in _PAIRS for change in (str.lower, str.capitalize, str.upper)}
_OPEN_SYLLABLE = re.compile(rf"(?<![qQ])(?:{'|'.join(_OLD_TONES)})\b")


@dataclass(frozen=True)
class Hand:
    """How one export's typist writes: ``spell`` turns a clean text into the export's, the same for the whole file."""

    old_tones: bool = False
    decomposed: bool = False
    shouting: bool = False
    spacing: str = " "

    def spell(self, text: str) -> str:
        words = old_tones(text) if self.old_tones else text
        words = words.upper() if self.shouting else words
        words = words.replace(" ", self.spacing, 1) if self.spacing != " " else words
        return unicodedata.normalize("NFD", words) if self.decomposed else words


def old_tones(text: str) -> str:
    """``Hòa`` → ``Hoà``, ``Thúy`` → ``Thuý``: the other school of tone placement, in open syllables."""
    return _OPEN_SYLLABLE.sub(lambda match: _OLD_TONES[match[0]], text)


def plain(text: str) -> str:
    """Two texts that the contract's folding makes equal have the same plain form (the sample's own, strict reading)."""
    words = unicodedata.normalize("NFC", text).casefold()
    words = old_tones(unicodedata.normalize("NFC", words))
    return re.sub(r"^[\W_]+|[\W_]+$", "", " ".join(words.split()))


def value_words(column: str, hand: Hand, rng: np.random.Generator, numbers: bool = False) -> np.ndarray:
    """Words for the codes of a coded column: codes × 2 object array, from which each cell takes one."""
    if numbers and column == "channel":
        return np.array([[_NATIONAL_NUMBERS[code]] * 2 for code in CHANNELS], dtype=object)
    rows = [[hand.spell(str(word)) for word in rng.choice(_VALUES[column][code], 2)] for code in _CODES[column]]
    return np.array(rows, dtype=object)


def heading(column: str, hand: Hand, rng: np.random.Generator) -> str:
    """One of the column's headings with a typist's ornaments, which folding takes away."""
    text = hand.spell(str(rng.choice(HEADINGS[column])))
    ornament = rng.choice(["", "", "", "", " (*)", ":", "  "])
    return text + str(ornament)


def unit_spellings(units: pd.DataFrame) -> dict[str, list[list[str]]]:
    """Per way of writing (``code``, ``old_code``, ``name``, ``alias``) and unit its spellings that fit it alone.

    ``ambiguous`` lists spellings that fit several units and so none.
    """
    rows = list(units.itertuples(index=False))
    aliases = [[alias.strip() for alias in row.aliases.split("|") if alias.strip()] for row in rows]
    fits = Counter(
        word for row, more in zip(rows, aliases, strict=True) for word in {plain(w) for w in [row.unit_name, *more]}
    )
    codes = {plain(form) for row in rows for form in (row.unit_code, old_form(row.unit_code))}

    def alone(words: Sequence[str], code: str) -> list[str]:
        return [word for word in words if fits[plain(word)] == 1 and plain(word) not in codes] or [code]

    ambiguous = sorted(
        {alias for more in aliases for alias in more if fits[plain(alias)] > 1 and plain(alias) not in codes}
    )
    return {
        "code": [[row.unit_code] for row in rows],
        "old_code": [[old_form(row.unit_code)] for row in rows],
        "name": [alone([row.unit_name], row.unit_code) for row in rows],
        "alias": [alone([*more, row.unit_name], row.unit_code) for row, more in zip(rows, aliases, strict=True)],
        "ambiguous": [ambiguous],
    }


def names_alone(procedures: pd.DataFrame) -> np.ndarray:
    """Whether each procedure's name belongs to it alone within its tier."""
    keys = pd.Series(list(zip(procedures["tier"], procedures["procedure_name"].map(plain), strict=True)))
    short = procedures["procedure_code"].map(short_code)
    return (short.groupby(keys).transform("nunique") == 1).to_numpy()


def short_code(code: str) -> str:
    """The first two groups of a procedure code, by which codes match."""
    return ".".join(code.split(".")[:2])


def table_of(texts: Sequence[str], change: Callable[[str], object]) -> np.ndarray:
    """Each text once through ``change``, as an object array to be indexed."""
    return np.array([change(text) for text in texts], dtype=object)
