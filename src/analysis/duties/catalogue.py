"""The catalogue against the portal as a run has it: from lists of procedures beside the exports to its tables."""

from datetime import date
from pathlib import Path

import pandas as pd
from ibis.expr.types import Table

from analysis.duties.catalogue_files import Listings, read_listings
from analysis.duties.catalogue_levels import CATALOGUE_LEVELS_COLUMNS, catalogue_levels
from analysis.duties.catalogue_lines import CATALOGUE_LINES_COLUMNS, catalogue_lines
from analysis.duties.catalogue_on_portal import (
    CATALOGUE_ON_PORTAL_COLUMNS,
    catalogue_on_portal,
    filed_not_offered,
    pairs,
)
from analysis.duties.catalogue_placing import covered
from analysis.duties.catalogue_timeliness import CATALOGUE_TIMELINESS_COLUMNS, catalogue_timeliness
from analysis.duties.catalogue_verdicts import CATALOGUE_VERDICTS_COLUMNS, catalogue_verdicts
from analysis.language.texts import Language
from analysis.reference.availability import load_service
from analysis.reference.decision import Decision
from analysis.reference.tables import Reference

_COLUMNS = {
    "catalogue_on_portal": CATALOGUE_ON_PORTAL_COLUMNS,
    "catalogue_lines": CATALOGUE_LINES_COLUMNS,
    "catalogue_verdicts": CATALOGUE_VERDICTS_COLUMNS,
    "catalogue_timeliness": CATALOGUE_TIMELINESS_COLUMNS,
    "catalogue_levels": CATALOGUE_LEVELS_COLUMNS,
}


def full_catalogue(
    dossiers: Table,
    sources: tuple[Path | None, Path],
    reference: Reference,
    decision: Decision,
    as_of: date,
    language: Language,
) -> dict[str, pd.DataFrame]:
    """The six tables, without rows where there is no list; ``sources``: the folders of the exports and of the run."""
    listings = read_listings(*sources, reference, language)
    return compared(listings, dossiers, reference, decision, as_of) | {"catalogue_files": listings.files}


def compared(
    listings: Listings, dossiers: Table, reference: Reference, decision: Decision, as_of: date
) -> dict[str, pd.DataFrame]:
    """The tables but the ledger; what needs a list of the portal's has no row where there is none."""
    lines, last = listings.lines, min(as_of, decision.valid_to)
    days = covered(lines, reference)
    if days.empty:
        return {name: pd.DataFrame(columns=columns) for name, columns in _COLUMNS.items()}
    found = pairs(lines, reference, as_of)
    filed = filed_not_offered(dossiers, reference, decision, as_of)
    filed = filed[filed["unit_code"].isin(days["unit_code"])]
    return {
        "catalogue_on_portal": catalogue_on_portal(found, days, filed, reference),
        "catalogue_lines": catalogue_lines(found, filed, reference),
        "catalogue_verdicts": catalogue_verdicts(found, dossiers, reference, decision, as_of),
        "catalogue_timeliness": catalogue_timeliness(lines, reference, load_service(reference.folder).office),
        "catalogue_levels": catalogue_levels(lines, reference, decision.valid_from, last),
    }
