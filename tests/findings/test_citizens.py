"""What citizens are told: counted anew from the rows of dossiers.parquet, by loops and without the package."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.folders import REFERENCE, read_csv
from support.independent import arises
from support.published import Publication

from analysis.findings.citizens import (
    ABOUT,
    FEW,
    NEARLY,
    NEVER,
    NONE,
    TOO_FEW,
    UNDER,
    WITHIN,
    Facts,
    facts_of,
    of_ten,
    places,
)
from analysis.findings.report import Report, read_report

slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("count", "whole", "kind", "number", "told"),
    [
        *((0, 0, TOO_FEW, 0, False), (19, 19, TOO_FEW, 0, False), (0, 20, NONE, 0, True), (4, 20, FEW, 0, False)),
        *((5, 20, ABOUT, 3, True), (15, 20, ABOUT, 8, True), (16, 20, ABOUT, 8, False), (19, 20, NEARLY, 0, False)),
        *((20, 20, NEARLY, 0, True), (5, 101, UNDER, 0, True), (5, 100, ABOUT, 1, True), (945, 1000, ABOUT, 9, True)),
        *((950, 1000, NEARLY, 0, True), (453, 1000, ABOUT, 5, True), (449, 1000, ABOUT, 4, True)),
    ],
)
def test_a_share_is_a_whole_number_of_ten(count: int, whole: int, kind: str, number: int, told: bool) -> None:
    found = of_ten(count, whole)
    assert (found.kind, found.number, found.told) == (kind, number, told)


@given(st.integers(0, 3_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_number_of_ten_is_within_half_a_tenth_and_never_of_a_handful(pair: tuple[int, int]) -> None:
    found = of_ten(*pair)
    if found.kind == ABOUT:
        assert 1 <= found.number <= 9
        assert abs(Fraction(*pair) - Fraction(found.number, 10)) <= Fraction(1, 20)
        assert pair[0] >= 5
    if found.told:
        assert all(part == 0 or part >= 5 for part in (pair[0], pair[1] - pair[0]))


@pytest.fixture(scope="module", params=["year", "september"])
def published(request: pytest.FixtureRequest) -> Publication:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def report(published: Publication) -> Report:
    return read_report(published.processed, REFERENCE)


@pytest.fixture(scope="module")
def facts(published: Publication, report: Report) -> dict[str, Facts]:
    return facts_of(report, published.processed)


@pytest.fixture(scope="module")
def dossiers(published: Publication) -> dict[str, list[dict[str, Any]]]:
    """Those that arose up to the as-of day, by unit, and all of them as ALL."""
    last = date.fromisoformat(published.as_of)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in pq.read_table(published.processed / "dossiers.parquet").to_pylist():
        if arises(row) and date(2020, 1, 1) <= row["received_at"].date() <= last:
            found[row["unit_code"]].append(row)
            found["ALL"].append(row)
    return found


@slow
def test_of_ten_how_many_filed_online(facts: dict[str, Facts], dossiers: dict[str, list[dict[str, Any]]]) -> None:
    for code, told in facts.items():
        of_levels = [row for row in dossiers[code] if row["level"] in (3, 4)]
        online = sum(row["channel"] == "online" for row in of_levels)
        assert (told.online.count, told.online.whole) == (online, len(of_levels)), code
    assert {told.online.kind for told in facts.values()} >= {ABOUT, TOO_FEW}


@slow
def test_filed_online_is_what_the_reading_received_counts(published: Publication, facts: dict[str, Facts]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in read_csv(published.processed / "attainment.csv"):
        if row["target_id"] in ("l3-dossiers", "l4-dossiers") and (row["reading"], row["window"], row["month"]) == (
            *("received", "to_date", published.name),
        ):
            for place, side in enumerate(("numerator", "denominator")):
                sums[row["unit_code"]][place] += int(row[side])
    assert len(facts) == 139
    assert all([told.online.count, told.online.whole] == sums[code] for code, told in facts.items())


@slow
def test_nine_of_ten_within_so_many_days(
    published: Publication, facts: dict[str, Facts], dossiers: dict[str, list[dict[str, Any]]]
) -> None:
    as_of, kinds = date.fromisoformat(published.as_of), set()
    for code, told in facts.items():
        waits, undated = [], 0
        for row in dossiers[code]:
            done = row["completed_at"].date() if row["completed_at"] else None
            if done is None and row["status"] in ("resolved", "refused"):
                undated += 1
            elif done is None or done > as_of:
                waits.append(((as_of - row["received_at"].date()).days, False))
            else:
                waits.append(((done - row["received_at"].date()).days, True))
        found = (told.waiting.kind, told.waiting.days, told.waiting.whole)
        assert found == _expected(waits, undated), code
        kinds.add(told.waiting.kind)
    assert kinds >= {WITHIN, TOO_FEW}


def _expected(waits: list[tuple[int, bool]], undated: int) -> tuple[str, int, int]:
    """By the product over the days, in fractions."""
    if len(waits) < 20 or 10 * len(waits) < 9 * (len(waits) + undated):
        return TOO_FEW, 0, len(waits)
    still = Fraction(1)
    for day in sorted({day for day, _ in waits}):
        at_risk = sum(waited >= day for waited, _ in waits)
        still *= 1 - Fraction(sum(waited == day and done for waited, done in waits), at_risk)
        if still <= Fraction(1, 10):
            return WITHIN, day, len(waits)
    return NEVER, 0, len(waits)


@slow
def test_papers_are_told_where_files_have_a_status(
    facts: dict[str, Facts], dossiers: dict[str, list[dict[str, Any]]]
) -> None:
    for code, told in facts.items():
        stated = [row["status"] for row in dossiers[code] if row["status"]]
        if 10 * len(stated) < 9 * len(dossiers[code]) or not dossiers[code]:
            assert told.papers is None, code
        else:
            assert told.papers is not None
            assert (told.papers.count, told.papers.whole) == (stated.count("supplement"), len(stated)), code
    assert any(told.papers is None for told in facts.values())


@slow
def test_every_place_has_what_its_offices_offer_online(
    published: Publication, report: Report, facts: dict[str, Facts]
) -> None:
    found = places(report, facts)
    units = [unit for unit in read_csv(REFERENCE / "units.csv") if unit["tier"] != "province"]
    assert sorted(place.code for place in found) == sorted(unit["unit_code"] for unit in units)
    parents = {unit["unit_code"]: unit["parent_code"] for unit in units}
    offered = defaultdict(list)
    for row in read_csv(published.processed / "procedures.csv"):
        if row["level"] in ("3", "4"):
            offered[row["unit_code"]].append((row["procedure_name"], row["level"] == "4", int(row["told"] or 0)))
    for place in found:
        assert [office.code for office in place.offices] == [place.code, *filter(None, [parents[place.code]])]
        for office in place.offices:
            assert sorted((one.name, one.whole) for one in office.services) == sorted(
                one[:2] for one in offered[office.code]
            )
            told = {name: count for name, _, count in offered[office.code]}
            counts = [told[one.name] for one in office.services]
            assert counts == sorted(counts, reverse=True)
