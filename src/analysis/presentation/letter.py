"""The letter to a unit, one page: its verdicts, the one thing asked of it, what its records lack, where to tell of
difficulties. What it says, once for the page and the document.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil
from operator import itemgetter

from analysis.dossiers.masking import shortened
from analysis.findings.figures import Figure
from analysis.findings.finding import Finding, findings
from analysis.findings.ledger import Place, first_places
from analysis.findings.report import Report
from analysis.findings.tasks import leading
from analysis.language.folding import fold
from analysis.language.texts import N_, Language
from analysis.presentation.narrative import headline_of, made_up
from analysis.presentation.numbers import at_least, fraction, percent
from analysis.presentation.quality import SEVERITIES, Flaw, Records, records
from analysis.presentation.statements import ask_sentence, prospect
from analysis.presentation.words import verdict
from analysis.reference.decision import NOT_APPLICABLE, NOT_ATTAINED
from analysis.reference.forms import ReportForm, load_report_form
from analysis.reference.toml_files import Words
from analysis.reference.vocabulary import Vocabulary

RESULTS = (N_("Target"), N_("At least"), N_("Result"), N_("Verdict"), N_("Missing"))
FAULTS = (N_("Severity"), N_("What is wrong, and where the first rows stand"))
_PLACED = 3  # rows of a kind of fault that are named
_NAMED = 100  # letters of a file's name
_ANSWERED = ("unit", "month", "category", "text")  # columns of the answer, as the vocabulary calls them
_BLANK = 2  # its rows
# What faults and text have room for on the page together, in lines of a table, each about so many letters long.
_ROOM, _TEXT_LINE = 20.5, 1.25
_ASK_LETTERS = 380
_TEXT_LETTERS, _FAULT_LETTERS = 80, 92


@dataclass(frozen=True)
class Letter:
    """What a letter says. ``form`` stands around it; ``results`` as under ``RESULTS``, ``faults`` by severity.

    ``answers`` are the rows to fill in under ``heads``, which the reader of ``kho-khan.csv`` knows.
    """

    code: str
    form: ReportForm
    about: str
    notice: str
    opening: str
    headline: str
    results: list[list[str]]
    ask: str
    records: str
    faults: list[tuple[str, list[str]]]
    lists: str
    answer: str
    heads: list[str]
    answers: list[list[str]]

    @property
    def lines(self) -> int:
        """About how many lines its texts take, the faults apart."""
        texts = (self.notice, self.opening, self.headline, self.ask, self.lists, self.answer)
        return sum(ceil(len(words) / _TEXT_LETTERS) for words in texts)


def letters(report: Report, codes: Iterable[str]) -> Iterator[Letter]:
    """A letter to each of some units; raises ReferenceProblem where ``report-form.toml`` cannot serve."""
    wanted = list(codes)
    form = load_report_form(report.reference.folder)
    places, found = first_places(report, _PLACED), findings(report, wanted)
    for code in wanted:
        own = [found[target.id, code] for target in report.decision.targets if (target.id, code) in found]
        yield _letter(report, form, code, own, places)


def _letter(
    report: Report,
    form: ReportForm,
    code: str,
    found: list[Finding],
    places: Mapping[tuple[str, str], list[Place]],
) -> Letter:
    text, language = report.language.text, report.language
    whom = {"issuer": form.issuer_name[language.code]}
    lists = N_(
        "How to mend them: the unit's page. All rows: flaws.csv; procedures with few dossiers: "
        "procedures.csv (in data/processed, not published); staff ask {issuer}."
    )
    answer = N_(
        "Please fill in, one difficulty a row with what you propose, without names of people, and return to {issuer}."
    )
    written = Letter(
        code=code,
        form=_addressed(form, _addressee(report, code)),
        about=text(N_("Re: results of online public services, {month}"), month=language.month(report.month)),
        notice=" ".join(made_up(report, brief=True)),
        opening=_opening(report, whom["issuer"]),
        headline=headline_of(found, report.within(code), report),
        results=[_result(one.figure, language) for one in found],
        ask=_ask(found, whom["issuer"], language),
        records="",
        faults=[],
        lists=text(lists, **whom),
        answer=text(answer, **whom),
        heads=_heads(report.reference.vocabulary, language),
        answers=[[code, _month(report.month), "", ""]] * _BLANK,
    )
    return _with_faults(written, records(report, [code]), places, language)


def _with_faults(
    written: Letter, kept: Records, places: Mapping[tuple[str, str], list[Place]], language: Language
) -> Letter:
    """The letter with those of the faults that find room on its page, the gravest first."""
    faults = [
        (flaw.severity, _fault(flaw, places.get((written.code, flaw.code), []), language))
        for flaw in kept.gravest_first
    ]
    shown = _fitting(faults, _ROOM - _TEXT_LINE * written.lines)
    told = _records(kept, len(faults) - len(shown), language)
    return replace(written, records=told, faults=_by_severity(shown, language))


def _addressee(report: Report, code: str) -> str:
    """A department by its name, a place by its committee: ``UBND huyện Đồng Xuân``."""
    name, body = report.names[code], N_("People's Committee of {unit}")
    if report.directory.at[code, "tier"] == "province":
        return name
    known = fold(name).startswith(fold(report.language.text(body, unit="")))
    return name if known else report.language.text(body, unit=report.language.within(name))


def _addressed(form: ReportForm, name: str) -> ReportForm:
    """The form of a letter to somebody."""
    return form.model_copy(update={"addressee": Words(vi=name, en=name), "number": form.letter_number or form.number})


def _opening(report: Report, issuer: str) -> str:
    return report.language.text(
        N_("Under Decision {number} of {issued} of {authority}, {issuer} reports:"),
        number=report.decision.number,
        issued=report.language.date(report.decision.issued),
        authority=report.decision.authority[report.language.code],
        issuer=issuer,
    )


def _result(figure: Figure, language: Language) -> list[str]:
    short = language.number(figure.shortfall) if figure.status == NOT_ATTAINED else "–"
    title, least = figure.target.title[language.code], at_least(figure.target, language)
    share = "–" if figure.value is None else f"{fraction(figure, language)} = {percent(figure, language)}"
    return [title, least, share, verdict(figure.status, language), short]


def _ask(found: list[Finding], issuer: str, language: Language) -> str:
    """What is asked on one target, as the statements say it; thanks where nothing is missed."""
    asked = leading(found)
    if asked:
        told = next((words for words in _wordings(asked, language) if len(words) <= _ASK_LETTERS), "")
        return f"{asked.figure.target.title[language.code]}: {told or ask_sentence(_unnamed(asked), language)}"
    if all(one.figure.status == NOT_APPLICABLE for one in found):
        return language.text(N_("Nothing arose that a target counts; nothing is asked."))
    words = N_("The unit attains every target that it has anything to count for: {issuer} thanks it.")
    return language.text(words, issuer=issuer)


def _wordings(asked: Finding, language: Language) -> Iterator[str]:
    """What is asked with what is to be expected; without, where that is too long."""
    ask = ask_sentence(asked, language)
    yield " ".join(filter(None, [ask, prospect(asked, language)]))
    yield ask


def _unnamed(asked: Finding) -> Finding:
    """The same with its procedures counted: their names stand on the unit's page."""
    ask = asked.ask and replace(asked.ask, procedures=[], others=asked.ask.count)
    return replace(asked, ask=ask)


