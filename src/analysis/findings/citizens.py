"""What somebody who lives in a place may want to know of its offices: numbers alone, of all places in one pass."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis.duties.results import KNOWN, LEAST_PROMISED, course, days_to_result
from analysis.findings.offered import last_day
from analysis.findings.provenance import DOSSIERS
from analysis.findings.report import Report
from analysis.language.folding import plain
from analysis.measures.expressions import arising
from analysis.measures.series import followed
from analysis.outlook.procedures import ONLINE_LEVELS
from analysis.reference.groups import PROVINCE
from analysis.reference.tiers import DEPARTMENTS, DISTRICTS
from analysis.statistics.disclosure import LEAST
from analysis.storage.backends import connect, execute, read_dossiers

TOO_FEW, NONE, FEW, UNDER, ABOUT, NEARLY = "too_few", "none", "few", "under", "about", "nearly"
NEVER, WITHIN = "never", "within"


@dataclass(frozen=True)
class OfTen:
    """How many of ten: ``kind`` is ``too_few`` of them all, ``none``, ``few`` (one to four in all), ``under`` one of
    ten, ``about`` so many (``number``, 1 to 9), ``nearly`` all; ``count`` of ``whole`` dossiers are behind it.
    """

    kind: str
    number: int
    count: int
    whole: int

    @property
    def told(self) -> bool:
        """Whether the counts may be printed: no handful of people stands out."""
        parts = self.count, self.whole - self.count
        return self.whole >= LEAST_PROMISED and not any(0 < part < LEAST for part in parts)


@dataclass(frozen=True)
class Waiting:
    """In how many calendar ``days`` nine of ten have their result: ``kind`` is ``too_few`` to say, ``never`` where so
    many did not have it yet, or ``within``; ``whole`` dossiers are behind it, open ones too.
    """

    kind: str
    days: int
    whole: int


@dataclass(frozen=True)
class Facts:
    """``online``: of the dossiers that can be filed online, those that were. ``papers``: of all, those that wait for
    papers on the as-of day; None where the files do not say.
    """

    online: OfTen
    waiting: Waiting
    papers: OfTen | None


@dataclass(frozen=True)
class Service:
    """A procedure that can be filed online; ``whole``: and its fee paid, and its result had, so too (level 4)."""

    name: str
    whole: bool


@dataclass(frozen=True)
class Office:
    """A district's or commune's authority, with what it offers online, the busiest first."""

    code: str
    name: str
    services: tuple[Service, ...]


@dataclass(frozen=True)
class Place:
    """A district or commune; ``offices``: its own authority, then its district's."""

    code: str
    name: str
    district: str
    facts: Facts
    offices: tuple[Office, ...]


def places(report: Report, facts: dict[str, Facts]) -> list[Place]:
    """Every district, each followed by its communes, then communes of none, by name; ``facts``: ``facts_of``."""
    units, services = report.reference.units, _services(report)
    offices = {
        code: Office(code, name, services.get(code, ()))
        for code, name in units[["unit_code", "unit_name"]].itertuples(index=False)
    }
    found = []
    for district in units.loc[units["tier"] == DISTRICTS, "unit_code"]:
        its = offices[district]
        found.append(Place(district, its.name, "", facts[district], (its,)))
        for commune in sorted(
            units.loc[units["parent_code"] == district, "unit_code"], key=lambda one: _order(offices[one])
        ):
            own = offices[commune]
            found.append(Place(own.code, own.name, its.name, facts[own.code], (own, its)))
    alone = units[~units["tier"].isin([DEPARTMENTS, DISTRICTS]) & (units["parent_code"] == "")]
    found += [
        Place(own.code, own.name, "", facts[own.code], (own,))
        for own in sorted((offices[code] for code in alone["unit_code"]), key=_order)
    ]
    return found


def _order(office: Office) -> str:
    """By name, ``Phường 2`` before ``Phường 10``."""
    return re.sub(r"\d+", lambda number: number[0].zfill(4), plain(office.name))


