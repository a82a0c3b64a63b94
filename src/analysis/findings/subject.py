"""Whom a report is about: a unit or a group, where it belongs, and the rows of a run that concern it."""

from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from analysis.findings.report import Report
from analysis.language.folding import fold
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.reference.decision import DEFAULT
from analysis.reference.groups import PROVINCE, is_group
from analysis.reference.tiers import DISTRICTS

_NEAR = 3  # units that a message about an unknown code names


@dataclass(frozen=True)
class Subject:
    """A unit or group. ``members``: the units of a group that are there, the communes of a district, else none."""

    code: str
    name: str
    tier: str
    parent: str
    members: tuple[str, ...]

    @property
    def is_group(self) -> bool:
        """Whether it is ``AREA:…`` or ``TIER:…``."""
        return is_group(self.code)

    @property
    def units(self) -> tuple[str, ...]:
        """The units whose dossiers are its own: itself, or a group's members."""
        return self.members if self.is_group else (self.code,)

    @property
    def area(self) -> str:
        """The group of a district with its communes that it belongs to, "" for none."""
        district = self.code if self.tier == DISTRICTS else self.parent
        return "" if self.is_group or not district else f"AREA:{district}"


def find_subject(report: Report, code: str) -> Subject:
    """The unit or group with that code; UsageProblem that names near ones where there is none."""
    names = report.directory
    code = str(code)  # papermill makes numbers of what looks like one
    if code == PROVINCE:
        raise UsageProblem(N_("ALL is the whole province, which the notebook report is about. Give a unit or group."))
    if code not in report.of_day:
        raise UsageProblem(
            N_("There is no unit {wanted}. Near: {near}. All codes stand in {file}; groups: AREA:district, TIER:tier."),
            wanted=code,
            near=", ".join(f"{near} ({names.at[near, 'unit_name']})" for near in _near(code, names)) or "–",
            file=report.reference.folder / "units.csv",
        )
    name, tier = names.at[code, "unit_name"], names.at[code, "tier"]
    units = report.reference.units.set_index("unit_code")
    parent = units["parent_code"].get(code, "")
    return Subject(code, name, tier, parent, _members(report, code, units))


def concerning(report: Report, subject: Subject) -> Report:
    """The report with the rows of the subject, its area and members alone: quick to search a dozen times.

    Of attainment.csv the default reading; comparison.csv stays whole, for a rank is one among others.
    """
    wanted = {subject.code, subject.parent, subject.area, *subject.members}

    def own(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["unit_code"].isin(wanted)]

    outlook = {name: rows if name == "comparison" else own(rows) for name, rows in report.outlook.items()}
    duties = {name: own(rows) if "unit_code" in rows else rows for name, rows in report.duties.items()}
    attainment = own(report.attainment)
    return report.with_tables(attainment=attainment[attainment["reading"] == DEFAULT], outlook=outlook, duties=duties)


def _members(report: Report, code: str, units: pd.DataFrame) -> tuple[str, ...]:
    if ":" not in code:
        return tuple(units.index[units["parent_code"] == code])
    there = set(report.of_day)
    return tuple(unit for unit in report.members[code] if unit in there)


def _near(code: str, names: pd.DataFrame) -> list[str]:
    """Codes like the wanted one, then units whose name is like it."""
    folded = {fold(name): near for near, name in names["unit_name"].items()}
    by_code = get_close_matches(code.upper(), [near for near in names.index if near != PROVINCE], _NEAR)
    by_name = [folded[name] for name in get_close_matches(fold(code), folded, _NEAR)]
    return list(dict.fromkeys(by_code + by_name))[:_NEAR]