def _records(kept: Records, more: int, language: Language) -> str:
    """How many rows were accepted and rejected, and how many kinds of fault the table leaves out."""
    words = N_("Rows accepted: {accepted}; rejected: {rejected}.")
    counts = {"accepted": kept.accepted, "rejected": kept.rejected_rows}
    told = language.text(words, **{name: language.number(count) for name, count in counts.items()})
    if not kept.gravest_first:
        return f"{told} {language.text(N_('No row is at fault.'))}"
    if more:
        told += " " + language.text(N_("Other kinds of fault: {count}."), count=language.number(more))
    return told


def _by_severity(faults: list[tuple[int, str]], language: Language) -> list[tuple[str, list[str]]]:
    return [
        (language.text(SEVERITIES[severity]), [told for _, told in same])
        for severity, same in groupby(faults, key=itemgetter(0))
    ]


def _fault(flaw: Flaw, places: list[Place], language: Language) -> str:
    """What is wrong, in how many rows, and where the first of them stand."""
    words, counts = language.text(flaw.words), {"count": language.number(flaw.count)}
    told = words[0].upper() + words[1:]
    if not places:
        return language.text(N_("{fault} (rows: {count})."), fault=told, **counts)
    first = places[0]
    sheet = f" ({shortened(first.sheet, _NAMED)})" if first.sheet else ""
    file, rows = shortened(first.file, _NAMED) + sheet, ", ".join(map(str, first.rows))
    return language.text(N_("{fault} (rows: {count}): {file}, row {rows}."), fault=told, file=file, rows=rows, **counts)


def _fitting(faults: list[tuple[int, str]], room: float) -> list[tuple[int, str]]:
    """The first faults that find room on the page, one at least."""
    taken = 0
    for place, (_, told) in enumerate(faults):
        taken += ceil(len(told) / _FAULT_LETTERS)
        if place and taken > room:
            return faults[:place]
    return faults


def _heads(vocabulary: Vocabulary, language: Language) -> list[str]:
    """Headings of the answer, which the vocabulary knows: in English the names of its columns, if it has them."""
    own = language.code != "vi" and vocabulary.difficulties.keys() >= {*_ANSWERED}
    return [name.capitalize() if own else vocabulary.stated[name] for name in _ANSWERED]


def _month(month: str) -> str:
    """``12/2020``: as the reader of difficulties, and whoever copies the table, takes it for a month."""
    year, number = month.split("-")
    return f"{number}/{year}"
