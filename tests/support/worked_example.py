"""The worked example of contract §7, written out by hand: its input and every figure of its table."""

from datetime import date, datetime
from typing import Any

AS_OF = date(2020, 7, 31)
PERIOD = (date(2020, 1, 1), date(2020, 12, 31))
P1, P2, P3 = "1.000001.000.00.00.H45", "1.000002.000.00.00.H45", "1.000003.000.00.00.H45"

UNITS = [
    {"unit_code": "H45.18", "unit_name": "Sở Xây dựng", "tier": "province", "parent_code": "", "aliases": ""},
    {"unit_code": "H45.22", "unit_name": "Huyện Đồng Xuân", "tier": "district", "parent_code": "", "aliases": ""},
]


def _offer(code: str, name: str, unit: str, level: int, first: str, end: str) -> dict[str, str]:
    return {
        "procedure_code": code,
        "procedure_name": name,
        "field": "Thử nghiệm",
        "tier": "province" if unit else "district",
        "unit_code": unit,
        "level": str(level),
        "valid_from": first,
        "valid_to": end,
    }


CATALOGUE = [
    _offer(P1, "Thủ tục một", "H45.18", 3, "2019-01-01", "2020-07-01"),
    _offer(P1, "Thủ tục một", "H45.18", 4, "2020-07-01", ""),
    _offer(P2, "Thủ tục hai", "H45.18", 3, "2019-01-01", ""),
    _offer(P3, "Thủ tục ba", "", 3, "2019-01-01", ""),
]

_COLUMNS = ("unit_code", "procedure_code", "level", "received_at", "channel", "applicant", "source", "status")
_LINES: list[tuple[Any, ...]] = [
    ("H45.18", P1, 3, datetime(2020, 6, 10, 8, 5), "online", "citizen", "provincial_portal", "resolved"),
    ("H45.18", P1, 3, datetime(2020, 6, 20), "counter", "citizen", "provincial_portal", "resolved"),
    ("H45.18", P1, 4, datetime(2020, 7, 10), "online", "citizen", "provincial_portal", "processing"),
    ("H45.18", P2, 3, datetime(2020, 7, 2), "post", "citizen", "paper", "resolved"),
    ("H45.22", P3, 3, datetime(2020, 7, 5), "online", "agency", "provincial_portal", "resolved"),
    ("H45.22", P3, 3, datetime(2020, 7, 6, 16, 30), "counter", "agency", None, "resolved"),
    ("H45.22", P3, 3, datetime(2020, 7, 7), "online", "citizen", "provincial_portal", "withdrawn"),
]
# What is resolved was given back on 20 July; only the second dossier has no such date, its status says it.
DOSSIERS: list[dict[str, Any]] = [
    {
        **dict(zip(_COLUMNS, line, strict=True)),
        "completed_at": datetime(2020, 7, 20, 9, 0) if line[7] == "resolved" and number != 1 else None,
    }
    for number, line in enumerate(_LINES)
]

_PLACES = (("H45.18", "month"), ("H45.18", "to_date"), ("H45.22", "month"), ("ALL", "to_date"))
_TABLE = """
l3-procedures  | default     | 0/1, 1 | 0/1, 1 | 1/1, 0 | 1/2, 1
l3-procedures  | any_channel | 1/1, 0 | 1/1, 0 | 1/1, 0 | 2/2, 0
l3-dossiers    | default     | 0/1, 1 | 1/3, 1 | 1/2, 0 | 2/5, 1
l3-dossiers    | no_post     | 0/0    | 1/2, 0 | 1/2, 0 | 2/4, 0
l4-procedures  | default     | 1/1, 0 | 1/1, 0 | 0/0    | 1/1, 0
l4-dossiers    | default     | 0/1, 1 | 0/1, 1 | 0/0    | 0/1, 1
l4-dossiers    | received    | 1/1, 0 | 1/1, 0 | 0/0    | 1/1, 0
l3-interagency | default     | 0/0    | 0/0    | 1/2, 1 | 1/2, 1
portal         | default     | 1/2, 1 | 3/4, 1 | 1/1, 0 | 4/5, 1
"""


def _figure(text: str) -> tuple[int, int, int, str]:
    fraction, _, shortfall = text.partition(", ")
    numerator, denominator = map(int, fraction.split("/"))
    status = "not_applicable" if not denominator else "not_attained" if int(shortfall) else "attained"
    return numerator, denominator, int(shortfall or 0), status


# (target, reading, unit or group, window, month) -> (numerator, denominator, shortfall, status)
FIGURES = {
    (target, reading, unit, window, "2020-07"): _figure(text)
    for target, reading, *texts in ([cell.strip() for cell in line.split("|")] for line in _TABLE.strip().splitlines())
    for (unit, window), text in zip(_PLACES, texts, strict=True)
}
assert len(FIGURES) == 36, "nine lines of four figures"
