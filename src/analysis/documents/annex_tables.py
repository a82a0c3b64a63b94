"""What the workbook of annexes holds, before any cell is written."""

from itertools import product
from typing import Any

from analysis.documents.findings_tables import concluded, first
from analysis.documents.sheet import Column, Rounded, Sheet, Table, aim, share
from analysis.dossiers.sights import REASONS
from analysis.findings import figures
from analysis.findings.figures import Figure
from analysis.findings.finding import Finding, findings
from analysis.findings.ledger import doubtful_rows, rejected_rows
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.presentation.narrative import headline
from analysis.presentation.numbers import at_least
from analysis.presentation.statements import outlook_word
from analysis.presentation.tiers import tier_words
from analysis.presentation.words import CHECKS, FILES, TIER_LEVELS, verdict
from analysis.reference.decision import DEFAULT, Target
from analysis.reference.groups import PROVINCE, tier_groups

FINDINGS, TRENDS = N_("Findings"), N_("Trends")  # sheets that others refer to


def sheets(report: Report) -> list[Sheet]:
    """All sheets of the workbook, in order; the first says what the others show."""
    text, found = report.language.text, _findings(report)
    own = [found[target.id, PROVINCE] for target in report.decision.targets]
    return [
        Sheet(text(FINDINGS), [concluded(report, own), first(report)], headline(report)),
        Sheet(text(N_("Summary")), [_summary(report, found)]),
        *(
            Sheet(f"{place}. {target.title[report.language.code]}", [_of_target(report, target, found)])
            for place, target in enumerate(report.decision.targets, start=1)
        ),
        Sheet(text(N_("Other readings")), [_readings(report)]),
        Sheet(text(TRENDS), [_trends(report)]),
        Sheet(text(N_("Definitions")), [_definitions(report)]),
        Sheet(text(N_("Ledger")), [_files(report)]),
        Sheet(text(N_("Quality of the data")), [_rejects(report), _checks(report)]),
    ]


def groups(report: Report) -> list[str]:
    """The codes of the province, the tiers and the districts with their communes."""
    return [PROVINCE, *tier_groups(report.reference), *figures.areas(report)]


def notice(report: Report, language: Language) -> str:
    """What must be known before any figure is read: draft, decision, as-of day, what is made up."""
    text, decision = language.text, report.decision
    parts = [
        text(N_("DRAFT")),
        f"{text(N_('Decision'))} {decision.number}, {language.date(decision.issued)}",
        text(N_("figures to {day}"), day=language.date(report.as_of)),
    ]
    if report.synthetic:
        parts.append(text(N_("Synthetic data: these exports were made up; no figure says anything about a real unit.")))
    if report.reference.illustrative:
        parts.append(text(N_("Illustrative catalogue.")))
    if report.reference.drafted:
        parts.append(text(N_("Drafted catalogue.")))
    return " · ".join(parts)


def _findings(report: Report) -> dict[tuple[str, str], Finding]:
    """Every finding by target and unit or group, groups first, then unit by unit within the tiers."""
    units = [code for tier in report.reference.tiers for code in figures.tier_units(report, tier)]
    return findings(report, [*groups(report), *units])


def _gap(figure: Figure) -> Rounded | None:
    return None if figure.gap is None else Rounded(float(figure.gap * 100), figure.digits())


def _summary(report: Report, found: dict[tuple[str, str], Finding]) -> Table:
    text, lang = report.language.text, report.language
    columns = [Column(text(N_("Unit or group")), "long", 34)]
    for _ in report.decision.targets:
        columns += [Column(text(N_("Share")), "share", 9), Column(text(N_("Verdict")), "verdict", 12)]
    rows = []
    for code in groups(report):
        of_code = [found[target.id, code].figure for target in report.decision.targets]
        cells = [cell for figure in of_code for cell in (share(figure), verdict(figure.status, lang))]
        rows.append([of_code[0].unit_name, *cells])
    spans = [("", 1), *((f"{t.title[lang.code]} ({at_least(t, lang)})", 2) for t in report.decision.targets)]
    whole = N_("The province, its tiers and its districts with their communes, to date")
    return Table(
        text(whole if figures.areas(report) else N_("The province and its tiers, to date")), columns, rows, spans
    )


