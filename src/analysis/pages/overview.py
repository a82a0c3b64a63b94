"""Every unit beside every target as the overview shows it: the heat map's cells, the table's rows, small trends."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from analysis.findings.figures import Figure, areas, figures, matrix, tier_units
from analysis.findings.report import Report
from analysis.language.folding import plain
from analysis.language.texts import N_, Language
from analysis.presentation.words import MEASURES_IN_COLUMNS, level_words
from analysis.reference.decision import DEFAULT, Target
from analysis.reference.groups import PROVINCE, answering, tier_groups

# The upper edges of a cell's colour by the gap to the minimum, as shares of one; a gap on an edge is the next one's.
EDGES = (Fraction(-3, 10), Fraction(-1, 10), Fraction(0), Fraction(1, 10), Fraction(3, 10))
SHADES = ("far-below", "below", "near-below", "near-above", "above", "far-above")
SHADE_WORDS = {
    "far-below": N_("more than 30 points below the minimum"),
    "below": N_("10 to 30 points below"),
    "near-below": N_("up to 10 points below"),
    "near-above": N_("less than 10 points above"),
    "above": N_("10 to 30 points above"),
    "far-above": N_("30 points above, or more"),
}
SPARK = (48, 16)  # the drawing space of a small trend


@dataclass(frozen=True)
class Trend:
    """The values to date by month as points in ``SPARK``, and the first and last of them."""

    points: str
    first: float
    last: float


@dataclass(frozen=True)
class Standing:
    """One unit in the table of all: what it is found by, and its figure and trend by target."""

    code: str
    name: str
    tier: str
    parent: str
    found_by: str
    figures: dict[str, Figure]
    trends: dict[str, Trend]

    @property
    def sorted_by(self) -> str:
        """The name without marks: ``Đ`` stands beside ``D``."""
        return plain(self.name)


def heat_groups(report: Report) -> dict[str, list[tuple[str, str, dict[str, Figure]]]]:
    """(code, name, figure by target) of the units that answer to the province, and of areas; the worst first."""
    codes = {tier: tier_units(report, tier) for tier in answering(report.reference)} | {"areas": areas(report)}
    return {group: _coded(matrix(report, of_group)) for group, of_group in codes.items()}


def province_row(report: Report) -> tuple[str, str, dict[str, Figure]]:
    """The whole province, which stands above the units."""
    return _coded(matrix(report, [PROVINCE]))[0]


def standings(report: Report) -> list[Standing]:
    """All units tier by tier, the worst first."""
    units = report.reference.units.set_index("unit_code")
    names = units["unit_name"].to_dict()
    trends = _trends(report)
    rows = []
    for tier in report.reference.tiers:
        for code, name, of_target in _coded(matrix(report, tier_units(report, tier))):
            parent = names.get(units.at[code, "parent_code"], "")
            # A commune is found by its district too; its aliases only repeat both names.
            aliases = "" if parent else str(units.at[code, "aliases"]).replace("|", " ; ")
            words = " ; ".join(part for part in (name, parent, code, aliases) if part)
            known = {target: trends[code, target] for target in of_target if (code, target) in trends}
            rows.append(Standing(code, name, tier, parent, plain(words), of_target, known))
    return rows


def target_rows(report: Report) -> dict[str, dict[str, list[Figure]]]:
    """For each target the figures of province and tiers (``groups``), areas and each tier's units, the lowest first."""
    codes = {"groups": [PROVINCE, *tier_groups(report.reference)], "areas": areas(report)}
    codes |= {tier: tier_units(report, tier) for tier in report.reference.tiers}
    part_of = {code: part for part, of_part in codes.items() for code in of_part}
    rows: dict[str, dict[str, list[Figure]]] = {
        target.id: {part: [] for part in codes} for target in report.decision.targets
    }
    for figure in sorted(figures(report, part_of), key=_lowness):
        rows[figure.target.id][part_of[figure.unit_code]].append(figure)
    for of_target in rows.values():
        of_target["groups"].sort(key=lambda figure: codes["groups"].index(figure.unit_code))
    return rows


def shade(figure: Figure) -> str:
    """The colour of a figure's cell, one of ``SHADES``; "" where there is nothing to count."""
    gap = figure.gap
    return "" if gap is None else SHADES[sum(gap >= edge for edge in EDGES)]


def short_title(target: Target, language: Language) -> tuple[str, str]:
    """A target in the few words that a narrow column has room for: ``Mức độ 3``, ``hồ sơ``."""
    return level_words(target, language), language.text(MEASURES_IN_COLUMNS[target.measure, target.scope])


def trend_of(values: Iterable[float]) -> Trend | None:
    """Shares by month (NaN: nothing to count yet) as a small trend; None where there is no value at all."""
    shares = list(values)
    width, height = SPARK
    step = (width - 2) / max(len(shares) - 1, 1)
    known = [(month, share) for month, share in enumerate(shares) if share == share]
    if not known:
        return None
    points = [f"{1 + month * step:.0f},{height - 1 - share * (height - 2):.0f}" for month, share in known]
    return Trend(" ".join(points if len(points) > 1 else points * 2), known[0][1], known[-1][1])


def _lowness(figure: Figure) -> tuple[bool, Fraction, str]:
    """Sorts the lowest value first, and last what has nothing to count."""
    return (figure.value is None, figure.value or Fraction(0), figure.unit_code)


def _trends(report: Report) -> dict[tuple[str, str], Trend]:
    """The small trend by unit and target."""
    rows = report.attainment
    rows = rows[(rows["window"] == "to_date") & (rows["reading"] == DEFAULT)].sort_values("month")
    found = {key: trend_of(values) for key, values in rows.groupby(["unit_code", "target_id"])["value"]}
    return {(str(unit), str(target)): trend for (unit, target), trend in found.items() if trend is not None}


def _coded(rows: list[tuple[str, dict[str, Figure]]]) -> list[tuple[str, str, dict[str, Figure]]]:
    return [(next(iter(of_target.values())).unit_code, name, of_target) for name, of_target in rows]
