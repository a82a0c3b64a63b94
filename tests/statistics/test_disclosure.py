"""Nobody who knows all published totals and every shown count can tell a hidden count of one to four dossiers."""

import os
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.examples import relaxed

from analysis.statistics import disclosure
from analysis.statistics.disclosure import COLUMNS, determined, disclosed

TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))  # more examples, as tests/whole/test_campaign.py
Part = tuple[str, int, int, int]  # procedure, group, dossiers, online


def parts_of(*rows: Part) -> pd.DataFrame:
    return pd.DataFrame([("U", *row) for row in rows], columns=COLUMNS)


def shown(*rows: Part) -> dict[str, str]:
    """By procedure: "all", "count" (without its split) or "" for nothing."""
    found = disclosed(parts_of(*rows))
    words = np.where(~found["shown"], "", np.where(found["split_shown"], "all", "count"))
    return dict(zip(found["procedure_key"], words, strict=True))


def test_counts_of_five_or_more_and_of_none_are_shown() -> None:
    assert shown(("a", 3, 5, 0), ("b", 3, 90, 45), ("c", 3, 0, 0)) == {"a": "all", "b": "all", "c": "all"}


def test_two_small_counts_protect_each_other_where_they_are_five_together_and_differ() -> None:
    assert shown(("a", 3, 2, 0), ("b", 3, 3, 0), ("c", 3, 90, 0)) == {"a": "", "b": "", "c": "all"}


def test_a_single_small_count_takes_the_next_smallest_with_it() -> None:
    assert shown(("a", 3, 4, 0), ("b", 3, 50, 0), ("c", 3, 9, 0)) == {"a": "", "b": "all", "c": ""}


def test_fewer_than_five_together_take_another_with_them() -> None:
    assert shown(("a", 3, 1, 0), ("b", 3, 2, 0), ("c", 3, 9, 0), ("d", 3, 9, 0))["c"] == ""


def test_counts_that_are_all_the_same_take_another_with_them() -> None:
    """Five hidden procedures with five dossiers in all: one each."""
    rows: list[Part] = [(name, 3, 1, 0) for name in "abcde"]
    assert shown(*rows, ("f", 3, 9, 0), ("g", 3, 10, 0)) == dict.fromkeys("abcdef", "") | {"g": "all"}


def test_each_level_has_a_total_of_its_own() -> None:
    found = shown(("a", 3, 2, 0), ("b", 4, 3, 0), ("c", 3, 7, 0), ("d", 4, 8, 0), ("e", 0, 9, 0))
    assert found == {"a": "", "b": "", "c": "", "d": "", "e": "all"}


def test_a_procedure_whose_level_changed_is_hidden_for_its_small_part() -> None:
    found = shown(("a", 3, 2, 0), ("a", 4, 60, 0), ("b", 3, 7, 0), ("c", 4, 8, 0), ("d", 4, 9, 0))
    assert found == {"a": "", "b": "", "c": "", "d": "all"}


def test_noughts_are_hidden_only_where_they_are_all_that_is_left_and_then_all_of_them() -> None:
    assert shown(("a", 3, 3, 0), ("b", 3, 0, 0), ("c", 3, 0, 0), ("d", 4, 0, 0)) == {
        **{"a": "", "b": "", "c": ""},
        "d": "all",
    }
    assert shown(("a", 3, 3, 0), ("b", 3, 0, 0), ("c", 3, 9, 0))["b"] == "all"


def test_a_small_part_online_or_not_hides_the_split_with_another() -> None:
    assert shown(("a", 3, 30, 2), ("b", 3, 50, 25), ("c", 3, 70, 30)) == {"a": "count", "b": "count", "c": "all"}
    assert shown(("a", 3, 30, 28), ("b", 3, 50, 25), ("c", 3, 70, 30)) == {"a": "count", "b": "count", "c": "all"}


def test_a_split_without_small_parts_is_shown() -> None:
    assert set(shown(("a", 3, 30, 0), ("b", 3, 30, 30), ("c", 3, 10, 5)).values()) == {"all"}


def test_hidden_splits_are_five_together_on_both_sides_where_they_can_be() -> None:
    """The smallest, b, brings nothing online: c is taken."""
    found = shown(("a", 3, 30, 2), ("b", 3, 6, 0), ("c", 3, 70, 60))
    assert found == {"a": "count", "b": "all", "c": "count"}


def test_units_do_not_mix() -> None:
    both = pd.concat([parts_of(("a", 3, 2, 0), ("b", 3, 9, 0)), parts_of(("a", 3, 9, 0)).assign(unit_code="V")])
    assert disclosed(both)["shown"].tolist() == [False, False, True]


def test_without_parts_there_is_nothing() -> None:
    assert disclosed(parts_of()).empty


def test_determined_finds_what_sum_caps_and_number_leave_no_choice() -> None:
    def of(values: list[int], caps: list[int]) -> list[bool]:
        return determined(np.array(values), np.array(caps), np.zeros(len(values), int)).tolist()

    assert of([1, 1, 1], [9, 9, 9]) == [True, True, True]
    assert of([1, 2], [9, 9]) == [False, False]
    assert of([0, 7], [5, 9]) == [True, True], "only the second can hold seven alone"
    assert of([0, 4], [5, 9]) == [False, False]
    assert of([9, 2], [9, 2]) == [True, True]
    assert of([0, 0], [9, 2]) == [True, True]


