"""What a criteria file must mean: targets that are there, weights that sum, bands that follow one another."""

from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise
from typing import Any, NoReturn

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.criteria import Amended, Band, Component, Criteria
from analysis.reference.criteria_form import Bonus, ComponentFile, CriteriaFile, Steps
from analysis.reference.decision import DEFAULT, WITHOUT_LEVEL, Decision, Reading, Target
from analysis.reference.toml_files import plain_number


def checked(file: str, name: str, parsed: CriteriaFile, decisions: Mapping[str, Decision]) -> Criteria:
    """The criteria of a file that is whole in form, what it names looked up."""
    if parsed.decision not in decisions:
        refuse(
            N_("{file}: decision = «{found}» is not known. Choose one of {known}."),
            **{"file": file, "found": parsed.decision, "known": ", ".join(sorted(decisions))},
        )
    decision = decisions[parsed.decision]
    if len(set(parsed.rates)) < len(parsed.rates):
        refuse(N_("{file}: rates names a group twice. Leave one out."), file=file)
    first = parsed.applies_from or decision.valid_from
    last = parsed.applies_to or decision.valid_to
    _check_period(file, parsed, decision)
    components = _components(file, parsed, decision)
    _check_bands(file, parsed)
    return Criteria(
        id=name,
        regulation=parsed.rival_of or name,
        title=parsed.title,
        label=parsed.label,
        purpose=parsed.purpose,
        amends=Amended(**dict(parsed.amends)),
        decision=decision,
        applies_from=first,
        applies_to=last,
        rates=parsed.rates,
        period=parsed.period,
        maximum=parsed.maximum,
        components=components,
        bands=tuple(Band(band.title, band.at_least, band.cap) for band in parsed.bands),
    )


def _check_period(file: str, parsed: CriteriaFile, decision: Decision) -> None:
    for key in ("applies_from", "applies_to"):
        day = getattr(parsed, key)
        if day and not decision.valid_from <= day <= decision.valid_to:
            refuse(
                N_(
                    "{file}: {key} = {found} lies outside the period of decision {decision}, {first} to {last}. "
                    "Choose a day in it."
                ),
                **{"file": file, "key": key, "found": day.isoformat(), "decision": decision.id},
                first=decision.valid_from.isoformat(),
                last=decision.valid_to.isoformat(),
            )
    if parsed.applies_from and parsed.applies_to and parsed.applies_to < parsed.applies_from:
        refuse(N_("{file}: applies_to is before applies_from. Exchange or mend the days."), file=file)


def _components(file: str, parsed: CriteriaFile, decision: Decision) -> tuple[Component, ...]:
    targets = {target.id: target for target in decision.targets}
    found = []
    for place, component in enumerate(parsed.components, start=1):
        key = f"components[{place}]"
        target = targets.get(component.target)
        if target is None:
            near = get_close_matches(component.target, targets, 1, 0.4)
            refuse(
                N_(
                    "{file}: {key}.target = «{found}» is no target of decision {decision}. "
                    "Choose one of {known}. Nearest: {near}."
                ),
                **{"file": file, "key": key, "found": component.target, "decision": decision.id},
                known=", ".join(targets),
                near=near[0] if near else "–",
            )
        found.append(_component(file, key, component, target, _reading(file, key, component, target, parsed, decision)))
    names = [component.target for component in parsed.components]
    for name in names:
        if names.count(name) > 1:
            refuse(N_("{file}: components: the target «{found}» stands twice. Leave one out."), file=file, found=name)
    total = sum((component.weight for component in parsed.components), Fraction(0))
    if total != parsed.maximum:
        refuse(
            N_("{file}: components: the weights sum to {sum}, not to maximum = {maximum}. Change a weight or maximum."),
            **{"file": file, "sum": plain_number(total), "maximum": plain_number(parsed.maximum)},
        )
    return tuple(sorted(found, key=lambda component: list(targets).index(component.target.id)))


