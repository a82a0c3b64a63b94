"""The rules of ``scoring`` as formulas of a spreadsheet: addresses in, the text of one cell's formula out.

Only functions that Excel 2010 and LibreOffice share, none that needs array entry. Where ``scoring`` has NaN a cell
shows nothing (``""``), which SUM leaves out and ISNUMBER tells.
"""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.criteria.scoring import DECIMALS
from analysis.reference.criteria import Component
from analysis.reference.criteria_form import Bonus, PassFail, Steps

# Between a sentence's words and the addresses that it names; no text of ours holds it.
_SEAM = "\x00"


@dataclass(frozen=True)
class Parameters:
    """The addresses of one component's parameters; those that its way of scoring does not have are never asked for.

    ``instead`` holds the share of the points of a unit that is not scored; blank where its weight goes to the others.
    """

    weight: str
    minimum: str
    least: str
    instead: str
    at_target: str
    full_at: str
    froms: str
    earns: str


@dataclass(frozen=True)
class Ranked:
    """The addresses that compare a unit with those of its group: its own, then those of all units."""

    total: str
    group: str
    totals: str
    groups: str


def share(over: str, under: str) -> str:
    """A share of one, or nothing where there is nothing to count."""
    return f'=IF({under}>0,{over}/{under},"")'


def earned(component: Component, known: Parameters, value: str, under: str) -> str:
    """The share of the component's points: ``scoring.share_earned``, or what stands instead of it."""
    instead = f'IF(ISNUMBER({known.instead}),{known.instead},"")'
    return f"=IF({under}<MAX({known.least},1),{instead},{_reached(component, known, value)})"


def counted(weights: str, earned_shares: str) -> str:
    """The sum of the weights of what is scored."""
    return f"=SUMPRODUCT({weights}*ISNUMBER({earned_shares}))"


def points(earned_share: str, weight: str, whole: str, maximum: str) -> str:
    """What a component brings to the total after the weights of what is not scored went to the others."""
    return f'=IF(AND(ISNUMBER({earned_share}),{whole}>0),{maximum}*{weight}*{earned_share}/{whole},"")'


def total(all_points: str, whole: str) -> str:
    """The score; nothing where nothing is scored."""
    return f'=IF({whole}>0,ROUND(SUM({all_points}),{DECIMALS}),"")'


def place_by_points(score: str, thresholds: str) -> str:
    """The band of a score by its place, 1 the best, before any cap."""
    return f'=IF(ISNUMBER({score}),1+SUMPRODUCT(--({score}<{thresholds})),"")'


def rank(unit: Ranked) -> str:
    """How many of the group have more points, and one."""
    return f'=IF(ISNUMBER({unit.total}),1+{_of_group(unit, f"({unit.totals}>{unit.total})")},"")'


def ahead(unit: Ranked) -> str:
    """How many of the group have as many points or more, with oneself."""
    return f'=IF(ISNUMBER({unit.total}),{_of_group(unit, f"({unit.totals}>={unit.total})")},"")'


def place(by_points: str, ahead_in_group: str, unit: Ranked, cap: str) -> str:
    """The band by its place: of the best one only as many keep it as the cap admits, of equals all or none.

    The share of units is rounded before it is cut to a whole number: 0.29 × 100 is less than 29 in a computer.
    """
    allowed = f"INT(ROUND({cap}*{_of_group(unit)},{DECIMALS}))"
    return f"=IF(AND({by_points}=1,ISNUMBER({cap})),IF({ahead_in_group}>{allowed},2,1),{by_points})"


def title_of(number: str, titles: str, otherwise: str) -> str:
    """The band's title by its place; what ``otherwise`` holds where there is none."""
    return f"=IF(ISNUMBER({number}),INDEX({titles},{number}),{otherwise})"


def how_many(places: str, wanted: int | None, groups: str = "", label: str = "") -> str:
    """How many units have the band ``wanted``, or none for None; of one group where its label is given."""
    hits = f'{places}=""' if wanted is None else f"{places}={wanted}"
    return f"=SUMPRODUCT(({groups}={label})*({hits}))" if label else f"=SUMPRODUCT(--({hits}))"


def sentence(text: Callable[..., str], template: str, **addresses: str) -> str:
    """The expression of a sentence that names the values of cells: ``"… "&A1&" …"``, without ``=``."""
    parts = text(template, **{name: f"{_SEAM}{address}{_SEAM}" for name, address in addresses.items()}).split(_SEAM)
    words = (quoted(part) if number % 2 == 0 else part for number, part in enumerate(parts))
    return "&".join(word for word in words if word != '""')


def quoted(words: str) -> str:
    """Words within a formula."""
    return '"' + words.replace('"', '""') + '"'


def _reached(component: Component, known: Parameters, value: str) -> str:
    proportion = f"IF({known.minimum}>0,MIN({value}/{known.minimum},1),1)"
    if isinstance(component.scoring, PassFail):
        return f"IF({value}>={known.minimum},1,0)"
    if isinstance(component.scoring, Steps):
        return f"SUMPRODUCT(MAX(({known.froms}<={value})*{known.earns}))"
    if isinstance(component.scoring, Bonus):
        rise = f"({value}-{known.minimum})/({known.full_at}-{known.minimum})"
        above = f"IF({value}>={known.full_at},1,{known.at_target}+(1-{known.at_target})*{rise})"
        return f"IF({value}>={known.minimum},{above},{known.at_target}*{proportion})"
    return proportion


def _of_group(unit: Ranked, also: str = "") -> str:
    """How many scored units of the group there are, or those of them that ``also`` admits.

    Nothing (``""``) is more than any number to a spreadsheet, so that ISNUMBER must stand beside every comparison.
    """
    return f"SUMPRODUCT(({unit.groups}={unit.group})*ISNUMBER({unit.totals}){'*' + also if also else ''})"
