"""The front page of all months, made of what each month's summary says of itself."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from analysis.findings.citizens import Facts
from analysis.findings.figures import Figure, areas, figures, tiles
from analysis.findings.ledger import cautions, origin
from analysis.findings.report import Report
from analysis.language.folding import plain
from analysis.language.texts import LANGUAGES, Language
from analysis.outlook.comparison import LEAST_RANKED
from analysis.pages.overview import shade
from analysis.presentation.changes import changed
from analysis.presentation.citizens import answers
from analysis.presentation.leads import lead_of_province
from analysis.presentation.narrative import headline
from analysis.presentation.numbers import fraction, gap, minimum, percent
from analysis.reference.decision import ATTAINED
from analysis.storage.places import CRITERIA, OPEN_DATA, OVERVIEW, annexes, citizen_page, unit_page
from analysis.storage.writing import write_text

SUMMARY = "report.json"  # beside each month's page: what the front page says of it


def publish_summary(folder: Path, report: Report, citizens: Facts) -> None:
    """Keep beside a month's page what the front page says of it, in each language."""
    reports = {code: replace(report, language=Language(code)) for code in LANGUAGES}
    summary = {
        "month": report.month,
        "as_of": report.as_of.isoformat(),
        "decision": report.decision.number,
        "day": {code: of.language.date(of.as_of) for code, of in reports.items()},
        "headline": {code: headline(of) for code, of in reports.items()},
        "lead": {code: asdict(lead_of_province(of)) for code, of in reports.items()},
        "changed": {code: changed(of) for code, of in reports.items()},
        "citizens": {
            code: [asdict(answer) for answer in answers(citizens, of.language.date(of.as_of), of.language)]
            for code, of in reports.items()
        },
        **origin(report),
        "quarantined": cautions(report)["quarantined"],
        "targets": [_known_of(figure) for figure in tiles(report)],
        "places": {code: _places(of) for code, of in reports.items()},
        "map": {code: _map(of) for code, of in reports.items()},
    }
    content = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
    write_text(folder / SUMMARY, content)


def published_months(reports: Path) -> list[dict[str, Any]]:
    """What every month in ``reports`` says of itself, the newest first."""
    summaries = sorted(reports.glob(f"*/{SUMMARY}"), reverse=True)
    return [json.loads(summary.read_text(encoding="utf-8")) for summary in summaries]


def front_values(reports: Path) -> dict[str, Any]:
    """What the front page's template asks for: the months, the newest first, and what lies beside the newest."""
    months = published_months(reports)
    newest = reports / months[0]["month"]
    return {
        "months": months,
        "overviews": [known["month"] for known in months if (reports / known["month"] / OVERVIEW).is_file()],
        "links": annexes_of(newest, months[0]["month"]),
        "citizens_page": citizen_page() if (reports / citizen_page()).is_file() else "",
        "criteria": any((newest / CRITERIA).glob("*.html")),
    }


def annexes_of(folder: Path, month: str) -> dict[str, list[tuple[str, int]]]:
    """What officials take along, with its bytes: the workbook, the draft and the open data of a month's folder."""
    workbook, draft = annexes(month)
    data = sorted(f"{OPEN_DATA}/{path.name}" for path in (folder / OPEN_DATA).glob("*") if path.is_file())
    named = {"workbook": [workbook], "draft": [draft], "data": data}
    return {
        kind: [(name, (folder / name).stat().st_size) for name in names if (folder / name).is_file()]
        for kind, names in named.items()
    }


def _known_of(figure: Figure) -> dict[str, Any]:
    """The province's figure for a target, in the words of each language."""
    languages = [Language(code) for code in LANGUAGES]
    return {
        "id": figure.target.id,
        "status": figure.status,
        "share": None if figure.value is None else float(figure.value),
        "least": float(figure.target.minimum),
        "title": {language.code: figure.target.title[language.code] for language in languages},
        "value": {language.code: percent(figure, language) for language in languages},
        "minimum": {language.code: minimum(figure.target, language) for language in languages},
        "fraction": {language.code: fraction(figure, language) for language in languages},
    }


def _places(report: Report) -> list[dict[str, str]]:
    """Every unit and area with what it is found by and its page, in the order of its name."""
    units = report.reference.units.set_index("unit_code")
    found = []
    for code in [*units.index, *areas(report)]:
        parent = report.names.get(units["parent_code"].get(code, ""), "")
        aliases = str(units["aliases"].get(code, "")) if not parent else ""
        words = plain(" ; ".join(filter(None, [report.names[code], parent, aliases])))
        found.append({"name": report.names[code], "of": parent, "page": unit_page(code), "found_by": words})
    return sorted(found, key=lambda place: plain(place["name"]))


def _map(report: Report) -> list[dict[str, Any]]:
    """The districts that map.csv places, each with the target that its area misses by most."""
    placed = report.reference.tiles
    placed = placed[("AREA:" + placed["unit_code"]).isin(report.names)]
    of_area: dict[str, list[Figure]] = {}
    for figure in figures(report, [f"AREA:{code}" for code in placed["unit_code"]]):
        of_area.setdefault(figure.unit_code, []).append(figure)
    return [_tile(report, row, of_area[f"AREA:{row.unit_code}"]) for row in placed.itertuples()]


def _tile(report: Report, row: Any, own: Sequence[Figure]) -> dict[str, Any]:
    counted = [figure for figure in own if figure.value is not None]
    judged = [figure for figure in counted if figure.denominator >= LEAST_RANKED]
    worst = min(judged, key=lambda figure: figure.gap or 0, default=None)
    return {
        "name": report.names[f"AREA:{row.unit_code}"],
        "row": int(row.row),
        "column": int(row.column),
        "page": unit_page(f"AREA:{row.unit_code}"),
        "attained": f"{sum(figure.status == ATTAINED for figure in counted)}/{len(counted)}",
        "shade": shade(worst) if worst else "",
        "gap": gap(worst, report.language) if worst else "",
        "value": percent(worst, report.language) if worst else "",
        "target": worst.target.title[report.language.code] if worst else "",
    }
