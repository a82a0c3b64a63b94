"""The sections of a criteria page as pieces of HTML; ``sections`` has what they share with the reports."""

from functools import partial
from typing import Any

import numpy as np

from analysis.criteria import charts, rivals, sensitivity, sentences, words
from analysis.criteria.certainty import SURE
from analysis.criteria.charts import band_colours
from analysis.criteria.fairness import RARE
from analysis.criteria.gaming import CUNNING, SPLITTING, STEERING, STRATEGIES, TOKENS, gains
from analysis.criteria.rating import Standing
from analysis.criteria.sensitivity import LEAST_DENOMINATOR, READING, STEADY, WEIGHT, Choice
from analysis.criteria.workbench import Workbench
from analysis.findings.ledger import cautions
from analysis.language.texts import N_
from analysis.pages.rendering import Section, render
from analysis.presentation.charts import Chart
from analysis.presentation.words import GROUPS_IN_FULL, MEASURES
from analysis.storage.places import criteria_documents

_MOST_NAMED = 12  # units that a chart names each
REACH = 5  # dossiers or procedures from a band's edge that are told
CHANCE, READINGS, WEIGHTS, LITTLE, EDGE = "chance", "readings", "weights", "little", "edge"
FLAGS = {
    CHANCE: N_("chance"),
    READINGS: N_("how the decision is read"),
    WEIGHTS: N_("the weights"),
    LITTLE: N_("few criteria scored"),
    EDGE: N_("a few dossiers"),
}
STRATEGY_WORDS = {
    TOKENS: N_("Tokens: one new online dossier for each idle procedure"),
    CUNNING: N_("As many new dossiers, spent by somebody who knows the rule"),
    STEERING: N_("Steering: a few existing dossiers of small procedures go online"),
    SPLITTING: N_("Splitting: every online dossier that is resolved becomes two, through the portal"),
}
_SHORT = {TOKENS: N_("tokens"), CUNNING: N_("cunning"), STEERING: N_("steering"), SPLITTING: N_("splitting")}


def heading(bench: Workbench) -> Section:
    """Which text is amended, whom it rates, what must be known before signing."""
    language = bench.report.language
    first, last = bench.evidence.span(bench.criteria.period)
    return _render(
        "criteria_heading",
        bench,
        headline=sentences.headline(bench),
        findings=sentences.findings(bench),
        flagged=flagged(bench),
        flags=FLAGS,
        amended=words.amended(bench.criteria, language),
        rated=words.rated(bench.criteria, language),
        span=(language.date(first), language.date(last)),
        provisional=bench.evidence.provisional(bench.criteria.period),
        **cautions(bench.report),
    )


def drafts(bench: Workbench) -> Section:
    """The rival criteria side by side: points, how they are earned, what is not scored, bands."""
    targets = [part.target for part in bench.criteria.components]
    rows = [(target, [_component(one, target.id) for one in bench.standings]) for target in targets]
    return _render("criteria_drafts", bench, rows=rows)


def scores(bench: Workbench) -> Section:
    """Every unit's score, band and the sentence that explains it, by group, the highest first."""
    total = bench.draft.scores.total
    order = sorted(range(len(bench.names)), key=lambda unit: (np.isnan(total[unit]), -np.nan_to_num(total[unit])))
    groups = [(group, [unit for unit in order if bench.draft.groups[unit] == group]) for group in bench.criteria.rates]
    earned = bench.draft.scores.earned
    return _render(
        "criteria_scores",
        bench,
        groups=groups,
        explanation=sentences.explanation,
        scored_parts=(~np.isnan(earned)).sum(axis=1),
        possible=bench.draft.possible,
    )


def comparison(bench: Workbench) -> Section:
    """Distributions, discriminating power, agreement of ranks, and who changes band."""
    language = bench.report.language
    titles = [one.criteria.label[language.code] for one in bench.standings]
    totals = [one.scores.total for one in bench.standings]
    drawn = charts.distributions(titles, totals, bench.criteria.thresholds[:-1], language)
    places = {code: unit for unit, code in enumerate(bench.draft.codes)}
    return _render(
        "criteria_comparison",
        bench,
        chart=Chart([drawn], _distribution_words(bench)),
        powers=[(one, rivals.discrimination(one), rivals.band_sizes(one)) for one in bench.standings],
        agreement=list(rivals.agreement(bench.standings).itertuples(index=False)),
        titles={one.criteria.id: one.criteria.label[language.code] for one in bench.standings},
        changed=[places[code] for code in rivals.band_changes(bench.standings)["unit_code"]],
    )


