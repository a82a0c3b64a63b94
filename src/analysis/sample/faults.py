"""Bad rows: which rows are spoilt, in which of the contract's eight ways, and how a spoilt cell looks."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.sample.style import Rows, Style
from analysis.sample.words import BAD_DATES, UNKNOWN

# In the order in which a row's first fault decides (contract §4).
REASONS = (
    "missing_dossier_id",
    "unknown_procedure",
    "unknown_unit",
    "unknown_channel",
    "bad_received_date",
    "bad_date",
    "completed_before_received",
    "unknown_value",
)
_SECOND = ("missing_dossier_id", "unknown_channel")  # faults that go with any other
_CODED = ("status", "applicant", "source", "level")


class Faults:
    """Deals out faults so that ``share`` of all rows are bad and all reasons come about equally often."""

    def __init__(self, share: float) -> None:
        self.share = share
        self._owed = 0.0
        self._dealt = dict.fromkeys(REASONS, 0)

    def plan(self, may: np.ndarray, style: Style, rng: np.random.Generator) -> dict[int, tuple[str, ...]]:
        """Faults for a sheet's rows, by row number; only rows that ``may`` be bad get one, some get two."""
        self._owed += self.share * len(may)
        places = rng.permutation(np.flatnonzero(may))[: int(self._owed)]
        self._owed -= len(places)
        possible = [reason for reason in REASONS if _possible(reason, style)]
        planned: dict[int, tuple[str, ...]] = {}
        for at in places:
            reason = min(possible, key=lambda one: (self._dealt[one], REASONS.index(one)))
            self._dealt[reason] += 1
            second = _SECOND[at % 2]
            planned[int(at)] = (reason, second) if at % 6 == 0 and second != reason else (reason,)
        return planned


def _possible(reason: str, style: Style) -> bool:
    columns = set(style.columns)
    return {
        # Without a code the procedure is sought by the unit's tier, so an unknown unit would be the second fault.
        "unknown_unit": ("unit" in columns or style.grouped) and "procedure_code" in columns,
        "bad_date": bool(columns & {"due_at", "completed_at"}),
        "completed_before_received": "completed_at" in columns,
        "unknown_value": bool(columns & set(_CODED)),
    }.get(reason, True)


def plant_fault(
    rows: Rows, at: int, reasons: tuple[str, ...], style: Style, ambiguous: list[str], rng: np.random.Generator
) -> None:
    """Spoil row ``at`` for these reasons; its fate is the first of them in the contract's order."""
    for reason in reasons:
        _PLANTERS[reason](rows, at, style, ambiguous, rng)
    fates = [*reasons, rows.truth.at[at, "fate"]]
    rows.truth.at[at, "fate"] = next(reason for reason in REASONS if reason in fates)


def _no_id(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    rows.cells["dossier_id"][at] = [None, "  ", "\u00a0"][at % 3]
    rows.truth.at[at, "dossier_id"] = ""


def _no_procedure(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    """A code that the catalogue lacks and no level; or neither code nor a name that it knows."""
    rows.truth.at[at, "procedure_code"] = ""
    rows.truth.at[at, "own_level"] = ""
    rows.cells["level"][at] = None
    if "procedure_code" in style.columns and rng.random() < 0.6:
        rows.cells["procedure_code"][at] = f"9.{999900 + at % 99}"
        return
    rows.cells["procedure_code"][at] = None
    rows.cells["procedure_name"][at] = None if at % 3 == 0 else "Thủ tục mẫu không có trong danh mục"


def _no_unit(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    choices: list[Any] = [*UNKNOWN["unit"], *ambiguous[:2]] + ([] if style.grouped else [None])
    if style.grouped:
        rows.groups[at] = UNKNOWN["unit"][0]
    rows.cells["unit"][at] = choices[int(rng.integers(len(choices)))]
    if rows.cells["procedure_code"][at] is None:
        rows.cells["procedure_code"][at] = rows.truth.at[at, "procedure_code"]
    rows.truth.at[at, "unit_code"] = ""
    rows.truth.at[at, "tier"] = ""


def _no_channel(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    rows.cells["channel"][at] = UNKNOWN["channel"][at % 3]
    rows.truth.at[at, "channel"] = ""
    rows.truth.at[at, "blank_channel"] = False


def _no_receipt(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    rows.cells["received_at"][at] = [None, *BAD_DATES][at % 5]
    rows.truth.at[at, "received_at"] = pd.NaT


def _bad_date(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    column = [name for name in ("due_at", "completed_at") if name in style.columns][-1 if at % 2 else 0]
    rows.cells[column][at] = BAD_DATES[at % len(BAD_DATES)]
    rows.truth.at[at, column] = pd.NaT


def _too_early(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    day = rows.truth.at[at, "received_at"].normalize() - pd.Timedelta(days=int(rng.integers(1, 40)))
    rows.cells["completed_at"][at] = f"{day:%d/%m/%Y}"
    rows.truth.at[at, "completed_at"] = day


def _unknown_value(rows: Rows, at: int, style: Style, ambiguous: list[str], rng: np.random.Generator) -> None:
    present = [column for column in _CODED if column in style.columns]
    # Without its level a row may not be known by its procedure any more, so that one is left alone there.
    if rows.truth.at[at, "procedure_code"].startswith("5.999"):
        present = [column for column in present if column != "level"] or present
    column = present[at % len(present)]
    rows.cells[column][at] = UNKNOWN[column][at % len(UNKNOWN[column])]
    rows.truth.at[at, "own_level" if column == "level" else column] = ""


_PLANTERS = {
    "missing_dossier_id": _no_id,
    "unknown_procedure": _no_procedure,
    "unknown_unit": _no_unit,
    "unknown_channel": _no_channel,
    "bad_received_date": _no_receipt,
    "bad_date": _bad_date,
    "completed_before_received": _too_early,
    "unknown_value": _unknown_value,
}
