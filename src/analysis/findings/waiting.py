"""What hangs: how many are past due, where most are, and which procedures take much longer than promised.

Of a procedure no count is told, only days, and only where ``told`` says that so many dossiers may be: true counts stay
in the processed folder. A unit stands among those where most hang from ``LEAST`` on that are past due.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.duties.opened import STAGES
from analysis.duties.results import KNOWN, LEAST_PROMISED, tellable
from analysis.findings.report import Report
from analysis.findings.subject import find_subject
from analysis.reference.groups import PROVINCE, is_group
from analysis.reference.waiting import load_waiting
from analysis.statistics.disclosure import LEAST


@dataclass(frozen=True)
class Spot:
    """A unit where dossiers are past due: ``half`` of them by so many days at most; ``supplement`` wait for the
    applicant, None where that or the rest is too few to be told; ``with_due``: all that are open and have a due day.
    """

    unit_code: str
    unit_name: str
    past_due: int
    supplement: int | None
    with_due: int
    half: int
    longest: int


@dataclass(frozen=True)
class Slow:
    """A procedure of a unit that takes much longer than promised: ``half`` and ``nine_of_ten`` are done within so many
    days (None: so many are not yet), half were ``promised`` it within so many.
    """

    unit_code: str
    unit_name: str
    procedure: str
    half: int
    nine_of_ten: int | None
    promised: int

    @property
    def excess(self) -> int:
        """Days beyond the promise."""
        return (self.half if self.nine_of_ten is None else self.nine_of_ten) - self.promised


@dataclass(frozen=True)
class Compared:
    """The ``slow`` procedures, the slowest first, of so many ``judged``."""

    slow: list[Slow]
    judged: int


@dataclass(frozen=True)
class Ages:
    """Open dossiers by stage (rows, those that have any) and band (columns): first and last day, None for no end; both
    None for an age that nobody knows.
    """

    bands: list[tuple[int | None, int | None]]
    rows: list[tuple[str, list[int]]]


@dataclass(frozen=True)
class Lacking:
    """What exports do not tell. Open dossiers: accepted ``without_due`` day, ``unseen`` for more than ``unseen_after``
    days, ``unstated``, ``without_age``, ``not_accepted`` or refused entry; ``undated`` results. Units where hardly any
    has a due day, and where too many results have no day.
    """

    without_due: int
    no_due_at: list[str]
    undated: int
    no_result_at: list[str]
    unseen: int
    unseen_after: int
    unstated: int
    without_age: int
    not_accepted: int


def subject_of(report: Report, code: str) -> str:
    """The code of a unit or group, ``ALL`` too; raises UsageProblem that names near ones where there is none."""
    return PROVINCE if code == PROVINCE else find_subject(report, code).code


def standing(report: Report, code: str = PROVINCE) -> Any:
    """The row of waiting.csv of a unit or group, None where a cell is blank."""

    def find() -> Any:
        table = report.duties["waiting"]
        row = table[table["unit_code"] == code].astype(object)
        return next(row.where(row.notna(), None).itertuples(index=False))

    return report.once(("waiting", code), find)


def spots(report: Report, code: str = PROVINCE) -> list[Spot]:
    """The units of ``code`` where most are past due, the most first."""
    rows = report.of_units("waiting", code)
    rows = rows[rows["past_due"] >= LEAST].sort_values(["past_due", "unit_code"], ascending=[False, True])
    return [_spot(row) for row in rows.itertuples(index=False)]


def unlisted(report: Report, code: str = PROVINCE) -> int:
    """How many are past due at the units that are not among ``spots``; 0 too where that would tell a handful."""
    rest = standing(report, code).past_due - sum(spot.past_due for spot in spots(report, code))
    return 0 if rest < LEAST else int(rest)


def ages(report: Report, code: str = PROVINCE) -> Ages | None:
    """Open dossiers by stage and age; None where there are none, or the counts would single out a few of one unit."""
    table = report.duties["waiting_ages"]
    rows = table[table["unit_code"] == code]
    if not rows["dossiers"].sum() or singles_out(code, rows["dossiers"]):
        return None
    if not standing(report, code).without_age:
        rows = rows[rows["age_from"].notna()]
    by_stage = ((stage, list(rows.loc[rows["stage"] == stage, "dossiers"])) for stage in STAGES)
    return Ages(_bands(rows), [(stage, counts) for stage, counts in by_stage if sum(counts)])


def singles_out(code: str, counts: Iterable[int]) -> bool:
    """Whether one of the parts of a unit's dossiers is so small that it is not told; a group's are of many units."""
    return not is_group(code) and any(0 < count < LEAST for count in counts)


def compared(report: Report, code: str = PROVINCE) -> Compared:
    """Which procedures of the units of ``code`` take much longer than promised, among those that may be told of."""
    rules = load_waiting(report.reference.folder)
    rows = report.of_units("waiting_procedures", code).merge(_told(report), on=["unit_code", "procedure_key"])
    rows = rows[rows["half_within"].notna() & rows["promised_half"].notna()]
    known = [_slow(row) for row in rows.itertuples(index=False)]
    slow = [one for one in known if rules.is_longer(one.promised + one.excess, one.promised)]
    return Compared(sorted(slow, key=lambda one: (-one.excess, one.unit_code, one.procedure)), len(known))


def lacking(report: Report, code: str = PROVINCE) -> Lacking:
    """What the exports of ``code`` do not tell."""
    whole, rows = standing(report, code), report.of_units("waiting", code)
    rows = rows.assign(arose=rows["results"] + rows["results_undated"])
    rows = rows[rows["arose"] >= LEAST_PROMISED]
    with_day, promised = (rows[name] / rows["arose"] for name in ("results", "with_promise"))
    return Lacking(
        without_due=whole.open - whole.not_accepted - whole.with_due,
        no_due_at=list(rows.loc[promised <= float(1 - KNOWN), "unit_name"]),
        undated=whole.results_undated,
        no_result_at=list(rows.loc[with_day < float(KNOWN), "unit_name"]),
        unseen=whole.unseen,
        unseen_after=load_waiting(report.reference.folder).unseen_after,
        unstated=whole.unstated,
        without_age=whole.without_age,
        not_accepted=whole.not_accepted,
    )


def _told(report: Report) -> pd.DataFrame:
    """unit_code and procedure_key of what may be told to have ``LEAST_PROMISED`` dossiers or more."""
    return tellable(report.outlook["procedures"])


def _spot(row: Any) -> Spot:
    waits = int(row.past_due_supplement)
    told = not singles_out(row.unit_code, (waits, row.past_due - waits))
    days = int(row.past_due_half), int(row.past_due_longest)
    return Spot(row.unit_code, row.unit_name, int(row.past_due), waits if told else None, int(row.with_due), *days)


def _slow(row: Any) -> Slow:
    nine = None if pd.isna(row.nine_of_ten_within) else int(row.nine_of_ten_within)
    name = row.procedure_name or row.procedure_key
    return Slow(row.unit_code, row.unit_name, name, int(row.half_within), nine, int(row.promised_half))


def _bands(rows: pd.DataFrame) -> list[tuple[int | None, int | None]]:
    """First and last day of each band, in the table's order."""
    pairs = rows[["age_from", "age_to"]].drop_duplicates().itertuples(index=False, name=None)
    return [(None if pd.isna(first) else int(first), None if pd.isna(last) else int(last)) for first, last in pairs]
