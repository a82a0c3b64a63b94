"""Ratings in sentences: what explains a unit's score, why one has none, and what Home Affairs should know first."""

from collections.abc import Sequence

import numpy as np

from analysis.criteria.certainty import SURE
from analysis.criteria.gaming import CUNNING, TOKENS, gains
from analysis.criteria.rating import Standing
from analysis.criteria.rivals import band_sizes
from analysis.criteria.sensitivity import READING, STEADY
from analysis.criteria.words import points, score
from analysis.criteria.workbench import Workbench
from analysis.findings.figures import tiles
from analysis.language.texts import N_, Language
from analysis.presentation.numbers import minimum
from analysis.reference.decision import NOT_APPLICABLE, NOT_ATTAINED

PORTAL = "dossiers_via_portal"
CHANCE = 0.05 / 3  # a correlation with a smaller p is told: three are asked at once, of nine units perhaps (Bonferroni)
LITTLE = 0.5  # share of the weights: a score that rests on less is told
_MOST_LOSSES = 2  # components that a sentence names


def explanation(standing: Standing, unit: int, language: Language) -> str:
    """Why the unit has its score: where most points are lost, and what is not scored."""
    text, found = language.text, standing.scores
    if not standing.scored[unit]:
        return text(
            N_("Not scored: no criterion has enough to count ({counts})."), counts=_counts(standing, unit, language)
        )
    lost = _lost(standing, unit)
    worst = [place for place in np.argsort(-lost, kind="stable") if lost[place] > 0.05][:_MOST_LOSSES]
    parts = [_loss(standing, unit, int(place), float(lost[place]), language) for place in worst]
    whole = (
        text(N_("Full points on all that is scored."))
        if not parts
        else text(N_("Loses {parts}."), parts="; ".join(parts))
    )
    silent = np.isnan(found.earned[unit])
    if not silent.any():
        return whole
    some = [
        part.target.title[language.code]
        for part, left in zip(standing.criteria.components, silent, strict=True)
        if left
    ]
    basis = float(np.asarray(standing.criteria.weights)[~silent].sum())
    rest = text(
        N_("Not scored for want of dossiers: {targets}; the score rests on {basis} of {maximum} points."),
        targets=", ".join(some),
        basis=points(basis, language),
        maximum=points(standing.criteria.maximum, language),
    )
    return f"{whole} {rest}"


def headline(bench: Workbench) -> str:
    """How many units each band would hold under the draft, and of which dossiers that is said."""
    language = bench.report.language
    sizes = band_sizes(bench.draft)
    parts = [
        language.text(N_("{band}: {count}"), band=band.title[language.code], count=language.number(size))
        for band, size in zip(bench.criteria.bands, sizes, strict=True)
    ]
    silent = len(bench.draft.codes) - sum(sizes)
    if silent:
        parts.append(language.text(N_("not scored: {count}"), count=language.number(silent)))
    first, last = bench.evidence.span(bench.criteria.period)
    words = N_("Tried for {units} units, on dossiers received from {first} to {last}: {bands}.")
    if bench.report.synthetic:
        words = N_("Tried for {units} units on synthetic data, dossiers received from {first} to {last}: {bands}.")
    return language.text(
        words,
        units=language.number(len(bench.draft.codes)),
        first=language.date(first),
        last=language.date(last),
        bands="; ".join(parts),
    )


def findings(bench: Workbench) -> list[str]:
    """What to know before signing, one sentence each."""
    fair = (_circumstance(bench), _narrow(bench), _silent_sources(bench))
    told = (
        _mild(bench),
        _chance(bench),
        _reading(bench),
        _weights(bench),
        *_other_points(bench),
        *_tokens(bench),
        *fair,
    )
    return [part for part in told if part]


def named(names: Sequence[str], language: Language, most: int = 4) -> str:
    """Names one after the other; of many, the first and how many more."""
    if len(names) <= most + 1:
        return ", ".join(names)
    more = language.text(N_("{count} other units"), count=language.number(len(names) - most))
    return f"{', '.join(names[:most])}, {more}"


