"""Whatever becomes of units, each dossier belongs to one series, and a plain walk from heir to heir finds the same."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from support.changed_province import whose
from support.examples import relaxed

from analysis.reference.succession import FIRST, LAST, Succession

FEW = settings(relaxed, max_examples=40)
START = date(2020, 1, 1)
days = st.integers(0, 400).map(lambda number: START + timedelta(days=number))


@st.composite
def histories(draw: Any) -> Succession:
    """Units that are renamed, merged, divided or end, one event a month; parts of one may join others that go whole."""
    alive = [f"U{number}" for number in range(5)]
    rows: dict[str, list[Any]] = {code: [pd.NaT, pd.NaT] for code in alive}
    lines: list[tuple[Any, ...]] = []
    for month in range(draw(st.integers(1, 8))):
        day = pd.Timestamp(START) + pd.Timedelta(days=30 * month + 15)
        kind = draw(st.sampled_from(["merge", "divide", "end"]))
        gone = draw(st.lists(st.sampled_from(alive), min_size=1, max_size=3, unique=True)) if alive else []
        made = [f"N{month}{part}" for part in range({"merge": 1, "divide": 2, "end": 0}[kind])]
        for number, code in enumerate(gone):
            rows[code][1] = day
            if kind == "merge" or (kind == "divide" and number):
                lines.append((code, made[-1], day, Fraction(1)))
            elif kind == "divide":
                lines += [(code, new, day, Fraction(1, 2)) for new in made]
        rows |= {new: [day, pd.NaT] for new in made if gone}
        alive = [code for code in rows if pd.isna(rows[code][1])]
    units = pd.DataFrame(
        [(code, *span) for code, span in rows.items()], columns=["unit_code", "valid_from", "valid_to"]
    )
    units = units.astype({"valid_from": "datetime64[ns]", "valid_to": "datetime64[ns]"})
    successors = pd.DataFrame(lines, columns=["old_code", "new_code", "from", "share"])
    return Succession(units, successors.astype({"from": "datetime64[ns]"}), START, draw(days))


@FEW
@given(known=histories(), received=days)
def test_a_walk_from_heir_to_heir_finds_the_same_series(known: Succession, received: date) -> None:
    rows = known.successors.itertuples(index=False, name=None)
    lines = [(old, new, f"{day:%Y-%m-%d}", str(share)) for old, new, day, share in rows]
    received = min(received, known.day)
    for code in known.units["unit_code"]:
        series = known.series_on(code, received)
        assert series == whose(code, received, known.day, lines)
        assert known.series_on(series, received) == series, "once followed, all is said"


@FEW
@given(known=histories())
def test_the_spans_of_a_unit_part_all_time_and_are_of_who_can_bear_a_series(known: Succession) -> None:
    bearing = {*known.units.loc[known.valid_on(known.day), "unit_code"], *known.past["unit_code"]}
    for code in known.units["unit_code"]:
        spans = known.spans_of(code)
        assert spans[0][0] == FIRST
        assert [start for start, _ in spans] == sorted({start for start, _ in spans})
        assert {series for _, series in spans} <= bearing
    for _, rows in known.series.groupby("old_code"):
        assert (rows["since"] < rows["until"]).all()
        assert (rows["until"] <= LAST).all()


@FEW
@given(known=histories())
def test_a_series_that_begins_anew_holds_nobody_s_past(known: Succession) -> None:
    for code in known.units["unit_code"]:
        if known.begins(code):
            assert not list(known.merged_into(code))
        if code in known.anew:
            assert all(
                known.series_on(old, START - timedelta(days=1)) != code
                for old in known.units["unit_code"]
                if old != code
            )