def cliffs(bench: Workbench) -> Section:
    """Who stands within a few dossiers of another band."""
    found = [(one, list(rivals.cliffs(one, REACH).itertuples(index=False))) for one in bench.standings]
    targets = {target.id: target for target in bench.criteria.decision.targets}
    return _render("criteria_cliffs", bench, found=found, reach=REACH, targets=targets)


def certainty(bench: Workbench) -> Section:
    """The probability of each band of each unit."""
    language, found = bench.report.language, bench.certainty
    known = np.flatnonzero(bench.draft.scored)
    order = known[np.argsort(-bench.draft.scores.total[known], kind="stable")]
    titles = [band.title[language.code] for band in bench.criteria.bands]
    likely = np.nan_to_num(found.probability, nan=0).argmax(axis=1)
    chart = None
    if len(order):
        names = [bench.names[unit] for unit in order]
        drawn = charts.certainty(names, found.probability[order], titles, language)
        chart = Chart([drawn], language.text(N_("The table below has the same figures.")))
    return _render(
        "criteria_certainty", bench, chart=chart, order=order.tolist(), found=found, sure=SURE, likely=likely
    )


def choices(bench: Workbench) -> Section:
    """What bands hang on: readings, weights, least denominators."""
    found, language = bench.sensitivity, bench.report.language.code
    table = list(sensitivity.summary(found, bench.draft).itertuples(index=False))
    told = [_choice_words(bench, choice) for choice in found.choices]
    shaky = [unit for unit, kept in enumerate(found.kept) if kept < STEADY or found.hinges(unit)]
    shaky.sort(key=lambda unit: (np.nan_to_num(found.kept[unit], nan=2.0), unit))
    return _render(
        "criteria_choices",
        bench,
        moving=[(choice, row) for choice, row in zip(told, table, strict=True) if row.units],
        steady=[choice for choice, row in zip(told, table, strict=True) if not row.units],
        shaky=[(unit, [_choice_words(bench, choice) for choice in found.hinges(unit)]) for unit in shaky],
        kept=found.kept,
        meanings={(one.measure, one.id): one.definition[language] for one in bench.criteria.decision.readings},
    )


def gaming(bench: Workbench) -> Section:
    """What token effort would bring under each set of criteria."""
    language = bench.report.language
    scored = [one.scored for one in bench.standings]
    before = [_mean(one.scores.total) for one in bench.standings]
    after = [
        [start + sentences.mean_gain(bench, place, strategy) for strategy in STRATEGIES]
        for place, start in enumerate(before)
    ]
    titles = [one.criteria.label[language.code] for one in bench.standings]
    shown = [place for place, known in enumerate(scored) if known.any()]
    chart = None
    if shown:
        marks = [language.text(_SHORT[strategy]) for strategy in STRATEGIES]
        drawn = charts.gains(
            [titles[place] for place in shown],
            [before[place] for place in shown],
            [after[place] for place in shown],
            marks,
            language,
        )
        chart = Chart([drawn], language.text(N_("The table below has the same figures.")))
    return _render(
        "criteria_gaming",
        bench,
        chart=chart,
        rows=[_played(bench, place) for place in shown],
        strategies=STRATEGY_WORDS,
        most=_most_tempted(bench),
    )


def fairness(bench: Workbench) -> Section:
    """Scores against size, idle procedures and the mix of procedures."""
    language, found = bench.report.language, bench.fairness
    labels: dict[str, str] = {group: language.text(GROUPS_IN_FULL[group]) for group in bench.criteria.rates}
    units = list(found.units.itertuples(index=False))
    few = len(units) <= _MOST_NAMED
    named = {place: bench.names[place] for place, row in enumerate(units) if row.outlier or (few and row.size > 0)}
    sizes, totals = (found.units[name].to_numpy(dtype=float) for name in ("size", "score"))
    drawn = charts.by_size(sizes, totals, bench.draft.groups, labels, named, language)
    chart = Chart([drawn], language.text(N_("The table below has the same figures.")))
    return _render(
        "criteria_fairness",
        bench,
        chart=chart,
        found=found,
        units=units,
        labels=labels,
        rare=RARE,
        chance_limit=sentences.CHANCE,
    )


def documents(bench: Workbench) -> Section:
    """The draft annex and the scoring workbook of each set of criteria."""
    month = bench.report.month
    own = bench.evidence.month == month
    files = [(one, criteria_documents(one.criteria.id, month)) for one in bench.standings] if own else []
    return _render("criteria_documents", bench, files=files)