def _mild(bench: Workbench) -> str:
    """Most are rated well while the province misses most of what the decision asks of them together."""
    language = bench.report.language
    shown = [figure for figure in tiles(bench.report) if figure.status != NOT_APPLICABLE]
    missed = sum(figure.status == NOT_ATTAINED for figure in shown)
    better = len(bench.criteria.bands) // 2
    good = int(sum(band_sizes(bench.draft)[:better]))
    of = int(bench.draft.scored.sum())
    if not better or 2 * good <= of or 2 * missed <= len(shown):
        return ""
    template = N_(
        "{good} of {of} units are rated “{band}” or better while the province, to date, misses {missed} of {targets} "
        "targets: the bands do not show it."
    )
    band = bench.criteria.bands[better - 1].title[language.code]
    return language.text(template, good=good, of=of, band=band, missed=missed, targets=len(shown))


def _other_points(bench: Workbench) -> list[str]:
    """Alternatives that give other points than the draft: they differ from it in more than their idea."""
    language, found = bench.report.language, []
    own = {part.target.id: part.weight for part in bench.criteria.components}
    for standing in bench.standings[1:]:
        other = [part for part in standing.criteria.components if part.weight != own.get(part.target.id)]
        if other:
            template = N_(
                "“{title}” gives other points than the draft ({parts}): look at them again when the draft's are "
                "changed."
            )
            parts = "; ".join(
                language.text(
                    N_("{target}: {points} instead of {draft}"),
                    target=part.target.title[language.code],
                    points=points(float(part.weight), language),
                    draft=points(float(own.get(part.target.id, 0)), language),
                )
                for part in other
            )
            found.append(language.text(template, title=standing.criteria.label[language.code], parts=parts))
    return found


def _chance(bench: Workbench) -> str:
    language = bench.report.language
    unsure = [name for name, held in zip(bench.names, bench.certainty.held, strict=True) if held < SURE]
    of = int(bench.draft.scored.sum())
    if not unsure:
        return language.text(
            N_("No band hangs on chance: each of {of} units would keep it with {share} or more."),
            of=of,
            share=language.percent(SURE, 0),
        )
    template = N_(
        "The band of {count} of {of} units hangs on chance: had the period come about again, it would be another "
        "with a probability above {risk} ({names})."
    )
    return language.text(
        template, count=len(unsure), of=of, risk=language.percent(1 - SURE, 0), names=named(unsure, language)
    )


def _reading(bench: Workbench) -> str:
    language, found = bench.report.language, bench.sensitivity
    of_reading = [choice.kind == READING for choice in found.choices]
    moved = np.asarray(found.changed[of_reading].any(axis=0))
    known = bench.draft.scored
    names = [name for name, changed in zip(bench.names, moved & known, strict=True) if changed]
    if not names:
        return language.text(N_("No band hangs on how the decision is read."))
    template = N_(
        "The band of {count} of {of} units hangs on how the decision is read ({names}): fix the reading in the text."
    )
    return language.text(template, count=len(names), of=int(known.sum()), names=named(names, language))


def _weights(bench: Workbench) -> str:
    language, found = bench.report.language, bench.sensitivity
    kept = found.kept[~np.isnan(found.kept)]
    if not len(kept):
        return ""
    template = N_(
        "However the points are weighted: {count} of {of} units keep their band in {share} of the weightings."
    )
    steady = int((kept >= STEADY).sum())
    return language.text(template, count=steady, of=len(kept), share=language.percent(STEADY, 0))


def _tokens(bench: Workbench) -> list[str]:
    """What tokens bring under the draft, and what is left of it under the rival that asks for substance."""
    language = bench.report.language
    plain = mean_gain(bench, 0, TOKENS)
    effort = int(bench.played[0][TOKENS].effort.sum())
    found = [
        language.text(
            N_(
                "Tokens pay: one online dossier for each idle procedure, {effort} in all, would bring {gain} points on "
                "average."
            ),
            effort=language.number(effort),
            gain=points(plain, language, 1),
        )
    ]
    hard = [place for place, one in enumerate(bench.standings) if one.criteria.is_hardened and place]
    if hard and not bench.criteria.is_hardened:
        found.append(
            language.text(
                N_(
                    "Under “{title}” they would bring {gain}; spent by somebody who knows the rule, {cunning}, under "
                    "the draft {before}."
                ),
                title=bench.standings[hard[0]].criteria.label[language.code],
                gain=points(mean_gain(bench, hard[0], TOKENS), language, 1),
                cunning=points(mean_gain(bench, hard[0], CUNNING), language, 1),
                before=points(mean_gain(bench, 0, CUNNING), language, 1),
            )
        )
    return found