def _of_target(report: Report, target: Target, found: dict[tuple[str, str], Finding]) -> Table:
    """Every unit and group beside one target; what is to come only while something is to come."""
    text, lang = report.language.text, report.language
    ended = report.ended
    comparison = report.outlook["comparison"]
    of_target = comparison[comparison["target_id"] == target.id].itertuples(index=False)
    compared = {row.unit_code: row for row in of_target}
    units, levels = report.reference.units, tier_words(report, TIER_LEVELS)
    tiers = {code: levels[tier] for code, tier in zip(units["unit_code"], units["tier"], strict=True)}
    group = text(N_("Group"))
    rows = []
    for (target_id, code), one in found.items():
        if target_id != target.id:
            continue
        figure = one.figure
        row = [code, figure.unit_name, tiers.get(code, group), figure.numerator, figure.denominator, share(figure)]
        row += [aim(target), _gap(figure), figure.shortfall]
        row += [verdict(figure.status, lang), *_rank(compared.get(code))]
        sign, words = outlook_word(one)
        row += [f"{sign} {text(words)}"]
        if not ended:
            row += [None if one.probability is None else Rounded(one.probability, 0)]
        rows.append(row)
    columns = [
        *(Column(text(N_("Code")), "text", 14), Column(text(N_("Unit or group")), "long", 34)),
        *(
            Column(text(N_("Tier")), "text", 10),
            Column(text(N_("Numerator")), "count"),
            Column(text(N_("Denominator")), "count"),
        ),
        *(
            Column(text(N_("Share")), "share"),
            Column(text(N_("Minimum")), "share"),
            Column(text(N_("Gap, percentage points")), "points"),
        ),
        *(Column(text(N_("Missing")), "count"), Column(text(N_("Verdict")), "verdict", 13)),
        *(Column(text(N_("Rank in its tier (1: highest)")), "count"), Column(text(N_("Rank, 95 %: from")), "count")),
        *(Column(text(N_("Rank, 95 %: to")), "count"), Column(text(N_("Units ranked")), "count")),
        *(Column(text(N_("Share, interval: from")), "share"), Column(text(N_("Share, interval: to")), "share")),
    ]
    columns += [Column(text(N_("Final or not")) if ended else text(N_("Outlook")), "text", 20)]
    if not ended:
        columns += [Column(text(N_("Probability of attaining")), "share")]
    title = f"{target.title[lang.code]} ({at_least(target, lang)})"
    return Table(title, columns, rows, names=2)


def _rank(row: Any) -> list[Any]:
    """Rank, its interval, of how many, and the share's interval; groups are not compared."""
    if row is None:
        return [None] * 6
    ranks = [int(value) if value == value else None for value in (row.rank, row.rank_lower, row.rank_upper)]
    return [*ranks, row.ranked_units if row.ranked else None, _known(row.interval_lower), _known(row.interval_upper)]


def _known(value: float) -> Rounded | None:
    return Rounded(float(value), 1) if value == value else None


def _readings(report: Report) -> Table:
    text, lang = report.language.text, report.language
    rows = []
    for target in report.decision.targets:
        for result in figures.readings(report, target):
            figure, reading = result.figure, result.reading
            counted = reading.id != DEFAULT and reading.count != "pairs"
            changed = text(N_("Yes")) if result.changes_verdict else text(N_("No"))
            row = [target.title[lang.code], reading.title[lang.code], figure.numerator, figure.denominator]
            row += [share(figure), _gap(figure), verdict(figure.status, lang), changed]
            rows.append([*row, result.units_changed if counted else None, reading.definition[lang.code]])
    columns = [
        *(Column(text(N_("Target")), "long", 34), Column(text(N_("Reading")), "long", 28)),
        *(
            Column(text(N_("Numerator")), "count"),
            Column(text(N_("Denominator")), "count"),
            Column(text(N_("Share")), "share"),
        ),
        *(Column(text(N_("Gap, percentage points")), "points"), Column(text(N_("Verdict")), "verdict", 13)),
        *(Column(text(N_("The verdict changes")), "text"), Column(text(N_("Units with another verdict")), "count")),
        Column(text(N_("Definition")), "long", 60),
    ]
    return Table(text(N_("The province to date under each reading")), columns, rows, names=2)


