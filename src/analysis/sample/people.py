"""Personal columns of the sample: made-up people who are plainly made up, so that the reader has something to drop."""

from functools import cache

import numpy as np

PERSONAL = ("person", "phone", "identity", "address", "email", "birth", "officer", "note")

SOMEBODY = "Nguyễn Văn Mẫu"  # who signs and who left a workbook open

_FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi", "Đỗ"]
_GIVEN = ["Mẫu", "An", "Bình", "Chi", "Dung", "Giang", "Hạnh", "Khoa", "Lan", "Minh"]
_COUNT = 64  # people are few and come again, which also keeps the files small


def personal_cells(column: str, count: int, marker: str | None, rng: np.random.Generator) -> np.ndarray:
    """``count`` cells of a personal column; with a ``marker`` every one holds it, to look for where none may be."""
    if marker is not None:
        return np.array([f"{marker} {column} {number}" for number in range(7)], dtype=object)[rng.integers(0, 7, count)]
    return _people(column)[rng.integers(0, _COUNT, count)]


@cache
def _people(column: str) -> np.ndarray:
    return np.array([_person(column, number) for number in range(_COUNT)], dtype=object)


def _person(column: str, number: int) -> str | None:
    family, given = _FAMILY[number % 10], _GIVEN[number // 10 % 10]
    return {
        "person": f"{family} Văn {given} (mẫu)",
        "phone": f"0900000{number:03d}",
        "identity": f"000000000{number:03d}",
        # A line break inside a cell: one record of a CSV file, two lines of its text.
        "address": f"Số {number}, đường Mẫu" if number % 25 else f"Thôn Mẫu {number}\nxã Mẫu",
        "email": f"nguoi.mau{number}@example.com",
        "birth": f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{1950 + number % 50}",
        "officer": f"{family} Thị {given} (mẫu)",
        "note": None if number % 4 else f"Hồ sơ của ông {family} Văn {given}",
    }[column]