def flagged(bench: Workbench) -> list[tuple[int, set[str]]]:
    """Units with a score whose band hangs on something, with the ``FLAGS`` that say on what; the most first."""
    found = bench.sensitivity
    readings = [choice.kind == READING for choice in found.choices]
    edges = set(rivals.cliffs(bench.draft, REACH)["unit_code"])
    shares = bench.fairness.units["basis"].to_numpy()
    holds = {
        CHANCE: bench.certainty.held < SURE,
        READINGS: found.changed[readings].any(axis=0),
        WEIGHTS: found.kept < STEADY,
        LITTLE: shares < sentences.LITTLE,
        EDGE: np.array([code in edges for code in bench.draft.codes]),
    }
    units = [
        (int(unit), {flag for flag, of in holds.items() if of[unit]}) for unit in np.flatnonzero(bench.draft.scored)
    ]
    return sorted(((unit, flags) for unit, flags in units if flags), key=lambda pair: (-len(pair[1]), pair[0]))


def _render(template: str, bench: Workbench, **values: Any) -> Section:
    language = bench.report.language
    shared = {
        "bench": bench,
        "criteria": bench.criteria,
        "draft": bench.draft,
        "words": words,
        "language": language,
        "colours": band_colours(len(bench.criteria.bands)),
        "score": partial(sentences.rated_score, language=language),
        "points": partial(words.points, language=language),
        "group_words": GROUPS_IN_FULL,
    }
    return render(template, bench.report, base="../", **(shared | values))


def _component(standing: Standing, target: str) -> Any:
    return next((part for part in standing.criteria.components if part.target.id == target), None)


def _distribution_words(bench: Workbench) -> str:
    language = bench.report.language
    parts = []
    for one in bench.standings:
        found = rivals.discrimination(one)
        if found["units"]:
            parts.append(
                language.text(
                    N_("{title}: from {lowest} to {highest} points, median {median}."),
                    title=one.criteria.title[language.code],
                    **{name: words.points(found[name], language, 1) for name in ("lowest", "highest", "median")},
                )
            )
    return " ".join(parts)


def _choice_words(bench: Workbench, choice: Choice) -> str:
    """A choice made otherwise, in words."""
    language = bench.report.language
    titles = {target.id: target.title[language.code] for target in bench.criteria.decision.targets}
    if choice.kind == READING:
        reading = next(r for r in bench.criteria.decision.readings if (r.measure, r.id) == (choice.of, choice.to))
        measure = language.text(MEASURES[choice.of])
        return language.text(N_("{measure}: “{reading}”"), measure=measure, reading=reading.title[language.code])
    if choice.kind == LEAST_DENOMINATOR and float(choice.to) <= 1:
        return language.text(N_("without least denominators"))
    if choice.kind == LEAST_DENOMINATOR:
        return language.text(
            N_("not scored under {least} dossiers or procedures"), least=language.number(float(choice.to))
        )
    assert choice.kind == WEIGHT
    templates = {
        0.0: N_("“{target}” left out"),
        0.5: N_("weight of “{target}” halved"),
        2.0: N_("weight of “{target}” doubled"),
    }
    return language.text(templates[float(choice.to)], target=titles[choice.of])


def _played(bench: Workbench, place: int) -> dict[str, Any]:
    """The mean gain, the largest, dossiers spent and bands won of each strategy under one set of criteria."""
    standing = bench.standings[place]
    found = {}
    for strategy, played in bench.played[place].items():
        brought = gains(standing, played)
        found[strategy] = {
            "mean": sentences.mean_gain(bench, place, strategy),
            "most": float(np.nanmax(brought)),
            "effort": int(played.effort.sum()),
            "won": int(((played.band < standing.bands) & standing.scored).sum()),
        }
    return {"standing": standing, "played": found, "worth": _mean(bench.token_worth[place])}


def _most_tempted(bench: Workbench, most: int = 5) -> list[tuple[int, float, int, int]]:
    """(unit, gain, tokens, band after) of those whom tokens would bring most under the draft."""
    played = bench.played[0][TOKENS]
    brought = np.nan_to_num(gains(bench.draft, played))
    order = [int(unit) for unit in np.argsort(-brought, kind="stable")[:most] if brought[unit] > 0]
    return [(unit, float(brought[unit]), int(played.effort[unit]), int(played.band[unit])) for unit in order]


def _mean(values: Any) -> float:
    known = np.asarray(values)[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
