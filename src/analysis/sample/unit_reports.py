"""The report that the sample's departments and districts make of the last quarter, beside the exports.

Their figures are those of the exports' valid rows, counted here once more; some units are made to count otherwise, some
figures to be mistyped and a sum to be wrong: planted and told.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sample.layout import Line, Sheet
from analysis.sample.province import Province
from analysis.sample.words import SYNTHETIC
from analysis.sample.writers import write_xlsx

FIRST, LAST = pd.Timestamp(2020, 10, 1), pd.Timestamp(2020, 12, 31)
FIFTEENTH = pd.Timestamp(2020, 9, 15), pd.Timestamp(2020, 12, 14)  # the same quarter from the 15th to the 14th
_HEADS = {
    "received_total": "Tổng số hồ sơ phải giải quyết",
    "received_online": "Tiếp nhận trực tuyến",
    "received_offline": "Trực tiếp và bưu chính",
    "carried_over": "Kỳ trước chuyển qua",
    "settled_total": "Đã giải quyết",
    "settled_early": "Trước hạn",
    "settled_on_time": "Đúng hạn",
    "settled_late": "Trễ hạn",
    "open_total": "Đang giải quyết",
    "open_in_time": "Đang giải quyết trong hạn",
    "open_late": "Đang giải quyết quá hạn",
}
_LEFT_OUT, _ENDED = ["withdrawn", "not_accepted"], ["resolved", "refused", "withdrawn"]
_PERIOD = f"Từ ngày {FIRST:%d/%m/%Y} đến ngày {LAST:%d/%m/%Y}"
FILE = "ho-so-giai-quyet-quy-4-du-lieu-mo-phong"
_LEAST = 60  # dossiers in hand of a unit in which something is planted


@dataclass(frozen=True)
class PlantedReports:
    """Codes of units: who counts ``withdrawn`` dossiers too, who from the ``fifteenth``, whose (unit, cell) is
    ``mistyped``, and whose total of what is settled is a ``wrong_sum``.
    """

    withdrawn: frozenset[str]
    fifteenth: frozenset[str]
    mistyped: frozenset[tuple[str, str]]
    wrong_sum: frozenset[str]


def write_unit_reports(
    folder: Path, rows: pd.DataFrame, province: Province, rng: np.random.Generator
) -> PlantedReports:
    """Write the report into ``folder``; ``rows`` as ``Truth`` has them. Returns what was planted."""
    folder.mkdir(parents=True, exist_ok=True)
    units = province.units[province.units["tier"] != "commune"]
    known = _dated(rows[rows["fate"] == "accepted"])
    own = _counted(known, FIRST, LAST, _LEFT_OUT).reindex(units["unit_code"], fill_value=0)
    large = own.index[own["received_total"] >= _LEAST].to_numpy()
    first, second, third, fourth = (frozenset(map(str, part)) for part in np.array_split(rng.permutation(large)[:8], 4))
    with_withdrawn = _counted(known, FIRST, LAST, ["not_accepted"])
    from_fifteenth = _counted(known, *FIFTEENTH, _LEFT_OUT)
    own.loc[[*first]], own.loc[[*second]] = with_withdrawn.loc[[*first]], from_fifteenth.loc[[*second]]
    mistyped = frozenset((unit, "settled_on_time") for unit in third)
    for unit, cell in mistyped:
        own.loc[unit, cell] += 90  # a digit
    own.loc[[*fourth], "settled_total"] += 7
    own.loc[[*fourth], "open_total"] -= 7
    names = units["unit_name"].to_numpy()
    lines: list[Line] = [["BÁO CÁO KẾT QUẢ GIẢI QUYẾT HỒ SƠ QUÝ IV NĂM 2020"], [SYNTHETIC], [_PERIOD], []]
    lines.append(["Đơn vị", *_HEADS.values()])
    lines += [[name, *map(str, figures)] for name, figures in zip(names, own[[*_HEADS]].to_numpy(), strict=True)]
    write_xlsx(folder / f"{FILE}.xlsx", [Sheet("Quý IV", lines)])
    return PlantedReports(first, second, mistyped, fourth)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    received, due, completed = (rows[name].dt.normalize() for name in ("received_at", "due_at", "completed_at"))
    done = completed.where(completed.notna(), received.where(rows["status"].isin(_ENDED)))
    return rows.assign(received=received, due=due, done=done, dated=completed.notna())


def _counted(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, left_out: list[str]) -> pd.DataFrame:
    """By unit: every cell of ``_HEADS``."""
    rows = rows[~rows["status"].isin(left_out) & (rows["received"] <= last)]
    new = rows["received"] >= first
    hand = new | rows["done"].isna() | (rows["done"] >= first)
    settled = hand & (rows["done"] <= last)
    early = settled & rows["dated"] & (rows["done"] < rows["due"])
    late = settled & rows["dated"] & (rows["done"] > rows["due"])
    past_due = hand & ~settled & (rows["due"] < last)
    cells = {
        "received_total": hand,
        "received_online": new & (rows["channel"] == "online"),
        "received_offline": new & (rows["channel"] != "online"),
        "carried_over": hand & ~new,
        "settled_total": settled,
        "settled_early": early,
        "settled_on_time": settled & ~early & ~late,
        "settled_late": late,
        "open_total": hand & ~settled,
        "open_in_time": hand & ~settled & ~past_due,
        "open_late": past_due,
    }
    return pd.DataFrame(cells).groupby(rows["unit_code"]).sum().astype("int64")
