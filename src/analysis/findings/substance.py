"""What of online filing is to be looked at: which units and why, what cannot be measured, what that does to targets."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.duties.filings import RUSHED
from analysis.duties.signals import NEED_TIMES, SIGNALS, TO_DATE
from analysis.duties.substance_effect import ALL_FILINGS, BASES
from analysis.findings.report import Report
from analysis.reference.groups import PROVINCE, is_group, tier_groups
from analysis.statistics.disclosure import LEAST

SUBMITTED, RECEIVED, COMPLETED = "submitted", "received", "completed"


@dataclass(frozen=True)
class Sign:
    """What a unit shows more of than the others of its tier (of ``outside`` less): in which months, and whether to
    date. Shares of one in the last such window: its own, the ``others``' and the ``limit``.
    """

    unit_code: str
    unit_name: str
    signal: str
    months: list[str]
    to_date: bool
    value: float
    others: float
    limit: float


@dataclass(frozen=True)
class Effect:
    """A target of a group or unit by basis: share and status; None where few dossiers would be singled out."""

    target_id: str
    unit_code: str
    by_basis: dict[str, tuple[float, str] | None]


def signs(report: Report, code: str = PROVINCE) -> list[Sign]:
    """What is to be looked at in the units of ``code``; the units with most kinds of signs first."""
    rows = report.of_units("substance", code)
    rows = rows[rows["flagged"]]
    found = [_sign(own) for _, own in rows.groupby(["unit_code", "signal"])]
    kinds = rows.groupby("unit_code")["signal"].nunique()
    return sorted(found, key=lambda one: (-kinds[one.unit_code], one.unit_code, SIGNALS.index(one.signal)))


def judged(report: Report, code: str = PROVINCE) -> int:
    """How many units of ``code`` have enough online dossiers to be put beside their tier."""
    rows = report.of_units("substance", code)
    return int(rows.loc[rows["p_value"].notna(), "unit_code"].nunique())


def lacking(report: Report) -> dict[str, list[str]]:
    """Signals that nothing measures, by the moment whose time of day no export tells."""
    files = report.duties["substance_files"]
    told = {name: bool(files[f"{name}_timed"].any()) for name in (SUBMITTED, RECEIVED, COMPLETED)}
    if not told[SUBMITTED]:
        return {SUBMITTED: list(NEED_TIMES)}
    return {name: [RUSHED] for name in (RECEIVED, COMPLETED) if not told[name]}


def unread(report: Report) -> int:
    """Online dossiers whose day of filing cannot be read."""
    return int(report.duties["substance_files"]["submitted_unread"].sum())


def assisted(report: Report) -> tuple[int, int] | None:
    """Online dossiers filed by proxy, and all of which that is told; None where no export has such a column."""
    files = report.duties["substance_files"]
    told = int(files["proxy_told"].sum())
    return (int(files["by_proxy"].sum()), told) if told else None


def effects(report: Report, code: str = PROVINCE) -> list[Effect]:
    """The targets on online dossiers by basis: of ``code``, of the province its tiers too; without what never arose."""
    table = report.duties["substance_effect"]
    wanted = [PROVINCE, *tier_groups(report.reference)] if code == PROVINCE else [code]
    rows = table[table["unit_code"].isin(wanted) & (table["denominator"] > 0)]
    found = [_effect(own) for _, own in rows.groupby(["target_id", "unit_code"])]
    order = [target.id for target in report.decision.targets]
    return sorted(found, key=lambda one: (order.index(one.target_id), wanted.index(one.unit_code)))


def bases(report: Report) -> list[str]:
    """The bases that there are."""
    present = set(report.duties["substance_effect"]["basis"])
    return [basis for basis in BASES if basis in present]


def differ(found: list[Effect]) -> bool:
    """Whether a figure is another by another basis, as far as it may be told."""
    return any(len({told and told[0] for told in one.by_basis.values()}) > 1 for one in found)


def changed(found: list[Effect]) -> list[Effect]:
    """Those whose verdict hangs on the basis."""
    return [one for one in found if len({told[1] for told in one.by_basis.values() if told}) > 1]


def _sign(rows: pd.DataFrame) -> Sign:
    to_date = rows["window"] == TO_DATE
    shown: Any = next((rows[to_date] if to_date.any() else rows.tail(1)).itertuples(index=False))
    months = sorted(rows.loc[~to_date, "month"])
    figures = shown.value, shown.tier_share, shown.limit
    return Sign(shown.unit_code, shown.unit_name, shown.signal, months, bool(to_date.any()), *figures)


def _effect(rows: pd.DataFrame) -> Effect:
    by_basis: dict[str, Any] = {row.basis: row for row in rows.itertuples(index=False)}
    whole = by_basis[ALL_FILINGS]
    told = {
        basis: None if _singles_out(whole, row) else (float(row.value), str(row.status))
        for basis, row in by_basis.items()
    }
    return Effect(whole.target_id, whole.unit_code, told)


def _singles_out(whole: Any, row: Any) -> bool:
    """Whether the difference is of a handful of one unit's dossiers."""
    fewer = (whole.numerator - row.numerator, whole.denominator - row.denominator)
    return not is_group(whole.unit_code) and any(0 < count < LEAST for count in fewer)
