"""Pieces of HTML by template: a notebook shows them, the page is made of them.

Everything that comes from data is escaped by the templates; words come from the catalogue of texts.
"""

from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.meta import find_referenced_templates
from markupsafe import Markup

from analysis.findings.ledger import origin
from analysis.findings.report import Report
from analysis.language.texts import Language
from analysis.outlook.comparison import LEAST_RANKED
from analysis.pages.glossary import explained
from analysis.presentation import changes, statements
from analysis.presentation.narrative import lacking, most_at
from analysis.presentation.numbers import at_least, chance, fraction, gap, minimum, missing, percent, whole
from analysis.presentation.words import GROUPS, ICONS, VERDICTS
from analysis.reference.groups import answering_words
from analysis.storage.places import page_name, target_page, unit_page
from analysis.storage.writing import undirected

_FOLDERS = ("sections", "site", "citizens")


@dataclass(frozen=True)
class Section:
    """A piece of HTML that shows itself in a notebook."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@cache
def stylesheet() -> str:
    """The CSS of pages and sections."""
    return (files("analysis.pages") / "templates" / "report.css").read_text(encoding="utf-8")


def render(name: str, report: Report, base: str = "", **values: Any) -> Section:
    """A section by its template; ``base`` leads from its page to the month's folder: "" or "../"."""
    template = _environment(report.language).get_template(f"{name}.html.j2")
    known = {
        **{"report": report, "decision": report.decision, "base": base, "origin": origin(report)},
        "answering": answering_words(report.reference, report.language),
    }
    return Section(template.render(**known, **values))


def load_templates(language: Language, *names: str) -> None:
    """Compile templates before many processes are forked that would each compile them, with those that they build on;
    ``names`` as ``fnmatch`` takes them.
    """
    environment, loaded = _environment(language), set[str]()
    wanted = [found for found in environment.list_templates() if any(fnmatch(found, f"{name}.*") for name in names)]
    while wanted:
        name = wanted.pop()
        if name not in loaded:
            loaded.add(name)
            environment.get_template(name)
            source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
            wanted += filter(None, find_referenced_templates(environment.parse(source)))


def _printed(value: Any) -> Any:
    """What a template prints of a value: text from data keeps to its own direction (sections are done already)."""
    return undirected(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("analysis.pages", f"templates/{place}") for place in _FOLDERS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
        finalize=_printed,
    )
    environment.globals |= {"t": language.text, "lang": language.code}
    environment.globals |= {"verdicts": VERDICTS, "icons": ICONS, "group_heads": GROUPS}
    environment.globals |= {"target_page": target_page, "unit_page": unit_page, "page_name": page_name}
    environment.globals |= {"outlook_word": statements.outlook_word, "LEAST": LEAST_RANKED}
    environment.filters |= {
        "explained": explained,
        "number": language.number,
        "bytes": language.size,
        "date": language.date,
        "month": language.month,
        "share": language.percent,
        "percent": lambda figure: percent(figure, language),
        "gap": lambda figure: gap(figure, language),
        "minimum": lambda target: minimum(target, language),
        "aim": lambda target: at_least(target, language),
        "fraction": lambda figure: fraction(figure, language),
        "ask": lambda found: statements.ask_sentence(found, language),
        "cause": lambda found: statements.cause(found, language),
        "uncounted": lambda found: statements.uncounted(found, language),
        "prospect": lambda found: statements.prospect(found, language),
        "signal_word": lambda found: statements.signal_word(found, language),
        "signal": lambda found: statements.signal(found, language),
        "flips": lambda found: statements.flips(found, language),
        "doubt": lambda found: statements.doubt(found, language),
        "states": lambda change: changes.states(change, language),
        "why": lambda change: changes.why(change, language),
        "outcome": lambda change: changes.outcome(change, language),
        "outcomes": lambda counts: changes.outcomes(counts, language),
        "lacking": lambda concern: lacking(concern, language),
        "most_at": lambda where: most_at(where, language),
        "points": language.points,
        "chance": lambda probability: chance(probability, language),
        "decimal": language.decimal,
        "missing": lambda figure: missing(figure, language),
        "whole": lambda figure: whole(figure, language),
    }
    return environment
