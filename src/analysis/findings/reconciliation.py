"""Whether units' own reports agree with the portal's rows, what explains where they do not, what nothing explains.

Figures of 1 to 4 dossiers are not told: who knows the unit might know the people.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.duties.explaining import EQUAL, EXPLAINED, UNEXPLAINED
from analysis.findings.report import Report
from analysis.reference.explanations import AND, load_explanations
from analysis.reference.groups import PROVINCE
from analysis.reference.unit_reports import load_unit_reports
from analysis.statistics.disclosure import LEAST

_REPORT = ["unit_code", "period_start", "period_end", "file"]


@dataclass(frozen=True)
class Agreement:
    """So many ``reports`` of so many ``units``, and of their ``cells`` how many are what."""

    units: int
    reports: int
    cells: int
    equal: int
    explained: int
    unexplained: int

    @property
    def differing(self) -> int:
        """Cells that differ."""
        return self.explained + self.unexplained


@dataclass(frozen=True)
class Followed:
    """A way of counting, in words, that so many ``units`` follow; it explains so many ``cells``."""

    words: str
    units: int
    cells: int
    share: float


@dataclass(frozen=True)
class Differing:
    """A unit whose reports differ; ``follows``: the way of counting, in words, that explains most, "" where none."""

    unit_code: str
    unit_name: str
    reports: int
    cells: int
    explained: int
    unexplained: int
    follows: str


@dataclass(frozen=True)
class Odd:
    """A cell that is not as ``expected`` (counted, or the sum of its parts); None for what is too little to be told."""

    unit_name: str
    period_start: str
    period_end: str
    cell: str
    reported: int | None
    expected: int | None


def is_reported(report: Report) -> bool:
    """Whether there is any file of units' reports."""
    return not report.duties["unit_report_files"].empty


def agreement(report: Report, code: str = PROVINCE) -> Agreement:
    """How far the reports of ``code``'s units agree."""
    rows = _rows(report, "reconciliation", code)
    states = rows["status"].value_counts()
    found = (int(states.get(state, 0)) for state in (EQUAL, EXPLAINED, UNEXPLAINED))
    return Agreement(rows["unit_code"].nunique(), len(rows[_REPORT].drop_duplicates()), len(rows), *found)


def followed(report: Report, code: str = PROVINCE) -> list[Followed]:
    """The ways of counting that units follow, those that most do first."""
    rows = _rows(report, "reconciliation", code)
    differing = rows[rows["status"] != EQUAL]
    words = _rule_words(report)
    found = [
        Followed(words(str(rule)), own["unit_code"].nunique(), len(own), len(own) / len(differing))
        for rule, own in differing[differing["rule"] != ""].groupby("rule")
    ]
    return sorted(found, key=lambda one: (-one.units, -one.cells, one.words))


def differing(report: Report, code: str = PROVINCE) -> list[Differing]:
    """The units whose reports differ, those with most unexplained cells first."""
    rows = _rows(report, "reconciliation", code)
    rows = rows[rows["status"] != EQUAL]
    words = _rule_words(report)
    found = [_differing(str(unit), own, words) for unit, own in rows.groupby("unit_code")]
    return sorted(found, key=lambda one: (-one.unexplained, -one.cells, one.unit_code))


def unexplained(report: Report, code: str = PROVINCE) -> list[Odd]:
    """The cells that nothing explains, the furthest from the own count first."""
    rows = _rows(report, "reconciliation", code)
    rows = rows[rows["status"] == UNEXPLAINED]
    return _odd(report, rows.assign(expected=rows["ours"]))


def failed_sums(report: Report, code: str = PROVINCE) -> list[Odd]:
    """The totals in reports that are not what their parts add up to; those over all rows of a table for ``ALL``."""
    rows = report.duties["reconciliation_sums"]
    rows = rows if code == PROVINCE else rows[rows["unit_code"].isin(report.members[code])]
    return _odd(report, rows.assign(expected=rows["added"], difference=rows["reported"] - rows["added"]))


def _rule_words(report: Report) -> Callable[[str], str]:
    """What puts a rule, or two at once, into words; one that the file no longer has is its id."""
    titles = {one.id: one.title[report.language.code] for one in load_explanations(report.reference.folder).rules}
    return lambda rule: "; ".join(titles.get(name, name) for name in rule.split(AND))


def _differing(unit: str, rows: pd.DataFrame, words: Callable[[str], str]) -> Differing:
    rules = Counter(rule for rule in rows["rule"] if rule)
    states = Counter(rows["status"])
    return Differing(
        unit,
        str(rows["unit_name"].iloc[0]),
        reports=len(rows[_REPORT].drop_duplicates()),
        cells=len(rows),
        explained=states[EXPLAINED],
        unexplained=states[UNEXPLAINED],
        follows=words(rules.most_common(1)[0][0]) if rules else "",
    )


def _odd(report: Report, rows: pd.DataFrame) -> list[Odd]:
    titles = {one.cell: one.title[report.language.code] for one in load_unit_reports(report.reference.folder).cells}
    ordered = rows.assign(far=rows["difference"].abs()).sort_values(
        ["far", "unit_code", "period_start", "cell"], ascending=[False, True, True, True]
    )
    return [
        Odd(row.unit_name, row.period_start, row.period_end, titles[row.cell], _told(row.reported), _told(row.expected))
        for row in ordered.itertuples(index=False)
    ]


def _told(count: int) -> int | None:
    return None if 0 < count < LEAST else int(count)


def _rows(report: Report, name: str, code: str) -> pd.DataFrame:
    """The rows of the units that ``code`` is or has; for ``ALL`` those of the whole province too."""
    rows = report.duties[name]
    return rows[rows["unit_code"].isin([*report.members[code], code])]