def _circumstance(bench: Workbench) -> str:
    """What units cannot help and the score goes with by more than chance."""
    language, found = bench.report.language, bench.fairness
    asked = {
        N_("size"): found.size,
        N_("procedures that hardly anybody asks for"): found.rare,
        N_("the mix of procedures"): found.mix,
    }
    names = [language.text(words) for words, how in asked.items() if how.p_value < CHANCE]
    if not names:
        return ""
    template = N_("The score goes with what units cannot help: {what}. See “Is it fair”.")
    return language.text(template, what=", ".join(names))


def _narrow(bench: Workbench) -> str:
    """Scores that rest on little: few of the points were scored."""
    language = bench.report.language
    names = [
        name
        for name, share, known in zip(bench.names, bench.fairness.units["basis"], bench.draft.scored, strict=True)
        if known and share < LITTLE
    ]
    if not names:
        return ""
    template = N_(
        "The score of {count} units rests on less than half of the points, the rest having nothing to count ({names})."
    )
    return language.text(template, count=len(names), names=named(names, language))


def _silent_sources(bench: Workbench) -> str:
    """Units whose criterion on the portal rests on few of their dossiers: the source of the others is not stated."""
    language = bench.report.language
    places = [at for at, part in enumerate(bench.criteria.components) if part.target.measure == PORTAL]
    if not places:
        return ""
    sizes = bench.fairness.units["size"].to_numpy(dtype=float)
    few = bench.draft.denominators[:, places[0]] < LITTLE * sizes
    names = [name for name, silent in zip(bench.names, few, strict=True) if silent]
    if not names:
        return ""
    template = N_(
        "“{target}” rests on less than half of the dossiers of {count} units: the source of the others is not stated "
        "({names})."
    )
    title = bench.criteria.components[places[0]].target.title[language.code]
    return language.text(template, target=title, count=len(names), names=named(names, language))


def mean_gain(bench: Workbench, place: int, strategy: str) -> float:
    """Points that a strategy brings the units with a score on average, under the criteria at ``place``."""
    brought = gains(bench.standings[place], bench.played[place][strategy])
    known = brought[~np.isnan(brought)]
    return float(known.mean()) if len(known) else np.nan


def _lost(standing: Standing, unit: int) -> np.ndarray:
    """Points that each component lost, 0 where it is not scored."""
    return np.nan_to_num(standing.possible[unit] * (1 - standing.scores.earned[unit]))


def _loss(standing: Standing, unit: int, place: int, lost: float, language: Language) -> str:
    component = standing.criteria.components[place]
    under = standing.denominators[unit, place]
    if under < max(component.least, 1):
        return language.text(
            N_("{lost} points at “{target}” ({counts})"),
            lost=points(lost, language, 1),
            target=component.target.title[language.code],
            counts=_fraction(standing, unit, place, language),
        )
    return language.text(
        N_("{lost} points at “{target}” ({counts} = {value}, target {minimum})"),
        lost=points(lost, language, 1),
        target=component.target.title[language.code],
        counts=_fraction(standing, unit, place, language),
        value=language.percent(float(standing.values[unit, place])),
        minimum=minimum(component.target, language),
    )


def _counts(standing: Standing, unit: int, language: Language) -> str:
    return ", ".join(_fraction(standing, unit, place, language) for place in range(len(standing.criteria.components)))


def _fraction(standing: Standing, unit: int, place: int, language: Language) -> str:
    over, under = standing.numerators[unit, place], standing.denominators[unit, place]
    return f"{language.number(int(over))}/{language.number(int(under))}"


def rated_score(standing: Standing, unit: int, language: Language) -> str:
    """A unit's score as it is shown: never rounded into another band."""
    return score(float(standing.scores.total[unit]), standing.criteria, language)
