"""Turns dossiers, as an export shows them, into its cells, and notes beside each row what it truly says.

The note is made while the cell is made, so it needs no reading of cells and can judge whoever reads them.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.sample.faults import Faults, plant_fault
from analysis.sample.filings import COLUMN as SUBMITTED_AT
from analysis.sample.filings import filed_cells
from analysis.sample.moments import NUMBER_WAYS, spell_moments
from analysis.sample.people import PERSONAL, personal_cells
from analysis.sample.style import Rows, Style
from analysis.sample.words import Hand, names_alone, short_code, table_of, unit_spellings, value_words
from analysis.sample.year import APPLICANTS, CHANNELS, SOURCES, STATUSES, Year

_NEVER = -1
_BLANK = np.array(None, dtype=object)
# What one typist among many writes; it says no more and no less than the usual way.
_OTHER_WAYS = {"dmy": "iso", "iso": "dmy", "dmy_hm": "iso_hm", "dmy_hms": "iso_hms", "iso_hms": "dmy_hms"}
_VARIANTS = 3  # spellings of a unit that are kept of each way of writing it


class Scribe:
    """Writes rows of one year; keeps the tables of words that all exports share."""

    def __init__(self, year: Year, faults: Faults, marker: str | None) -> None:
        self.year, self.faults, self.marker = year, faults, marker
        self.units = unit_spellings(year.province.units)
        self.unit_codes = year.province.units["unit_code"].to_numpy(dtype=object)
        self.unit_tiers = year.province.units["tier"].to_numpy(dtype=object)
        self.codes = year.province.procedures["procedure_code"].to_numpy(dtype=object)
        self.short = table_of(list(self.codes), short_code)
        self.as_numbers = {kind: table_of(list(self.short), _as_number(kind)) for kind in (True, False)}
        self._tables: dict[tuple[Hand, str], np.ndarray] = {}
        self.alone = names_alone(year.province.procedures)
        near = set(year.roles["near_miss"])
        self.spared = np.array([code in near for code in self.unit_codes])

    def write(self, picked: np.ndarray, export_day: int, style: Style, rng: np.random.Generator) -> Rows:
        """The rows of the dossiers numbered ``picked``, as they stood at the end of ``export_day``."""
        dossiers = self.year.dossiers.iloc[picked].reset_index(drop=True)
        planned = self.faults.plan(~self.spared[dossiers["unit"]], style, rng)
        if style.grouped:  # rows of an unknown agency stand under a group line of their own
            astray = np.isin(
                np.arange(len(dossiers)), [at for at, reasons in planned.items() if "unknown_unit" in reasons]
            )
            order = np.lexsort((dossiers["unit"], astray))
            dossiers = dossiers.iloc[order].reset_index(drop=True)
            place = np.argsort(order)
            planned = {int(place[at]): reasons for at, reasons in planned.items()}
        rows = Rows({}, pd.DataFrame({"fate": np.full(len(dossiers), "accepted", dtype=object)}), np.empty(0, object))
        self._add_identity(rows, dossiers, style, rng)
        self._add_procedure(rows, dossiers, style, rng)
        self._add_coded(rows, dossiers, export_day, style, rng)
        self._add_dates(rows, dossiers, export_day, style, rng)
        self._add_unknown_columns(rows, dossiers, style, rng)
        for at in sorted(planned):
            plant_fault(rows, at, planned[at], style, self.units["ambiguous"][0], rng)
        return rows

    def _spelled(self, hand: Hand, what: str) -> np.ndarray:
        """Units × variants or procedures × 1: how this hand writes units (``what`` a way) or a procedure's column."""
        if (hand, what) not in self._tables:
            if what in self.units:
                texts = [[words[turn % len(words)] for turn in range(_VARIANTS)] for words in self.units[what]]
            else:
                texts = [[text] for text in self.year.province.procedures[what]]
            self._tables[hand, what] = np.array([[hand.spell(text) for text in line] for line in texts], dtype=object)
        return self._tables[hand, what]

    def _add_identity(self, rows: Rows, dossiers: pd.DataFrame, style: Style, rng: np.random.Generator) -> None:
        ids = dossiers["dossier_id"].to_numpy(dtype=object)
        cells = ids.copy()
        for at in np.flatnonzero(rng.random(len(ids)) < 0.012):
            cells[at] = [ids[at].lower(), f" {ids[at]} ", f"{ids[at]}\u00a0", ids[at].replace("-", " - ", 1)][at % 4]
        if style.numbers:
            for at in np.flatnonzero(dossiers["dossier_id"].str.isdigit()):
                cells[at] = int(ids[at])
        unit = dossiers["unit"].to_numpy()
        rows.cells["dossier_id"] = cells
        rows.truth["dossier_id"] = ids
        rows.truth["unit_code"] = self.unit_codes[unit]
        rows.truth["tier"] = self.unit_tiers[unit]
        ways = rng.integers(0, len(style.units), len(unit))
        written = np.empty(len(unit), dtype=object)
        for number, way in enumerate(style.units):
            words = self._spelled(style.hand, way)[:, int(rng.integers(_VARIANTS))]
            if style.grouped:
                ways = rng.integers(0, len(style.units), len(words))[unit]
            written = np.where(ways == number, words[unit], written)
        rows.cells["unit"] = written
        rows.groups = self._spelled(style.hand, style.units[0])[unit, 0]

    def _add_procedure(self, rows: Rows, dossiers: pd.DataFrame, style: Style, rng: np.random.Generator) -> None:
        procedure = dossiers["procedure"].to_numpy()
        rows.cells["procedure_name"] = self._spelled(style.hand, "procedure_name")[procedure, 0]
        rows.truth["procedure_code"] = self.codes[procedure]
        words = {"full": self.codes, "short": self.short, "number": self.as_numbers[style.numbers]}
        written = np.stack([words[way] for way in style.codes])
        codes = written[rng.integers(0, len(style.codes), len(procedure)), procedure]
        fate = rows.truth["fate"].to_numpy(dtype=object, copy=True)
        if "procedure_code" not in style.columns:
            fate[~self.alone[procedure]] = "unknown_procedure"
        elif "procedure_name" in style.columns:
            codes[(rng.random(len(codes)) < 0.01) & self.alone[procedure]] = None
        rows.cells["procedure_code"] = codes
        rows.truth["fate"] = fate

    def _add_coded(
        self, rows: Rows, dossiers: pd.DataFrame, export_day: int, style: Style, rng: np.random.Generator
    ) -> None:
        count = len(dossiers)
        spared = self.spared[dossiers["unit"]]
        status = _status_on(dossiers, export_day, rng)
        # A few results are written down while the state was left as it was.
        stale = (status == STATUSES.index("resolved")) & (rng.random(count) < 0.004)
        level = dossiers["level"].to_numpy().astype(np.int64) - 1
        level = np.where(rng.random(count) < 0.03, -1, level)
        wrong = (rng.random(count) < 0.004) & (level >= 1)
        level = np.where(wrong, np.where(level == 3, 2, level + 1), level)
        codes = {
            "channel": np.where((rng.random(count) < 0.01) & ~spared, -1, dossiers["channel"].to_numpy()),
            "applicant": np.where(rng.random(count) < 0.02, -1, dossiers["applicant"].to_numpy()),
            "source": dossiers["source"].to_numpy(),
            "status": np.where(stale, STATUSES.index("processing"), status),
            "level": level,
        }
        self._leave_catalogue(rows, codes, ~spared, style, rng)
        for column, names in _MEANINGS.items():
            table = value_words(column, style.hand, rng, numbers=style.channel_numbers)
            known = codes[column] >= 0
            if column not in style.columns:
                known = np.zeros(count, dtype=bool)
            choice = (rng.random(count) < 0.08).astype(int)
            rows.cells[column] = np.where(known, table[codes[column], choice], _BLANK)
            rows.truth[_TRUTH_NAMES.get(column, column)] = np.where(known, np.array(names, object)[codes[column]], "")
        if rng.random() < 0.5 and style.numbers:
            rows.cells["level"] = np.array([_number(cell) for cell in rows.cells["level"]], dtype=object)
        rows.truth["blank_channel"] = rows.truth["channel"] == ""
        rows.truth.loc[rows.truth["blank_channel"], "channel"] = "counter"

    def _leave_catalogue(
        self, rows: Rows, codes: dict[str, np.ndarray], may: np.ndarray, style: Style, rng: np.random.Generator
    ) -> None:
        """A few rows bear a code that the catalogue lacks; the level that the row carries makes up for it."""
        if not {"level", "procedure_code"} <= set(style.columns):
            return
        known = set(self.short)
        for at in np.flatnonzero((rng.random(len(codes["level"])) < 0.002) & may):
            code = f"5.999{at % 900 + 100}"
            if code not in known and rows.cells["procedure_code"][at] is not None:
                rows.cells["procedure_code"][at] = code + (".000.00.00" if at % 2 else "")
                rows.truth.loc[at, "procedure_code"] = code
                codes["level"][at] = at % 3 + 1

    def _add_dates(
        self, rows: Rows, dossiers: pd.DataFrame, export_day: int, style: Style, rng: np.random.Generator
    ) -> None:
        count = len(dossiers)
        done = dossiers["done"].to_numpy()
        seen = (done != _NEVER) & (done <= export_day)
        lost = (rows.truth["status"] == "resolved").to_numpy() & (rng.random(count) < 0.004)
        moments = {
            "received_at": (dossiers["day"].to_numpy(), dossiers["minute"].to_numpy(), np.ones(count, dtype=bool)),
            "due_at": (dossiers["due"].to_numpy(), np.zeros(count, dtype=np.int64), rng.random(count) >= 0.01),
            "completed_at": (done, dossiers["done_minute"].to_numpy(), seen & ~lost),
        }
        for column, (days, minutes, known) in moments.items():
            way = style.dates[column]
            cells, says = spell_moments(days, minutes, way)
            stray = rng.random(count) < 0.01
            if way not in NUMBER_WAYS:  # some cells in another fashion than their neighbours
                other, says_otherwise = spell_moments(days, minutes, _OTHER_WAYS[way])
                cells, says = np.where(stray, other, cells), np.where(stray, says_otherwise, says)
            known = known & (column in style.columns)
            rows.cells[column] = np.where(known, cells, _BLANK)
            rows.truth[column] = np.where(known, says, np.datetime64("NaT", "s"))

    def _add_unknown_columns(self, rows: Rows, dossiers: pd.DataFrame, style: Style, rng: np.random.Generator) -> None:
        count = len(dossiers)
        procedure = dossiers["procedure"].to_numpy()
        fields = self._spelled(style.hand, "field")[:, 0]
        modes = table_of(["Trực tiếp", "Trực tuyến", "Bưu chính"], style.hand.spell)
        fees = np.array([0, 15000, 20000, 50000, 100000], dtype=object)
        makers: dict[str, Callable[[], np.ndarray]] = {
            "number": lambda: np.arange(1, count + 1).astype(object),
            "field": lambda: fields[procedure],
            "fee": lambda: fees[procedure % len(fees)],
            "copies": lambda: np.ones(count, dtype=np.int64).astype(object),
            "return_mode": lambda: modes[rng.integers(0, len(modes), count)],
        }
        for column in style.columns:
            if column == SUBMITTED_AT:
                rows.cells[column] = filed_cells(dossiers)
            elif column in makers:
                rows.cells[column] = makers[column]()
            elif column in PERSONAL:
                rows.cells[column] = personal_cells(column, count, self.marker, rng)


_MEANINGS: dict[str, tuple[object, ...]] = {
    "channel": CHANNELS,
    "applicant": APPLICANTS,
    "source": SOURCES,
    "status": STATUSES,
    "level": ("1", "2", "3", "4"),
}
_TRUTH_NAMES = {"level": "own_level"}


def _status_on(dossiers: pd.DataFrame, day: int, rng: np.random.Generator) -> np.ndarray:
    """What an export of that day says of each dossier's state."""
    final, done = dossiers["final"].to_numpy(), dossiers["done"].to_numpy()
    waiting = np.where(rng.random(len(final)) < 0.05, STATUSES.index("supplement"), STATUSES.index("processing"))
    open_still = np.isin(final, [STATUSES.index("resolved"), STATUSES.index("refused")]) & (done > day)
    return np.where(open_still, waiting, final)


def _as_number(numbers: bool) -> Callable[[str], object]:
    """What a spreadsheet makes of ``1.001190``: the number 1.00119, or the same as text in a CSV file."""

    def change(code: str) -> object:
        try:
            return float(code) if numbers else repr(float(code))
        except ValueError:
            return code

    return change


def _number(cell: object) -> object:
    return int(cell) if isinstance(cell, str) and cell.isdigit() else cell