def _reading(
    file: str, key: str, component: ComponentFile, target: Target, parsed: CriteriaFile, decision: Decision
) -> Reading:
    readings = {reading.id: reading for reading in decision.readings_of(target)}
    if component.reading not in readings:
        refuse(
            N_("{file}: {key}.reading = «{found}» does not touch the target {target}. Choose one of {known}."),
            **{"file": file, "key": key, "found": component.reading, "target": target.id, "known": ", ".join(readings)},
        )
    reading = readings[component.reading]
    if reading.count == "pairs" and set(parsed.rates) != {"areas"}:
        refuse(
            N_('{file}: {key}.reading = «{found}» exists for groups alone. Choose another, or rates = ["areas"].'),
            **{"file": file, "key": key, "found": reading.id},
        )
    return reading


def _component(file: str, key: str, component: ComponentFile, target: Target, reading: Reading) -> Component:
    if (component.without == "neutral") != (component.neutral is not None):
        refuse(
            N_('{file}: {key}.neutral goes with without = "neutral" and is needed there. Add or remove it.'),
            file=file,
            key=key,
        )
    _check_substance(file, f"{key}.substance", component, target, reading)
    _check_scoring(file, f"{key}.scoring", component, target)
    return Component(
        target=target,
        reading=reading,
        weight=component.weight,
        scoring=component.scoring,
        least=component.least,
        without=component.without,
        neutral=component.neutral or Fraction(0),
        substance=component.substance,
        source=component.source,
    )


def _check_substance(file: str, key: str, component: ComponentFile, target: Target, reading: Reading) -> None:
    rule, of_procedures = component.substance, target.measure == "procedures_online"
    if rule is None:
        return
    if target.measure in WITHOUT_LEVEL or reading.id != DEFAULT:
        refuse(
            N_(
                "{file}: {key} is for procedures_online and dossiers_online under the reading default. "
                "Leave it out here."
            ),
            file=file,
            key=key,
        )
    if of_procedures != (rule.online_share is not None):
        refuse(
            N_("{file}: {key}.online_share is needed for targets on procedures and for no others. Add or remove it."),
            file=file,
            key=key,
        )


def _check_scoring(file: str, key: str, component: ComponentFile, target: Target) -> None:
    scoring = component.scoring
    if isinstance(scoring, Bonus) and scoring.full_at <= target.minimum:
        refuse(
            N_(
                "{file}: {key}.full_at = {found} must be above the target's minimum {minimum}. "
                "Raise it, or score it otherwise."
            ),
            **{
                "file": file,
                "key": key,
                "found": plain_number(scoring.full_at),
                "minimum": plain_number(target.minimum),
            },
        )
    if isinstance(scoring, Steps):
        for one, other in pairwise(scoring.steps):
            if other.at_least <= one.at_least or other.earns < one.earns:
                refuse(
                    N_(
                        "{file}: {key}.steps: each step must begin higher than the one before and earn no less. "
                        "Sort them."
                    ),
                    file=file,
                    key=key,
                )


def _check_bands(file: str, parsed: CriteriaFile) -> None:
    bands = parsed.bands
    for place, (better, band) in enumerate(pairwise(bands), start=2):
        if band.at_least >= better.at_least:
            refuse(
                N_(
                    "{file}: bands[{place}].at_least = {found} overlaps the band above, from {above}. "
                    "Write the bands from the best down, each from fewer points."
                ),
                **{
                    "file": file,
                    "place": place,
                    "found": plain_number(band.at_least),
                    "above": plain_number(better.at_least),
                },
            )
        if band.cap is not None:
            refuse(
                N_("{file}: bands[{place}].cap: only the best band may have a cap. Leave it out."),
                file=file,
                place=place,
            )
    if bands[0].at_least > parsed.maximum:
        refuse(
            N_("{file}: bands[1].at_least = {found} is above maximum = {maximum}: nobody could reach it. Lower it."),
            **{"file": file, "found": plain_number(bands[0].at_least), "maximum": plain_number(parsed.maximum)},
        )
    if bands[-1].at_least != 0:
        refuse(
            N_(
                "{file}: bands[{place}].at_least = {found}: the lowest band must begin at 0, or low scores have none. "
                "Write 0."
            ),
            **{"file": file, "place": len(bands), "found": plain_number(bands[-1].at_least)},
        )
    titles = [band.title["vi"] for band in bands]
    if len(set(titles)) < len(titles):
        refuse(N_("{file}: bands: two bands have one title. Name them apart."), file=file)


def refuse(template: str, **details: Any) -> NoReturn:
    """Raise the ReferenceProblem that says what to mend."""
    raise ReferenceProblem(template, **details)
