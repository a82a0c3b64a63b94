"""Criteria and standings small enough to check by eye."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from analysis.criteria.rating import Standing
from analysis.reference.criteria import Amended, Band, Component, Criteria, Scoring
from analysis.reference.criteria_form import PassFail, Proportional, Step, Steps, Without
from analysis.reference.decision import Target, load_decision
from analysis.reference.toml_files import Words
from support.folders import REFERENCE

DECISION = load_decision(REFERENCE / "decisions/766-qd-ubnd-2020.toml")
READING = next(reading for reading in DECISION.readings if reading.measure == "dossiers_online")
WORDS = Words(vi="Thử", en="Test")
PROPORTIONAL, PASS_FAIL = Proportional(kind="proportional"), PassFail(kind="pass_fail")


def steps(*pairs: tuple[str, str]) -> Steps:
    """A scoring by steps of (at_least, earns)."""
    return Steps(kind="steps", steps=tuple(Step(at_least=at, earns=earns) for at, earns in pairs))  # type: ignore[arg-type]


def component(
    scoring: Scoring = PROPORTIONAL,
    minimum: str = "3/5",
    weight: Any = 100,
    least: int = 1,
    without: Without = "reweight",
    neutral: str = "0",
    name: str = "t",
) -> Component:
    """A criterion on dossiers."""
    target = Target(
        **{"id": name, "measure": "dossiers_online", "level": 3, "minimum": minimum},  # type: ignore[arg-type]
        **dict.fromkeys(("title", "clause", "definition"), WORDS),  # type: ignore[arg-type]
    )
    return Component(target, READING, Fraction(weight), scoring, least, without, Fraction(neutral), None, None)


def criteria(*components: Component, edges: Sequence[int] = (90, 70, 50, 0), cap: Fraction | None = None) -> Criteria:
    """A set of criteria with a maximum of 100 points and bands from ``edges``."""
    return Criteria(
        id="thu",
        regulation="thu",
        title=WORDS,
        purpose=WORDS,
        label=WORDS,
        amends=Amended(WORDS, "", None, "", None),
        decision=DECISION,
        applies_from=date(2020, 1, 1),
        applies_to=date(2020, 12, 31),
        rates=("province",),
        period="year",
        maximum=Fraction(100),
        components=components,
        bands=tuple(Band(WORDS, Fraction(points), None if place else cap) for place, points in enumerate(edges)),
    )


def standing(drafted: Criteria, counts: Sequence[Sequence[tuple[int, int]]]) -> Standing:
    """Units with (numerator, denominator) by component, named U0, U1, …"""
    pairs = np.asarray(counts, dtype=float).reshape(len(counts), len(drafted.components), 2)
    codes = tuple(f"U{place}" for place in range(len(counts)))
    return Standing(drafted, codes, ("province",) * len(codes), pairs[..., 0], pairs[..., 1])
