"""The words that readers see for the codes of a run: verdicts, measures, tiers, reasons, checks."""

from analysis.language.texts import N_
from analysis.outlook.gap import IMPOSSIBLE, NEEDS_CHANGE, NOTHING, REACHABLE, SECURED
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED
from analysis.statistics.control import (
    COMMON_CAUSE,
    HIT_OR_MISS,
    IMPROVING,
    MEETS,
    MISSES,
    NOT_COMPARABLE,
    TOO_FEW,
    WORSENING,
)

VERDICTS = {ATTAINED: N_("Attained"), NOT_ATTAINED: N_("Not attained"), NOT_APPLICABLE: N_("Nothing to count")}
ICONS = {ATTAINED: "✓", NOT_ATTAINED: "✗", NOT_APPLICABLE: "–"}  # beside the words, so that colour is not needed
MEASURES = {
    "procedures_online": N_("procedures with online dossiers"),
    "dossiers_online": N_("dossiers resolved online"),
    "dossiers_via_portal": N_("dossiers through the portal"),
}
TIER_WORDS = {"province": N_("Department"), "district": N_("District"), "commune": N_("Commune")}
REASONS = {
    "missing_dossier_id": N_("no dossier code"),
    "unknown_procedure": N_("procedure not known"),
    "unknown_unit": N_("unit not known"),
    "unknown_channel": N_("channel not known"),
    "bad_received_date": N_("day of receipt absent or unreadable"),
    "bad_date": N_("another date unreadable"),
    "completed_before_received": N_("result before receipt"),
    "unknown_value": N_("a value that the vocabulary does not know"),
}
CHECKS = {
    "blank_channel": N_("channel blank: counted as counter"),
    "level_disagreement": N_("level differs from the catalogue: the catalogue counts"),
    "level_unknown": N_("level neither in the catalogue nor in the export"),
    "procedure_not_in_catalogue": N_("procedure not in the catalogue, level from the export"),
    "applicant_unknown": N_("applicant not stated: not counted as inter-agency"),
    "source_unknown": N_("source not stated: left out of the portal target"),
    "resolved_without_date": N_("resolved, but no date of the result"),
    "online_below_level_3": N_("filed online although below level 3"),
    "received_after_export": N_("received after the day of export"),
    "completed_after_export": N_("resolved after the day of export"),
}
VARIATIONS = {
    IMPROVING: ("▲", N_("Improving")),
    WORSENING: ("▼", N_("Worsening")),
    COMMON_CAUSE: ("≈", N_("No clear change")),
    TOO_FEW: ("·", N_("Too few months")),
}
ASSURANCES = {
    MEETS: ("✓", N_("Will keep meeting it")),
    MISSES: ("✗", N_("Will keep missing it")),
    HIT_OR_MISS: ("?", N_("Now hit, now miss")),
    NOT_COMPARABLE: ("", N_("A month alone does not compare")),
    TOO_FEW: ("·", N_("Too few months")),
}
PACES = {
    SECURED: ("✓", N_("Secured")),
    REACHABLE: ("→", N_("Within reach")),
    NEEDS_CHANGE: ("!", N_("Needs a change")),
    IMPOSSIBLE: ("✗", N_("Not possible any more")),
    NOTHING: ("–", N_("Nothing to count")),
}
KINDS = {"dossiers": N_("Targets on dossiers"), "procedures": N_("Targets on procedures")}
