"""Real use as a run has it: from dossiers and how they were filed to the tables of its signals."""

from datetime import date

import ibis
import pandas as pd

from analysis.duties.filings import blocks, by_month, by_procedure, every_channel, filed_online
from analysis.duties.signals import Filed, bursts, counted
from analysis.duties.substance import substance
from analysis.duties.substance_effect import by_basis, flagged_dossiers, substance_effect
from analysis.duties.substance_files import substance_files
from analysis.reference.availability import load_service
from analysis.reference.decision import Decision
from analysis.reference.substance import load_substance
from analysis.reference.tables import Reference


def real_use(dossiers: ibis.Table, reference: Reference, decision: Decision, as_of: date) -> dict[str, pd.DataFrame]:
    """The tables of how dossiers were filed online; ``dossiers`` of ``with_filings``."""
    rules, office = load_substance(reference.folder), load_service(reference.folder).office
    online = filed_online(dossiers, rules, office, decision, as_of)
    stretches, every = bursts(blocks(online), rules), every_channel(dossiers, decision, as_of)
    filed = Filed(by_month(online), stretches, by_procedure(online), every)
    table = substance(counted(filed, rules, min(as_of, decision.valid_to)), reference, rules)
    files = substance_files(online)
    counted_so = by_basis(dossiers, flagged_dossiers(online, stretches, table), files)
    effect = substance_effect(counted_so, reference, decision, as_of)
    return {"substance": table, "substance_effect": effect, "substance_files": files}
