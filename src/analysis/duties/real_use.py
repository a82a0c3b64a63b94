"""Real use as a run has it: from dossiers and how they were filed to the tables of its signals."""

from datetime import date

import ibis
import pandas as pd

from analysis.duties.filings import blocks, by_month, by_procedure, every_channel, filed_online
from analysis.duties.signals import bursts, counted
from analysis.duties.substance import substance
from analysis.duties.substance_effect import flagged_dossiers, substance_effect
from analysis.duties.substance_files import substance_files
from analysis.reference.availability import load_service
from analysis.reference.decision import Decision
from analysis.reference.substance import load_substance
from analysis.reference.tables import Reference


def real_use(dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date) -> dict[str, pd.DataFrame]:
    """The tables of how dossiers were filed online; ``dossiers`` of ``with_filings``."""
    rules, office = load_substance(reference.folder), load_service(reference.folder).office
    online = filed_online(dossiers, rules, office, decision, as_of)
    found, every = bursts(blocks(online), rules), every_channel(dossiers, decision, as_of)
    last_day = min(as_of, decision.valid_to)
    table = substance(counted(by_month(online), found, by_procedure(online), every, rules, last_day), reference, rules)
    files = substance_files(online)
    flagged, told = flagged_dossiers(online, found, table), bool(files["proxy_told"].any())
    effect = substance_effect(dossiers, flagged, told, reference, decision, as_of)
    return {"substance": table, "substance_effect": effect, "substance_files": files}
