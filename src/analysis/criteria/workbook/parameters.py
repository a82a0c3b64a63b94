"""The scoring workbook's sheet of parameters: what a reader changes of the components, and whether it fits together."""

from collections.abc import Callable
from fractions import Fraction

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from analysis.criteria.rating import Standing
from analysis.criteria.scoring import DECIMALS
from analysis.criteria.words import substance
from analysis.criteria.workbook.bands import write_bands
from analysis.criteria.workbook.formulas import quoted, sentence
from analysis.criteria.workbook.layout import TOP, Layout
from analysis.criteria.workbook.sheets import Page, share_format
from analysis.documents.spreadsheet import row_height
from analysis.language.texts import N_, Language
from analysis.reference.criteria import Component
from analysis.reference.criteria_form import Bonus, PassFail, Proportional, Steps, Without
from analysis.reference.decision import DEFAULT

KINDS: dict[type, str] = {
    Proportional: N_("In proportion to the minimum, all points from there on"),
    Steps: N_("By steps: the share of the points of the highest step reached"),
    Bonus: N_("A part up to the minimum, the rest for what lies above it"),
    PassFail: N_("All points from the minimum on, none below"),
}
_INSTEAD: dict[Without, str] = {
    "reweight": N_("not scored: its weight goes to the other criteria"),
    "neutral": N_("not scored: gets this share of the points"),
    "full": N_("not scored: gets all points"),
}
_LABELS = {
    "minimum": N_("Minimum (the decision's; a change is a proposal)"),
    "weight": N_("Weight, points (proposal)"),
    "least": N_("Least denominator: below it not scored (proposal)"),
    "instead": N_("Share of the points where not scored; blank: none, the others weigh more (proposal)"),
    "instead_words": N_("What that means"),
    "kind": N_("How points are earned"),
    "at_target": N_("Share of the points at the minimum (proposal)"),
    "full_at": N_("All points from this value on (proposal)"),
    "from": N_("Step {number}: from this value on (proposal)"),
    "earns": N_("Step {number}: share of the points (proposal)"),
    "substance": N_("What counts (the counts are already made so)"),
    "check": N_("Check"),
}
_TOO_LOW = N_("✗ all points must begin above the minimum")
_UNSORTED = N_("✗ each step must begin higher than the one before and earn no less")
_WRONG_SUM = N_("✗ the weights sum to {sum}, not to {maximum}: scores are scaled to the maximum")
_NAMES, _WIDTH, _CHECK = 46, 16, 44  # letters of the columns: names on the left, numbers, the check of the sum


def write_parameters(page: Page, standing: Standing) -> None:
    """Write the sheet below the rows that every sheet begins with."""
    layout, sheet = page.layout, page.sheet
    sheet.set_column(0, 0, _NAMES)
    sheet.set_column(1, max(layout.sum_column, 4 + len(layout.criteria.rates)), _WIDTH)
    sheet.set_column(layout.sum_column + 1, layout.sum_column + 1, _CHECK)
    hint = N_("Yellow cells may be changed; every number in them is a proposal. Scores and bands follow at once.")
    page.words(TOP, 0, page.text(hint), page.look.format(italic=True))
    page.words(layout.maximum_row, 0, page.text(N_("Maximum of points (proposal)")))
    page.enter(layout.maximum_row, 1, layout.criteria.maximum, "General", "positive")
    _write_heads(page)
    for number, component in enumerate(layout.criteria.components):
        _write_component(page, number + 1, component)
    _write_sum(page)
    write_bands(page, standing)
    sheet.freeze_panes(TOP, 1)


def component_title(component: Component, language: Language) -> str:
    """The target's title, with the reading where it is not the default one."""
    title = component.target.title[language.code]
    default = component.reading.id == DEFAULT
    return title if default else f"{title} ({component.reading.title[language.code]})"


def _write_heads(page: Page) -> None:
    """The components' titles, the names of their parameters, and how much room the rows take."""
    layout, text = page.layout, page.text
    titles = [component_title(component, page.language) for component in layout.criteria.components]
    head = text(N_("Criterion (all numbers are proposals)"))
    page.heads(layout.heads_row, [head, *titles, text(N_("Sum")), text(N_("Check"))])
    page.sheet.set_row(layout.heads_row, row_height([(title, _WIDTH - 3) for title in titles]))
    for name, row in layout.rows.items():
        label = _label(name, text)
        page.words(row, 0, label)
        page.sheet.set_row(row, row_height([(label, _NAMES), *_long_words(page, name)]))


def _label(name: str, text: Callable[..., str]) -> str:
    kind, _, number = name.partition(":")
    return text(_LABELS[kind], number=number) if number else text(_LABELS[kind])


