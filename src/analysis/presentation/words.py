"""The words that readers see for the codes of a run: verdicts, measures, tiers, reasons, checks.

Where one code has several wordings, they stand side by side, each with the room or the reader that it is for.
"""

from analysis.findings.standing import AS_MANY, FEWER, MORE
from analysis.language.texts import N_, Language
from analysis.outlook.closers import ALL_ONLINE, FINISH, KEEP, NOTHING, PEERS, UNFED, UNTOUCHED, VIA_PORTAL
from analysis.outlook.comparison import ABOVE, AS_EXPECTED, BELOW
from analysis.outlook.conclusions import CERTAIN, FINAL, IMPROBABLE, LOST, OPEN, PROBABLE, WAITING
from analysis.outlook.delays import LATE, REFUSED, SUPPLEMENT
from analysis.reference.decision import ATTAINED, NOT_APPLICABLE, NOT_ATTAINED, Target
from analysis.statistics.control import (
    COMMON_CAUSE,
    IMPROVING,
    NOT_COMPARABLE,
    PAST,
    TOO_FEW,
    WORSENING,
)
from analysis.storage.places import (
    CATALOGUE_PAGE,
    CERTAINTY_PAGE,
    CHANGES_PAGE,
    COURSE_PAGE,
    METHOD_PAGE,
    QUALITY_PAGE,
    READINGS_PAGE,
    RECONCILIATION_PAGE,
    SERVICE_PAGE,
    SUBSTANCE_PAGE,
    WAITING_PAGE,
    WHO_PAGE,
)

VERDICTS = {ATTAINED: N_("Attained"), NOT_ATTAINED: N_("Not attained"), NOT_APPLICABLE: N_("Nothing to count")}
ICONS = {ATTAINED: "✓", NOT_ATTAINED: "✗", NOT_APPLICABLE: "–"}  # beside the words, so that colour is not needed
MEASURES = {
    "procedures_online": N_("procedures with online dossiers"),
    "dossiers_online": N_("dossiers online"),
    "dossiers_via_portal": N_("dossiers through the portal"),
    "on_time": N_("dossiers resolved by their due day"),
    "paid_online": N_("dossiers paid for online"),
    "digitised": N_("dossiers with digitised papers"),
    "satisfaction": N_("people who were satisfied"),
}
MEASURES_IN_COLUMNS = {
    ("procedures_online", "all"): N_("procedures"),
    ("procedures_online", "agency"): N_("inter-agency procedures"),
    ("dossiers_online", "all"): N_("dossiers"),
    ("dossiers_online", "agency"): N_("inter-agency dossiers"),
    ("dossiers_via_portal", "all"): N_("via the Portal"),
    ("dossiers_via_portal", "agency"): N_("inter-agency, via the Portal"),
    ("on_time", "all"): N_("on time"),
    ("on_time", "agency"): N_("inter-agency, on time"),
    ("paid_online", "all"): N_("paid online"),
    ("paid_online", "agency"): N_("inter-agency, paid online"),
    ("digitised", "all"): N_("digitised"),
    ("digitised", "agency"): N_("inter-agency, digitised"),
    ("satisfaction", "all"): N_("satisfied"),
}

TIER_WORDS = {"province": N_("Department"), "district": N_("District"), "commune": N_("Commune")}  # what a unit is
TIER_LEVELS = {"province": N_("Province"), "district": N_("District"), "commune": N_("Commune")}  # in a narrow column
TIER_BODIES = {  # as an official text names them
    "province": N_("Departments"),
    "district": N_("People's Committees of districts, towns and the city"),
    "commune": N_("People's Committees of communes, wards and townships"),
}
# Groups of units are those of the tiers, and areas: districts with their communes.
_AREAS = N_("Districts with their communes")
GROUPS = {
    **{"province": N_("Departments"), "district": N_("Districts"), "commune": N_("Communes")},
    "areas": _AREAS,
}
GROUPS_BESIDE_AREAS = GROUPS | {"district": N_("Districts themselves")}
GROUPS_IN_FULL = {
    "province": N_("Departments and agencies"),
    "district": N_("Districts, towns and the city"),
    "commune": N_("Communes, wards and townships"),
    "areas": _AREAS,
}
FORECAST_LEVELS = {  # at which forecasts were tried
    "ALL": N_("Whole province"),
    "TIER": N_("A tier together"),
    "GROUP": _AREAS,
    **{"province": N_("Departments"), "district": N_("Districts"), "commune": N_("Communes")},
}
GROUP_BODIES = {**TIER_BODIES, "areas": _AREAS}
GROUPS_IN_REPORT = {  # the parts of the official report's table of units
    "province": N_("Departments and agencies"),
    "district": TIER_BODIES["district"],
    "commune": TIER_BODIES["commune"],
    "areas": N_("Districts, towns and the city with their communes"),
}
GROUPS_RATED = {  # within a sentence: whom criteria rate
    "province": N_("departments and agencies, for whose results their heads answer"),
    "district": N_("People's Committees of districts, towns and the city, without their communes"),
    "commune": TIER_BODIES["commune"],
    "areas": N_("chairs of district People's Committees, who answer for the district with its communes"),
}

