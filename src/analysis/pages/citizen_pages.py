"""Pages for citizens, in plain words: a list of all places, and for each what can be done online there and how it went.

They are of the newest month and keep their addresses; printed, a place's page is a poster for its notice board.
"""

from collections.abc import Collection, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from analysis.findings.citizens import Facts, Place, facts_of, places
from analysis.findings.figures import tier_units
from analysis.findings.ledger import cautions
from analysis.findings.offered import last_day
from analysis.findings.report import Report
from analysis.language.folding import plain
from analysis.pages.bundle import policy, searching
from analysis.pages.front import published_months
from analysis.pages.rendering import render
from analysis.presentation.citizens import answers
from analysis.reference.forms import Province, load_province
from analysis.reference.groups import PROVINCE
from analysis.reference.tiers import DISTRICTS
from analysis.storage.places import CITIZENS, citizen_page, page_name
from analysis.storage.writing import write_text

_FIRST = 8  # procedures of an office that are shown at once; the others are folded
_TEMPLATES = files("analysis.pages") / "templates" / "citizens"


def publish_citizens(reports: Path, processed: Path, report: Report) -> Facts:
    """Write the pages into ``reports``, unless a newer month has pages there: then those stand. Returns what they say
    of the whole province.
    """
    facts = facts_of(report, processed)
    if not any(known["month"] > report.month for known in published_months(reports)):
        (reports / CITIZENS).mkdir(parents=True, exist_ok=True)
        for page, html in citizen_pages(report, facts):
            _write(reports / page, html)
    return facts[PROVINCE]


def citizen_pages(report: Report, facts: dict[str, Facts]) -> Iterator[tuple[str, str]]:
    """Each page by its place in the reports folder; the list first."""
    found, province = places(report, facts), load_province(report.reference.folder)
    script = searching("citizens/search.js")
    common = _common(report, province)

    def page(kind: str, own: Facts, **values: Any) -> str:
        told = answers(own, common["day"], report.language)
        return render(f"citizen_{kind}", report, **common, answers=told, **values).html

    listed = _by_district(found, common["districts"])
    index = {"places": listed, "found_by": found_by, "script": script, "policy": policy(script)}
    yield citizen_page(), page("index", facts[PROVINCE], **index)
    for place in found:
        name = citizen_page(place.code)
        yield name, page("place", place.facts, place=place, code=_qr_code(province.site, name), policy=policy())


def found_by(place: Place) -> str:
    """What a place is found by: its name and its district's without marks."""
    return " ; ".join(plain(name) for name in (place.name, place.district) if name)


def _by_district(found: list[Place], districts: Collection[str]) -> list[tuple[Place | None, list[Place]]]:
    """Each district with its communes, then, below no head, the communes of none."""
    parts: list[tuple[Place | None, list[Place]]] = [
        (head, [place for place in found if place.district and place.offices[-1].code == head.code])
        for head in found
        if head.code in districts
    ]
    alone = [place for place in found if not place.district and place.code not in districts]
    return [*parts, (None, alone)] if alone else parts


def _common(report: Report, province: Province) -> dict[str, Any]:
    """What every page tells besides: of which days, when it is renewed, what must be known first."""
    cautious = cautions(report)
    return {
        "css": (_TEMPLATES / "citizens.css").read_text(encoding="utf-8"),
        "province": province,
        "districts": tier_units(report, DISTRICTS),
        "day": report.language.date(report.as_of),
        "last": last_day(report),
        "next": _month_after(report.as_of.year, report.as_of.month),
        "incomplete": bool(cautious["quarantined"] or cautious["rejected"]),
        "inside": report.language.within,
        "file_of": lambda code: f"{page_name(code)}.html",
        "first": _FIRST,
    }


def _write(page: Path, html: str) -> None:
    write_text(page, html)


def _month_after(year: int, month: int) -> str:
    return f"{year + month // 12}-{month % 12 + 1:02}"


def _qr_code(site: str, page: str) -> str:
    """The page's address as a picture, SVG to stand in the page; "" where nobody said where the site is."""
    if not site:
        return ""
    import segno  # not every report needs it

    return str(segno.make(f"{site.rstrip('/')}/{page}", micro=False).svg_inline(omitsize=True, border=2))