# --- The attacker ----------------------------------------------------------------------------------


def attack(parts: pd.DataFrame, marks: pd.DataFrame, group: int) -> list[dict[str, set[int]]]:
    """For each member of a group every value of its dossiers, online and offline dossiers that fits what is known.

    The attacker knows the group's dossiers, online dossiers, how many procedures had any and how many any online;
    and is told more than is published: the parts of a shown procedure in each group.
    """
    known = parts[parts["group"] == group].merge(marks, on=["unit_code", "procedure_key"])
    members = list(known[["dossiers", "online", "shown", "split_shown"]].itertuples(index=False, name=None))
    truth = [(online, dossiers - online) for dossiers, online, _, _ in members]
    found: list[dict[str, set[int]]] = [{"dossiers": set(), "online": set(), "offline": set()} for _ in members]
    for world in worlds(members, sum(on for on, _ in truth), sum(off for _, off in truth)):
        if [_positive(world, part) for part in (0, None)] == [_positive(truth, part) for part in (0, None)]:
            for values, (online, offline) in zip(found, world, strict=True):
                values["dossiers"].add(online + offline)
                values["online"].add(online)
                values["offline"].add(offline)
    return found


def worlds(members: list[tuple[int, int, bool, bool]], online: int, offline: int) -> Iterator[list[tuple[int, int]]]:
    """Every way to deal a group's online and offline dossiers to its members that the shown counts allow."""
    if not members:
        if online == offline == 0:
            yield []
        return
    dossiers, own, shown_, split = members[0]
    for on in [own] if split else range(online + 1):
        for off in [dossiers - on] if shown_ else range(offline + 1):
            if 0 <= off <= offline and on <= online:
                for others in worlds(members[1:], online - on, offline - off):
                    yield [(on, off), *others]


def _positive(world: list[tuple[int, int]], part: int | None) -> int:
    return sum((sum(pair) if part is None else pair[part]) > 0 for pair in world)


def leaks(parts: pd.DataFrame) -> list[tuple[str, int, str]]:
    """Hidden counts below the least that the attacker knows although the group still has something else to hide."""
    marks = disclosed(parts)
    found = []
    for group, rows in parts.groupby("group"):
        of_group = rows.merge(marks, on=["unit_code", "procedure_key"])
        may_count = of_group["shown"].any()
        may_split = (of_group["split_shown"] & (of_group["dossiers"] > 0)).any()
        for row, values in zip(of_group.itertuples(), attack(parts, marks, int(str(group))), strict=True):
            true = {"dossiers": row.dossiers, "online": row.online, "offline": row.dossiers - row.online}
            hides = {"dossiers": not row.shown and may_count}
            hides |= dict.fromkeys(("online", "offline"), not row.split_shown and may_split)
            for name, value in true.items():
                assert value in values[name], "the truth is one of the worlds"
                if hides[name] and 0 < value < disclosure.LEAST and len(values[name]) == 1:
                    found.append((row.procedure_key, int(row.group), name))
    return found


@st.composite
def units(draw: st.DrawFn, most: int, procedures: int) -> pd.DataFrame:
    """A small unit: procedures with dossiers at one level or two, and some without any."""
    rows: list[Part] = []
    for number in range(draw(st.integers(1, procedures))):
        for group in draw(st.sampled_from([(3,), (3,), (4,), (3, 4), (0,)])):
            dossiers = draw(st.integers(0, most))
            if dossiers or (group and (f"p{number}", group) not in {row[:2] for row in rows}):
                rows.append((f"p{number}", group, dossiers, draw(st.integers(0, dossiers))))
    return parts_of(*rows)


@settings(relaxed, max_examples=100 * TIMES)
@given(units(most=8, procedures=3))
@example(parts_of(("a", 3, 9, 7), ("b", 3, 5, 0), ("c", 3, 8, 8)))  # only a can have all seven of a and b online
def test_no_hidden_count_of_one_to_four_can_be_deduced(parts: pd.DataFrame) -> None:
    assert leaks(parts) == []


@settings(relaxed, max_examples=50 * TIMES)
@given(units(most=4, procedures=5))
@example(parts_of(("a", 3, 1, 0), ("b", 3, 1, 0), ("c", 3, 1, 0), ("d", 3, 4, 0)))  # three alike in three procedures
def test_nor_among_more_procedures_with_a_smaller_least(parts: pd.DataFrame) -> None:
    """The rules with 3 in the place of 5, where the attacker can try every world of five procedures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosure, "LEAST", 3)
        assert leaks(parts) == []


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("_hidden_next", parts_of(("a", 3, 2, 0), ("b", 3, 6, 0))),
        ("_split_next", parts_of(("a", 3, 7, 2), ("b", 3, 8, 8), ("c", 3, 9, 9))),
    ],
)
def test_the_attacker_succeeds_without_secondary_suppression(rule: str, parts: pd.DataFrame) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosure, rule, lambda *_: np.empty(0, np.intp))
        assert leaks(parts)
    assert leaks(parts) == []
