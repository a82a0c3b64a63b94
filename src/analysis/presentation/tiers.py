"""What tiers are called: by their titles in tiers.csv, else in the words for the usual three."""

from collections.abc import Mapping

from analysis.findings.report import Report
from analysis.reference.groups import lost_tiers


def tier_words(report: Report, words: Mapping[str, str]) -> dict[str, str]:
    """The name of each tier that is there on the day in the report's language, in the tiers' order; ``words`` are for
    those without a title.
    """
    language, lost = report.language, lost_tiers(report.reference)
    return {
        tier: titles.get(language.code) or language.text(words[tier])
        for tier, titles in report.reference.tiers.items()
        if tier not in lost
    }