QUESTIONS = {  # the province's further pages, in the order of what one asks
    WHO_PAGE: N_("Who comes first"),
    CHANGES_PAGE: N_("What changed"),
    WAITING_PAGE: N_("What waits and is past due"),
    SERVICE_PAGE: N_("Is the portal stable"),
    CATALOGUE_PAGE: N_("Is the catalogue on the portal, complete and right"),
    SUBSTANCE_PAGE: N_("Online filing to be looked at"),
    RECONCILIATION_PAGE: N_("Do units' reports agree with the portal"),
    COURSE_PAGE: N_("Month by month"),
    READINGS_PAGE: N_("If the decision is read otherwise"),
    CERTAINTY_PAGE: N_("How sure the figures are"),
    QUALITY_PAGE: N_("Data quality and difficulties"),
    METHOD_PAGE: N_("Definitions and sources"),
}
CHECKS = {
    "blank_channel": N_("channel blank: counted as counter"),
    "level_disagreement": N_("level differs from the catalogue: the catalogue counts"),
    "level_unknown": N_("level neither in the catalogue nor in the export"),
    "procedure_not_in_catalogue": N_("procedure not in the catalogue, level from the export"),
    "applicant_unknown": N_("applicant not stated: not counted as inter-agency"),
    "source_unknown": N_("source not stated: left out of the portal target"),
    "resolved_without_date": N_("resolved, but no date of the result"),
    "online_below_level_3": N_("filed online although the procedure is not offered online"),
    "unit_not_there": N_("received before the unit was there or after it had ended"),
    "received_after_export": N_("received after the day of export"),
    "completed_after_export": N_("resolved after the day of export"),
}
VARIATIONS = {
    IMPROVING: ("▲", N_("Improving")),
    WORSENING: ("▼", N_("Worsening")),
    COMMON_CAUSE: ("≈", N_("No clear change")),
    PAST: ("·", N_("No recent month")),
    TOO_FEW: ("·", N_("Too few months")),
    NOT_COMPARABLE: ("·", N_("Months not comparable")),
}
BANDS = {
    CERTAIN: ("✓", N_("Certain to attain")),
    PROBABLE: ("↗", N_("Will probably attain")),
    OPEN: ("?", N_("Hard to say")),
    IMPROBABLE: ("↘", N_("Will hardly attain")),
    LOST: ("✗", N_("Cannot attain any more")),
    "": ("–", N_("Nothing to count")),
}
FINALITIES = {FINAL: ("■", N_("Final")), WAITING: ("…", N_("May still be attained"))}
UNFORETOLD = ("–", N_("As on the as-of day"))  # nothing is said of what will be
UNMEASURED = ("–", N_("Cannot be measured"))
KINDS = {"dossiers": N_("Targets on dossiers"), "procedures": N_("Targets on procedures")}
AGAINST = {
    ABOVE: ("▲", N_("Above by more than chance")),
    BELOW: ("▼", N_("Below by more than chance")),
    AS_EXPECTED: ("●", N_("No more than chance")),
}
AGAINST_TIER = {
    ABOVE: ("▲", N_("Above what is usual in the tier")),
    BELOW: ("▼", N_("Below what is usual in the tier")),
    AS_EXPECTED: ("●", N_("Within what is usual in the tier")),
}
AGAINST_IN_TABLES = {
    **{ABOVE: N_("clearly higher"), BELOW: N_("clearly lower"), AS_EXPECTED: N_("not clearly different")},
}
MIXES = {
    MORE: N_("More online than the tier on average"),
    FEWER: N_("Less online than the tier on average"),
    AS_MANY: N_("As much online as the tier on average"),
}
DELAYS = {
    LATE: N_("Dossiers resolved late or overdue"),
    SUPPLEMENT: N_("Dossiers waiting for a supplement"),
    REFUSED: N_("Dossiers refused"),
}

# Codes of dossiers and of files, of the catalogue and the decision.
CHANNELS = {"online": N_("online"), "counter": N_("at the counter"), "post": N_("by post")}
APPLICANTS = {
    **{"citizen": N_("citizen"), "business": N_("business")},
    **{"organisation": N_("organisation"), "agency": N_("state agency")},
}
SOURCES = {
    **{"provincial_portal": N_("provincial portal"), "national_portal": N_("national portal")},
    **{"one_stop": N_("one-stop system"), "ministry_system": N_("a ministry's system"), "paper": N_("on paper")},
}
STATES = {
    **{"not_accepted": N_("not accepted"), "processing": N_("in progress"), "supplement": N_("awaits a supplement")},
    **{"resolved": N_("resolved"), "refused": N_("refused"), "withdrawn": N_("withdrawn")},
}
LEVEL_SOURCES = {"catalogue": N_("the catalogue"), "export": N_("the export")}
SCOPES = {"all": N_("every applicant"), "agency": N_("state agencies alone")}
METHODS = {
    **{UNTOUCHED: N_("procedures without an online dossier get one"), PEERS: N_("as good as its peers")},
    **{ALL_ONLINE: N_("every dossier of the procedure online"), VIA_PORTAL: N_("dossiers through the portal")},
    **{
        FINISH: N_("pending dossiers finished"),
        KEEP: N_("as now"),
        UNFED: N_("too few procedures with dossiers"),
        NOTHING: N_("too late"),
    },
}
WINDOWS = {"month": N_("month"), "quarter": N_("quarter"), "to_date": N_("to date")}
FILES = {"accepted": N_("Accepted"), "quarantined": N_("Quarantined")}  # in the ledger, beside counts of rows
FILES_ALONE = {"accepted": N_("used"), "quarantined": N_("Quarantined")}


def verdict(status: str, language: Language) -> str:
    """``✓ Đạt``: a sign and a word, readable without colour."""
    return f"{ICONS[status]} {language.text(VERDICTS[status])}"


def level_words(target: Target, language: Language) -> str:
    """What the levels of a target are called: ``Mức độ 3``, ``Mức độ 3, 4``, a group's name, ``Mọi mức độ``."""
    if target.level_title is not None:
        return target.level_title[language.code]
    if target.level is not None:
        return language.text(N_("Level {level}"), level=target.level)
    if target.admitted is None:
        return language.text(N_("Any level"))
    return language.text(N_("Levels {levels}"), levels=", ".join(map(str, target.admitted)))