def _long_words(page: Page, name: str) -> list[tuple[str, int]]:
    """The texts that a row may come to show, with the widths of their columns."""
    parts, language, narrow = page.layout.criteria.components, page.language, _WIDTH
    if name == "weight":
        return [(page.text(_WRONG_SUM, sum="100.00", maximum="100"), _CHECK)]
    if name == "substance":
        return [(substance(part, language), narrow) for part in parts if part.substance]
    words = {
        "kind": [KINDS[type(part.scoring)] for part in parts],
        "instead_words": list(_INSTEAD.values()),
        "check": [_checked(part) for part in parts],
    }
    return [(page.text(template), narrow) for template in words.get(name, []) if template]


def _write_component(page: Page, column: int, component: Component) -> None:
    rows = page.layout.rows
    for row in rows.values():
        page.blank(row, column)
    page.enter(rows["weight"], column, component.weight, "General", "points")
    page.enter(rows["least"], column, component.least, "0", "whole")
    for name, share in _shares(page.layout, component).items():
        page.enter(rows[name], column, share, share_format(share), "share")
    page.words(rows["kind"], column, page.text(KINDS[type(component.scoring)]))
    if component.substance:
        page.words(rows["substance"], column, substance(component, page.language))
    now = page.text(_INSTEAD[component.without])
    page.formula(rows["instead_words"], column, _instead_words(page, column), now, page.look.long)
    page.formula(rows["check"], column, _component_check(page, column, component), "✓", page.look.long)


def _shares(layout: Layout, component: Component) -> dict[str, Fraction | None]:
    """The parameters that are shares of one, by the names of their rows; None for what is blank."""
    scoring = component.scoring
    instead = {"reweight": None, "neutral": component.neutral, "full": Fraction(1)}[component.without]
    found: dict[str, Fraction | None] = {"minimum": component.minimum, "instead": instead}
    if isinstance(scoring, Bonus):
        found |= {"at_target": scoring.at_target, "full_at": scoring.full_at}
    if isinstance(scoring, Steps):
        for number in range(1, layout.steps + 1):
            step = scoring.steps[number - 1] if number <= len(scoring.steps) else None
            found[f"from:{number}"] = step.at_least if step else None
            found[f"earns:{number}"] = step.earns if step else None
    return found


def _instead_words(page: Page, column: int) -> str:
    cell = xl_rowcol_to_cell(page.layout.rows["instead"], column)
    words = {name: quoted(page.text(template)) for name, template in _INSTEAD.items()}
    return f"=IF(ISNUMBER({cell}),IF({cell}=1,{words['full']},{words['neutral']}),{words['reweight']})"


def _checked(component: Component) -> str:
    """What may be found wrong with a component's parameters; "" for nothing."""
    return (
        _TOO_LOW if isinstance(component.scoring, Bonus) else _UNSORTED if isinstance(component.scoring, Steps) else ""
    )


def _component_check(page: Page, column: int, component: Component) -> str:
    """Whether the parameters of a component go together, as ``criteria_files`` asks of a file."""
    rows, complaint = page.layout.rows, quoted(page.text(_checked(component)) if _checked(component) else "")
    if isinstance(component.scoring, Bonus):
        full, minimum = (xl_rowcol_to_cell(rows[name], column) for name in ("full_at", "minimum"))
        return f'=IF({full}<={minimum},{complaint},"✓")'
    if isinstance(component.scoring, Steps):
        below, above, less, more = (
            xl_range_abs(rows[f"{name}:{first}"], column, rows[f"{name}:{first + page.layout.steps - 2}"], column)
            for name in ("from", "earns")
            for first in (1, 2)
        )
        wrong = f"ISNUMBER({above})*((({above}<={below})+({more}<{less}))>0)"
        return f'=IF(SUMPRODUCT({wrong})>0,{complaint},"✓")'
    return '="✓"'


def _write_sum(page: Page) -> None:
    layout, text = page.layout, page.text
    row, column = layout.rows["weight"], layout.sum_column
    whole, maximum = xl_rowcol_to_cell(row, column), xl_rowcol_to_cell(layout.maximum_row, 1)
    value, most = float(sum(part.weight for part in layout.criteria.components)), float(layout.criteria.maximum)
    weights = xl_range_abs(row, 1, row, layout.components)
    page.formula(row, column, f"=ROUND(SUM({weights}),{DECIMALS})", value, page.look.number("General"))
    right = text(N_("✓ the weights sum to the maximum"))
    now = right if value == most else text(_WRONG_SUM, sum=f"{value:g}", maximum=f"{most:g}")
    wrong = sentence(text, _WRONG_SUM, sum=whole, maximum=maximum)
    same = f"ROUND({whole}-{maximum},{DECIMALS})=0"
    page.formula(row, column + 1, f"=IF({same},{quoted(right)},{wrong})", now, page.beside)
    page.mark_wrong(row, column + 1, row, column + 1)
    page.mark_wrong(layout.rows["check"], 1, layout.rows["check"], layout.components)
