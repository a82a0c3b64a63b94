"""The sample's list of what its portal has open, and a decision of publication, beside the exports.

Made up like the rest, and both say so. What is missing, of a lower level, extra, repealed but open, told twice or late
is planted and told.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sample.layout import Line, Sheet
from analysis.sample.province import Province, day_number
from analysis.sample.writers import write_xlsx

DAY, DECIDED = date(2020, 12, 31), date(2020, 12, 14)  # the decision's is a Monday
NUMBER = "0/QĐ-MOPHONG"
_MADE_UP = "du-lieu-mo-phong"
_SHARES = {"missing": 0.05, "lower": 0.06, "doubtful": 0.005, "repealed": 0.01, "published": 0.02}
_EXTRA, _CUT = 8, 3  # lines of procedures that the catalogue lacks, and of codes that nobody can read
_TIERS = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
_HEAD = (
    *("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Cấp thực hiện", "Cơ quan thực hiện"),
    *("Mức độ", "Ngày công khai", "Tình trạng"),
)
_DECISION_HEAD = ("STT", "Mã TTHC", "Tên TTHC", "Cấp thực hiện", "Cơ quan thực hiện", "Ngày có hiệu lực")


@dataclass(frozen=True)
class PlantedLists:
    """Codes by what was planted; ``published`` are those of the decision, and ``late`` those of them."""

    missing: frozenset[str]
    lower: frozenset[str]
    doubtful: frozenset[str]
    repealed: frozenset[str]
    extra: frozenset[str]
    published: frozenset[str]
    late: frozenset[str]


def write_portal_lists(folder: Path, province: Province, rng: np.random.Generator) -> PlantedLists:
    """Write the portal's list and the decision's into ``folder``; returns what was planted, no code for two things."""
    folder.mkdir(parents=True, exist_ok=True)
    offered = _offered(province)
    once = offered[~offered["procedure_code"].duplicated(keep=False) & (offered["level"] > 2)]
    order, parts, start = rng.permutation(once["procedure_code"].to_numpy()), {}, 0
    for name, share in _SHARES.items():
        count = max(2, round(share * len(offered)))
        parts[name], start = frozenset(map(str, order[start : start + count])), start + count
    extra = frozenset(f"2.9{number:05d}.000.00.00.H45" for number in rng.choice(99_999, _EXTRA, replace=False).tolist())
    late = frozenset(sorted(parts["published"])[::3])
    planted = PlantedLists(**parts, extra=extra, late=late)
    for name, rows in (
        (f"cong-{_MADE_UP}-{DAY:%Y%m%d}", _portal(offered, planted)),
        (f"cong-bo-{_MADE_UP}", _decision(offered, planted)),
    ):
        write_xlsx(folder / f"{name}.xlsx", [Sheet("Danh mục", rows, [(0, 0, 0, len(_DECISION_HEAD) - 1)])])
    return planted


def _offered(province: Province) -> pd.DataFrame:
    """The procedures in force on the list's day, with their level and their department's name."""
    names = dict(zip(province.units["unit_code"], province.units["unit_name"], strict=True))
    levels = province.levels[:, day_number(DAY)]
    whole = province.procedures.assign(level=levels, unit_name=province.procedures["unit_code"].map(names).fillna(""))
    return whole[levels > 0].reset_index(drop=True)


def _portal(offered: pd.DataFrame, planted: PlantedLists) -> list[Line]:
    title = "Danh sách thủ tục trên Cổng dịch vụ công (dữ liệu mô phỏng)"
    rows: list[Line] = [[title], [f"Tính đến ngày {DAY:%d/%m/%Y}"], [*_HEAD]]
    for row in offered.itertuples(index=False):
        code = str(row.procedure_code)
        if code in planted.missing:
            continue
        levels = [row.level - 1] if code in planted.lower else [row.level]
        levels += [row.level - 1] if code in planted.doubtful else []
        shown = ""
        if code in planted.published:
            shown = "30/12/2020" if code in planted.late else "21/12/2020"
        for level in levels:
            place = [_TIERS[str(row.tier)], str(row.unit_name), str(level), shown, "Công khai"]
            rows.append([str(len(rows) - 2), code, str(row.procedure_name), str(row.field), *place])
    tail = ["Thủ tục ngoài danh mục (mô phỏng)", "Mô phỏng", "Cấp xã", "", "3", "", "Công khai"]
    rows += [[str(len(rows) - 2 + number), code, *tail] for number, code in enumerate(sorted(planted.extra))]
    return rows + [["", f"2.{'x' * (number + 3)}", *tail] for number in range(_CUT)]


def _decision(offered: pd.DataFrame, planted: PlantedLists) -> list[Line]:
    title = f"(Kèm theo Quyết định số {NUMBER} ngày {DECIDED:%d/%m/%Y}, dữ liệu mô phỏng)"
    rows: list[Line] = [["Danh mục thủ tục hành chính"], [title], [*_DECISION_HEAD]]
    for head, codes, day in (
        ("A. Thủ tục mới ban hành", planted.published, "21/12/2020"),
        ("B. Thủ tục bị bãi bỏ", planted.repealed, "15/12/2020"),
    ):
        rows.append([head])
        own = offered[offered["procedure_code"].isin(codes)]
        for number, row in enumerate(own.itertuples(index=False), 1):
            place = [_TIERS[str(row.tier)], str(row.unit_name), day]
            rows.append([str(number), str(row.procedure_code), str(row.procedure_name), *place])
    return rows
