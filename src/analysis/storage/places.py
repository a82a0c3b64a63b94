"""Where things stand: the project's own files, and those of a month's publication, relative to its folder.

Names are made of unit codes alone.
"""

import re
from pathlib import Path

# The project's notebooks and data/reference: a wheel brings them inside the package, a checkout has them beside src.
_PACKED = Path(__file__).parents[1] / "project"
PROJECT = _PACKED if _PACKED.is_dir() else Path(__file__).parents[3]
OWN_REFERENCE = PROJECT / "data" / "reference"
TWO_TIERS = OWN_REFERENCE / "examples" / "hai-cap-2025"  # of a made-up province that lost its districts

OVERVIEW = "overview.html"  # all units beside all targets
PROVINCE_PAGE = "index.html"
# One page for each question that the province's leaves open.
WHO_PAGE, CHANGES_PAGE, COURSE_PAGE, READINGS_PAGE = "who.html", "changes.html", "course.html", "readings.html"
CERTAINTY_PAGE, QUALITY_PAGE, METHOD_PAGE = "certainty.html", "quality.html", "method.html"
WAITING_PAGE, SERVICE_PAGE = "waiting.html", "service.html"
CATALOGUE_PAGE, SUBSTANCE_PAGE, RECONCILIATION_PAGE = "catalogue.html", "substance.html", "reconciliation.html"
TOLD = "procedure_counts"  # of the open data: what is told of each unit's procedures
# Of the open data: what the month said, and by which catalogue and decision.
STANDING, CATALOGUE, DECISION = "standing", "catalogue", "decision.json"
UNITS, TARGETS, CRITERIA, OPEN_DATA, NOTEBOOKS = "units", "targets", "criteria", "open-data", "notebooks"
CITIZENS = "cong-dan"  # beside the months: pages for whoever lives in a place, of the newest month
LETTERS = "thu"


def page_name(code: str) -> str:
    """A unit's or group's code as the name of a file, also on Windows: ``AREA:H45.22`` → ``AREA-H45.22``."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", code)


def unit_page(code: str) -> str:
    """``units/H45.18.html``."""
    return f"{UNITS}/{page_name(code)}.html"


def letter_page(code: str) -> str:
    """``thu/H45.18.html``: the letter to a unit, beside it as ``letter_document``."""
    return f"{LETTERS}/{page_name(code)}.html"


def letter_document(code: str) -> str:
    """``thu/H45.18.docx``."""
    return f"{LETTERS}/{page_name(code)}.docx"


def target_page(target_id: str, code: str = "") -> str:
    """``targets/portal.html#H45.18``: how the figure of a unit or group for a target was computed."""
    return f"{TARGETS}/{page_name(target_id)}.html" + (f"#{page_name(code)}" if code else "")


def citizen_page(code: str = "") -> str:
    """``cong-dan/H45.22.01.html``, of the reports folder: a place's page for its people; without a code the list."""
    return f"{CITIZENS}/{page_name(code) or 'index'}.html"


def annexes(month: str) -> tuple[str, str]:
    """The workbook of annexes and the draft report of a month."""
    return f"phu-luc-{month}.xlsx", f"bao-cao-{month}.docx"


def criteria_page(regulation: str) -> str:
    """``criteria/chu-tich-huyen.html``: a draft of evaluation criteria beside its rivals."""
    return f"{CRITERIA}/{page_name(regulation)}.html"


def criteria_documents(criteria: str, month: str) -> tuple[str, str]:
    """The draft annex and the scoring workbook of a set of criteria, beside its page."""
    name = f"{page_name(criteria)}-{month}"
    return f"{CRITERIA}/tieu-chi-{name}.docx", f"{CRITERIA}/cham-diem-{name}.xlsx"
