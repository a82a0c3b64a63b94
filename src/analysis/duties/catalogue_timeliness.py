"""Whether procedures were published and made public in time (``catalogue_timeliness.csv``).

By the rule of 766/QĐ-TTg: decided at least five working days before the day of effect, public on the portal within
five working days after the decision; one lateness makes the procedure late. When it became public is told by the
portal's own day, else by the first of the dated lists that has it; a list after the limit that lacks it makes it late.
What no day tells is not known.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.duties.catalogue_files import OPEN
from analysis.duties.catalogue_placing import placed
from analysis.preparation.catalogue_sheets import PORTAL, PUBLICATION
from analysis.reference.availability import Office
from analysis.reference.tables import Reference

IN_TIME, LATE, UNKNOWN = "in_time", "late", "unknown"
WORKING_DAYS = 5  # of 766/QĐ-TTg, before the effect and after the decision
CATALOGUE_TIMELINESS_COLUMNS = [
    *("procedure_code", "decision", "decided_at", "effective_at", "seen_at", "lacking_at"),
    *("published", "shown", "verdict"),
]


def catalogue_timeliness(lines: pd.DataFrame, reference: Reference, office: Office) -> pd.DataFrame:
    """One row per procedure that a dated decision published; ``lines`` of ``Listings``, ``office`` says which days are
    worked on.
    """
    calendar = np.busdaycalendar([int(day in office.weekdays) for day in range(1, 8)], list(office.days_off))
    new = lines[(lines["role"] == PUBLICATION) & (lines["state"] == OPEN) & lines["decided_at"].notna()]
    portal = placed(lines[(lines["role"] == PORTAL) & (lines["state"] == OPEN)], reference)
    keys = ["procedure_key", "decision", "decided_at", "effective_at"]
    rows = []
    for key, own in placed(new, reference).groupby(keys, dropna=False):
        procedure, decision, decided, effective = key
        there = portal[portal["unit_code"].isin(own["unit_code"])]
        seen, lacking, is_told = _seen(there, procedure)
        published = _published(decided, effective, calendar)
        shown = _shown(decided, seen, seen if is_told else lacking, calendar)
        days = (_iso(day) for day in (decided, effective, seen, lacking))
        rows.append((own["procedure_code"].iloc[0], decision, *days, published, shown, _verdict((published, shown))))
    whole = pd.DataFrame(rows, columns=CATALOGUE_TIMELINESS_COLUMNS).astype("str")
    return whole.sort_values(["decided_at", "procedure_code"], ignore_index=True)


def _seen(there: pd.DataFrame, procedure: str) -> tuple[pd.Timestamp, pd.Timestamp, bool]:
    """The first day on which a procedure is known to be public, the last before it whose list lacks it, and whether the
    portal itself tells the first.
    """
    own = there[there["procedure_key"] == procedure]
    told, first = own["published_at"].min(), own["day"].min()
    seen = min((day for day in (told, first) if not pd.isna(day)), default=pd.NaT)
    days = there.loc[~there["day"].isin(own["day"]), "day"].dropna()
    return seen, (days if pd.isna(seen) else days[days < seen]).max(), seen == told


def _published(decided: pd.Timestamp, effective: pd.Timestamp, calendar: np.busdaycalendar) -> str:
    if pd.isna(effective):
        return UNKNOWN
    limit = np.busday_offset(_day(effective), -WORKING_DAYS, roll="forward", busdaycal=calendar)
    return IN_TIME if _day(decided) <= limit else LATE


def _shown(decided: pd.Timestamp, seen: pd.Timestamp, lacking: pd.Timestamp, calendar: np.busdaycalendar) -> str:
    """``lacking``: a day up to which it was surely not public."""
    limit = np.busday_offset(_day(decided), WORKING_DAYS, roll="backward", busdaycal=calendar)
    if not pd.isna(seen) and _day(seen) <= limit:
        return IN_TIME
    return LATE if not pd.isna(lacking) and _day(lacking) > limit else UNKNOWN


def _verdict(parts: Iterable[str]) -> str:
    found = set(parts)
    return LATE if LATE in found else UNKNOWN if UNKNOWN in found else IN_TIME


def _day(moment: pd.Timestamp) -> np.datetime64:
    return np.datetime64(moment.date(), "D")


def _iso(moment: pd.Timestamp) -> str:
    return "" if pd.isna(moment) else moment.date().isoformat()
