"""The workbook's first sheet: what the others show, in the sentences that pages and draft have."""

from analysis.documents.sheet import Column, Rounded, Table, aim, share
from analysis.findings.advice import calls
from analysis.findings.finding import Finding
from analysis.findings.report import Report
from analysis.language.texts import N_
from analysis.presentation.narrative import concern, where_to_begin
from analysis.presentation.statements import ask_sentence, cause, flips, outlook
from analysis.presentation.words import verdict


def concluded(report: Report, own: list[Finding]) -> Table:
    """The province's targets with all that is said of them."""
    text, lang = report.language.text, report.language
    rows = []
    for place, one in enumerate(own, start=1):
        figure, target = one.figure, one.figure.target
        sure = " ".join(filter(None, [outlook(one, lang), flips(one, lang)]))
        asked = ask_sentence(one, lang) or where_to_begin(one, lang)
        row = [f"({place})", target.title[lang.code], aim(target), share(figure), figure.shortfall]
        rows.append([*row, verdict(figure.status, lang), cause(one, lang), sure, asked])
    columns = [
        *(Column(text(N_("No.")), "text", 5), Column(text(N_("Target")), "long", 26)),
        *(Column(text(N_("Minimum")), "share", 8), Column(text(N_("Share")), "share", 8)),
        *(Column(text(N_("Missing")), "count", 9), Column(text(N_("Verdict")), "verdict", 12)),
        *(Column(text(N_("Where the gap comes from")), "long", 42), Column(text(N_("How certain it is")), "long", 50)),
        Column(text(N_("What to do")), "long", 34),
    ]
    return Table(text(N_("Targets of the whole province, to date")), columns, rows, names=2)


def first(report: Report) -> Table:
    """The first places of priorities.csv, a row for each of their weightiest targets."""
    text, lang = report.language.text, report.language
    rows = [
        [*(["", "", None] if number else [f"{place}.", call.name, Rounded(call.among_first, 0)]), concern(one, lang)]
        for place, call in enumerate(calls(report), start=1)
        for number, one in enumerate(call.concerns)
    ]
    columns = [
        *(Column(text(N_("No.")), "text", 5), Column(text(N_("Unit or group")), "long", 26)),
        Column(text(N_("How often among the first three if counts fall otherwise")), "share", 16, over=2),
        Column(text(N_("What is missing, where, and what to do there")), "long", 147, over=5),
    ]
    return Table(text(N_("Where most is missing")) if report.ended else text(N_("Who comes first")), columns, rows)