def facts_of(report: Report, processed: Path | str) -> dict[str, Facts]:
    """The facts of every unit, and of the whole province as ``ALL``, from the dossiers that arose to date."""
    counts, waits = _counted(report, processed)
    whole = counts.sum()
    counts = counts.reindex(report.reference.units["unit_code"], fill_value=0)
    counts.loc[PROVINCE] = whole
    by_unit = dict(iter(waits.groupby("unit_code"))) | {PROVINCE: waits}
    return {str(code): _facts(row, by_unit.get(code, waits.iloc[:0])) for code, row in counts.iterrows()}


def of_ten(count: int, whole: int) -> OfTen:
    """``count`` of ``whole`` as a whole number of ten, rounded; never 0 where some did, nor 10 where some did not."""
    tenths = Fraction(10 * count, whole) if whole else Fraction(0)
    kinds = (
        (TOO_FEW, whole < LEAST_PROMISED),
        (NONE, count == 0),
        (FEW, count < LEAST),
        (UNDER, tenths < Fraction(1, 2)),
        (NEARLY, tenths >= 10 - Fraction(1, 2)),
    )
    kind = next((kind for kind, holds in kinds if holds), ABOUT)
    return OfTen(kind, int(tenths + Fraction(1, 2)) if kind == ABOUT else 0, count, whole)


def _facts(counts: pd.Series, waits: pd.DataFrame) -> Facts:
    stated, whole = int(counts["stated"]), int(counts["dossiers"])
    says = whole > 0 and Fraction(stated, whole) >= KNOWN
    return Facts(
        online=of_ten(int(counts["online"]), int(counts["offered"])),
        waiting=_waiting(waits),
        papers=of_ten(int(counts["papers"]), stated) if says else None,
    )


def _waiting(waits: pd.DataFrame) -> Waiting:
    found = course(waits)
    if not found.told:
        return Waiting(TOO_FEW, 0, found.known)
    days = found.nine_of_ten
    return Waiting(NEVER, 0, found.known) if days is None else Waiting(WITHIN, days, found.known)


def _counted(report: Report, processed: Path | str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By unit: dossiers, those ``offered`` online, of these ``online``; ``stated``: with a status, ``papers``: waiting
    for some. And by unit the rows of ``days_to_result``.
    """
    with connect() as backend:
        dossiers = read_dossiers(backend, Path(processed) / DOSSIERS)
        arose = arising(followed(dossiers, report.reference), report.decision.valid_from, last_day(report))
        offered = arose.level.isin(ONLINE_LEVELS).fill_null(False)
        sums = {
            "dossiers": arose.count(),
            "offered": offered.sum(),
            "online": (offered & (arose.channel == "online")).sum(),
            "stated": arose.status.notnull().sum(),
            "papers": (arose.status == "supplement").fill_null(False).sum(),
        }
        counts = execute(arose.group_by("unit_code").aggregate(**sums)).set_index("unit_code")
        waits = days_to_result(arose, report.as_of, "unit_code")
    return counts.fillna(0).astype("int64"), waits


def _services(report: Report) -> dict[str, tuple[Service, ...]]:
    """What each unit offers online: the busiest first, as far as counts are told, then by name."""
    rows = report.outlook["procedures"]
    rows = rows[rows["level"].isin(ONLINE_LEVELS)]
    names = rows["procedure_name"].where(rows["procedure_name"] != "", rows["procedure_key"])
    rows = rows.assign(name=names, found_by=names.map(plain), told=rows["told"].fillna(0))
    rows = rows.sort_values(["told", "found_by"], ascending=[False, True], kind="stable")
    return {str(unit): _listed(of_unit) for unit, of_unit in rows.groupby("unit_code")}


def _listed(rows: pd.DataFrame) -> tuple[Service, ...]:
    return tuple(
        Service(name, int(level) == max(ONLINE_LEVELS)) for name, level in zip(rows["name"], rows["level"], strict=True)
    )
