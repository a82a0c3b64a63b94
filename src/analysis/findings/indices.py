"""What is told of a decision's composite indices: what the province earns by part, and how units stand."""

from dataclasses import dataclass
from typing import Any

from analysis.findings.figures import answering_units
from analysis.findings.report import Report
from analysis.measures.index import WHOLE
from analysis.reference.groups import PROVINCE
from analysis.reference.index import Index


@dataclass(frozen=True)
class Standing:
    """An ``index`` with rows of index.csv: of the province the ``whole`` and by ``parts`` (title, row); ``units`` of
    the day that answer to the province, the highest first, tier by tier where they stand so, those without a rank last.
    """

    index: Index
    whole: Any
    parts: list[tuple[str, Any]]
    units: list[Any]


def standings(report: Report) -> list[Standing]:
    """Those of the decision, in its order; none where it has no index."""
    return [_standing(index, report) for index in report.decision.index]


def _standing(index: Index, report: Report) -> Standing:
    rows = report.indices[report.indices["index_id"] == index.id]
    by_key = {(row.unit_code, row.group_id): row for row in rows.itertuples(index=False)}
    parts = [(group.title[report.language.code], by_key[PROVINCE, group.id]) for group in index.groups]
    listed = rows[(rows["group_id"] == WHOLE) & rows["unit_code"].isin(answering_units(report))]
    ranked = index.order == "tier"
    place = listed["tier"].map({tier: number for number, tier in enumerate(report.reference.tiers)})
    ordered = listed.assign(place=place if ranked else 0).sort_values(
        ["place", "rank", "unit_code"], na_position="last"
    )
    return Standing(index, by_key[PROVINCE, WHOLE], parts, list(ordered.itertuples(index=False)))
