"""The months that are published: what each says of itself in ``report.json``, and how they lead to one another."""

import json
from pathlib import Path
from typing import Any

from analysis.places import OVERVIEW
from analysis.publishing import SUMMARY


def published_months(reports: Path) -> list[dict[str, Any]]:
    """What every month in ``reports`` says of itself, the newest first."""
    summaries = sorted(reports.glob(f"*/{SUMMARY}"), reverse=True)
    return [json.loads(summary.read_text(encoding="utf-8")) for summary in summaries]


def month_before(reports: Path, month: str) -> str:
    """The latest month before ``month`` that has an overview, "" without one."""
    earlier = [known["month"] for known in published_months(reports) if known["month"] < month]
    return next((month for month in earlier if (reports / month / OVERVIEW).is_file()), "")