def _trends(report: Report) -> Table:
    text, lang = report.language.text, report.language
    some = [PROVINCE, *tier_groups(report.reference)]
    table = report.attainment
    table = table[table["unit_code"].isin(some) & (table["reading"] == DEFAULT)]
    counted = {(row.target_id, row.unit_code, row.month, row.window): row for row in table.itertuples(index=False)}
    months = sorted(table["month"].unique())
    rows = []
    for target, code, month in product(report.decision.targets, some, months):
        key = target.id, code, month
        if (*key, "to_date") in counted:
            single, whole = (_counted(target, counted[*key, window]) for window in ("month", "to_date"))
            rows.append([target.title[lang.code], report.names[code], month, *single, *whole, aim(target)])
    parts = [
        Column(text(N_("Numerator")), "count"),
        Column(text(N_("Denominator")), "count"),
        Column(text(N_("Share")), "share"),
    ]
    columns = [
        *(
            Column(text(N_("Target")), "long", 34),
            Column(text(N_("Group")), "long", 24),
            Column(text(N_("Month")), "text"),
        ),
        *(*parts, *parts, Column(text(N_("Minimum")), "share")),
    ]
    spans = [("", 3), (text(N_("The month by itself")), 3), (text(N_("To date")), 3), ("", 1)]
    return Table(text(N_("By month and to date: the province and its tiers")), columns, rows, spans, names=3)


def _counted(target: Target, row: Any) -> list[Any]:
    figure = Figure(target, "", "", int(row.numerator), int(row.denominator), 0, row.status)
    return [figure.numerator, figure.denominator, share(figure)]


def _definitions(report: Report) -> Table:
    text, code = report.language.text, report.language.code
    rows = []
    for target in report.decision.targets:
        rows.append([target.title[code], "", aim(target), target.clause[code], target.definition[code]])
        for reading in report.decision.readings_of(target):
            rows.append(
                [target.title[code], reading.title[code], aim(target), target.clause[code], reading.definition[code]]
            )
    columns = [
        *(Column(text(N_("Target")), "long", 34), Column(text(N_("Reading")), "long", 28)),
        *(Column(text(N_("Minimum")), "share"), Column(text(N_("Clause")), "long", 44)),
        Column(text(N_("Definition")), "long", 80),
    ]
    return Table(text(N_("What is counted, and on which clause it rests")), columns, rows, names=2)


def _files(report: Report) -> Table:
    text = report.language.text
    rows = []
    for row in report.files.itertuples(index=False):
        cells = [row.file, text(FILES.get(row.status, row.status)), row.read, row.accepted, row.rejected]
        rows.append([*cells, row.superseded, row.export_date, row.reason, row.sha256])
    totals = report.totals
    rows.append(
        [text(N_("Total")), "", *(totals[name] for name in ("read", "accepted", "rejected", "superseded")), *[""] * 3]
    )
    columns = [
        *(
            Column(text(N_("File")), "long", 54),
            Column(text(N_("Status")), "text", 14),
            Column(text(N_("Read")), "count"),
        ),
        *(Column(text(N_("Accepted")), "count"), Column(text(N_("Rejected")), "count")),
        *(Column(text(N_("Superseded")), "count"), Column(text(N_("Exported")), "text", 12)),
        *(Column(text(N_("Reason")), "long", 40), Column("SHA-256", "text", 66)),
    ]
    return Table(text(N_("Files read")), columns, rows)


def _rejects(report: Report) -> Table:
    text = report.language.text
    rows: list[list[Any]] = [[text(REASONS[reason]), count] for reason, count in rejected_rows(report).items()]
    columns = [Column(text(N_("Reason")), "long", 54), Column(text(N_("Rows")), "count")]
    return Table(text(N_("Rejected rows by reason")), columns, [*rows, [text(N_("Total")), report.totals["rejected"]]])


def _checks(report: Report) -> Table:
    text = report.language.text
    rows: list[list[Any]] = [[text(CHECKS[check]), count] for check, count in doubtful_rows(report).items()]
    columns = [Column(text(N_("What is doubtful")), "long", 54), Column(text(N_("Rows")), "count")]
    return Table(text(N_("Accepted rows that are doubtful")), columns, rows)
