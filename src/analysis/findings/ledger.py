"""What the ledger says of the rows behind a report, and what must be known before any figure is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.dossiers.doubts import REJECTED_LIMIT
from analysis.dossiers.sights import REASONS
from analysis.dossiers.superseding import ALL_CHECKS
from analysis.dossiers.unit_quality import ACCEPTED, REJECTED
from analysis.findings.report import Report

_NO_SOURCE = "source_unknown"  # the check that counts them
_NOTED = 0.1, 5  # the share of a unit's rows, and the rows, from which on their rejection is told beside its figures


def origin(report: Report) -> dict[str, bool]:
    """Whether the data are made up, and whether the catalogue is illustrative or drafted from exports."""
    return {
        "synthetic": report.synthetic,
        "illustrative": report.reference.illustrative,
        "drafted": report.reference.drafted,
    }


def cautions(report: Report) -> dict[str, Any]:
    """What a heading warns of besides: files quarantined, too many rows rejected, a decision not yet made then."""
    read, rejected = report.totals["read"], report.totals["rejected"]
    return {
        "quarantined": len(report.quarantined),
        "rejected": rejected / read if read and rejected > REJECTED_LIMIT * read else None,
        "early": report.as_of < report.decision.issued,
    }


def rejected_rows(report: Report) -> dict[str, int]:
    """How many rows were rejected for each of ``REASONS``, in their order."""
    counts = report.rejects["reason"].value_counts()
    return {reason: int(counts.get(reason, 0)) for reason in REASONS}


def sources_stated(report: Report) -> pd.DataFrame:
    """``known`` and ``whole`` by unit_code: accepted dossiers that say where they came from, and all."""
    rows = report.quality_by_unit
    whole, unknown = (
        rows[rows["code"] == code].groupby("unit_code")["count"].sum() for code in ("dossiers", _NO_SOURCE)
    )
    whole = whole[whole > 0]
    return pd.DataFrame({"known": whole.sub(unknown.reindex(whole.index, fill_value=0)), "whole": whole})


def rejected_of_units(report: Report) -> dict[str, int]:
    """How many rows of a unit were rejected, where it is so many that its figures say little of what it did."""
    counts = report.quality_by_unit.pivot_table(index="unit_code", columns="kind", values="count", aggfunc="sum")
    counts = counts.reindex(columns=[ACCEPTED, REJECTED]).fillna(0).astype(int)
    share, rows = _NOTED
    many = counts[(counts[REJECTED] >= rows) & (counts[REJECTED] >= share * counts.sum(axis=1)) & (counts.index != "")]
    return many[REJECTED].to_dict()


@dataclass(frozen=True)
class Place:
    """Where some rows stand: a file, its sheet ("" where it has but one), their numbers as a spreadsheet shows them."""

    file: str
    sheet: str
    rows: tuple[int, ...]


def first_places(report: Report, most: int) -> dict[tuple[str, str], list[Place]]:
    """By unit and reason or check: where its first ``most`` rows stand that were rejected or found doubtful for it."""
    rows = report.flaws.groupby(["unit_code", "code"], sort=False).head(most).fillna({"sheet": ""})
    by_code: dict[tuple[str, str], list[Place]] = {}
    for unit, code, place in _places(rows):
        by_code.setdefault((unit, code), []).append(place)
    return by_code


def _places(rows: pd.DataFrame) -> Iterator[tuple[str, str, Place]]:
    for (unit, code, file, sheet), numbers in rows.groupby(["unit_code", "code", "file", "sheet"], sort=False)["row"]:
        yield unit, code, Place(file, sheet, tuple(map(int, numbers)))


def doubtful_rows(report: Report) -> dict[str, int]:
    """How many accepted rows each of ``ALL_CHECKS`` found doubtful, in their order; those that the run made."""
    counts = dict(zip(report.quality["check"], report.quality["count"], strict=True))
    return {check: int(counts[check]) for check in ALL_CHECKS if check in counts}
