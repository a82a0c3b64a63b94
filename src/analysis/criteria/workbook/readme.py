"""The scoring workbook's last sheet: how to use it, how points are reckoned, what each component counts."""

from analysis.criteria.words import amended, definition
from analysis.criteria.workbook.layout import TOP
from analysis.criteria.workbook.parameters import KINDS, component_title
from analysis.criteria.workbook.sheets import Page
from analysis.documents.spreadsheet import row_height
from analysis.language.texts import N_
from analysis.reference.criteria import Component

_TERM, _WORDS = 40, 110  # letters of the columns
_USE = N_(
    "Change yellow cells on the sheets Parameters and Counts. The sheet Scores follows at once; “as first written” "
    "stays as the program found it, and a band that differs from it is marked. Keep the original file beside the one "
    "you change."
)
_POINTS = N_(
    "Score = maximum × sum of (weight × share of the points earned) ÷ sum of the weights that count, rounded to nine "
    "decimals. Weights that do not sum to the maximum are scaled by it."
)
_NOT_SCORED = N_(
    "A unit whose denominator is 0 or below the least one is not scored on that criterion: its weight goes to the "
    "others, or it gets the share of the points that stands in the parameters. A unit without any criterion is not "
    "scored."
)
_CAP = N_(
    "The cap of the best band is a share of the scored units of each group, cut to a whole number. The highest scores "
    "keep the band; of units with one score all keep it or none. The others get the second band. A blank cell: no cap."
)
_ROUNDED = N_("Cells show rounded numbers; bands go by all digits.")


def write_readme(page: Page) -> None:
    """Write terms on the left and what they mean on the right."""
    page.sheet.set_column(0, 0, _TERM)
    page.sheet.set_column(1, 1, _WORDS)
    for row, (term, words) in enumerate(_rows(page), start=TOP + 1):
        page.words(row, 0, term, page.term)
        page.words(row, 1, words)
        page.sheet.set_row(row, row_height([(term, _TERM - 4), (words, _WORDS)]))


def _rows(page: Page) -> list[tuple[str, str]]:
    text, code, criteria = page.text, page.language.code, page.layout.criteria
    kinds = dict.fromkeys(KINDS[type(part.scoring)] for part in criteria.components)
    return [
        (text(N_("Purpose")), criteria.purpose[code]),
        (text(N_("Draft of an amendment to")), amended(criteria, page.language)),
        (text(N_("Standing of the numbers")), text(N_("Every number of the criteria is a proposal to be considered."))),
        (text(N_("How to use it")), text(_USE)),
        (text(N_("Score")), f"{text(_POINTS)} {text(_ROUNDED)}"),
        (text(N_("How points are earned")), ". ".join(text(kind) for kind in kinds) + "."),
        (text(N_("Not scored")), text(_NOT_SCORED)),
        (text(N_("Cap of the best band")), text(_CAP)),
        *((component_title(part, page.language), _counted(page, part)) for part in criteria.components),
    ]


def _counted(page: Page, component: Component) -> str:
    """What a component counts, the clause, and where its way of scoring comes from."""
    code, clause = page.language.code, component.target.clause[page.language.code]
    words = [definition(component, page.language), f"{page.text(N_('Rests on'))}: {clause}."]
    if component.source:
        words.append(f"{component.source[code]}.")
    return " ".join(words)
