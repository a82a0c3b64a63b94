"""Terms that explain themselves where they stand: the meaning appears when one points at them."""

import re

from markupsafe import Markup

from analysis.findings.report import Report
from analysis.storage.writing import undirected


def explained(text: str, report: Report) -> Markup:
    """The text with the first of each term marked; escaped like any text from data."""
    lang = report.language.code
    means = {term.name[lang].lower(): term.means[lang] for term in report.reference.glossary.terms}
    names = sorted(means, key=len, reverse=True)
    seen: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        name = found[0].lower()
        if name in seen:
            return str(Markup.escape(found[0]))
        seen.add(name)
        return str(Markup('<abbr title="{}">{}</abbr>').format(means[name], found[0]))

    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names) or "(?!)", re.IGNORECASE)
    parts, place = [], 0
    for found in pattern.finditer(shown := undirected(text)):
        parts += [str(Markup.escape(shown[place : found.start()])), mark(found)]
        place = found.end()
    return Markup("".join([*parts, str(Markup.escape(shown[place:]))]))
