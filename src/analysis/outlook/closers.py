"""What would attain a target (``closers.csv``): for each unit that misses it, what to ask, and what comes of it.

While the period lasts an ask is about what is still to come. First, dossiers that wait for a result are finished, where
that is enough. Else the dossiers of at most three procedures are filed online as the other units of the tier have
theirs filed, or, where nobody does better, all of them: those procedures that bring most of what is expected to come.
Where three are too few, it is all that comes, of every procedure, with what waits finished. For the portal target they
are brought in through it. For a target on procedures, as few as suffice of those that receive dossiers but none online.
How probable the target then is, is foretold with the same draws as the projection; where it stays under one in ten
nothing is asked, for nothing would do, nor is what would raise the probability by less than five points. After the
period it is a lesson: the fewest procedures that would have sufficed, had their dossiers been filed so from the
beginning.
"""

from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.figures import shortfall as shortfall_of
from analysis.measures.history import UNNAMED, Counts, History
from analysis.outlook.arrivals import remaining
from analysis.outlook.projection import Course, courses
from analysis.reference.decision import DEFAULT, NOT_ATTAINED, PORTAL, PROCEDURES, Target
from analysis.storage.writing import spreadsheet_safe

FINISH, PEERS, ALL_ONLINE, VIA_PORTAL = "finish", "peers", "all_online", "via_portal"
UNTOUCHED, UNFED, KEEP, NOTHING = "untouched", "unfed", "keep", "nothing"
MOST_ASKED = 3  # procedures of one ask
EVEN = 0.5  # probability from which what is done closes a gap
WORTH_ASKING = 0.1  # probability of attaining under which nothing is asked
MATTERS = 0.05  # by how much an ask raises it at least
CLOSERS_COLUMNS = [
    *("decision", "target_id", "measure", "level", "scope", "unit_code", "unit_name", "tier", "as_of", "minimum"),
    *("shortfall", "method", "closes", "rank", "procedure_key", "procedure_name"),
    *("numerator", "denominator", "peer_share", "to_come", "gain", "gain_cumulated", "probability"),
]
_ASKED = [  # what is found for a target, beside the columns of its standing
    *("unit_code", "procedure_key", "numerator", "denominator", "peer_share", "to_come", "gain"),
    *("method", "closes", "rank", "gain_cumulated", "probability"),
]


def closers(
    standing: pd.DataFrame, history: History, projection: pd.DataFrame, known: dict[str, Course] | None = None
) -> pd.DataFrame:
    """One row per unit, target not attained and procedure of what is asked, in ``CLOSERS_COLUMNS``.

    ``standing`` are the rows of attainment.csv to date, ``projection`` those of projection.csv, ``known`` the
    ``courses``. ``numerator`` and ``denominator``
    are the procedure's dossiers to date, filed online and in all, ``peer_share`` the others' share (of one),
    ``to_come`` how many more are expected, ``gain`` what the ask brings: dossiers that count, or procedures.
    ``probability`` is that of attaining if it is done, blank after the period; ``closes`` says whether it is more
    probable than not, or would have sufficed. What is asked without a procedure has one row with none: dossiers to
    finish, all that comes, to ``keep`` on as now, ``unfed`` where too few procedures receive dossiers, or ``nothing``.
    """
    units = history.reference.units["unit_code"]
    missing = standing[(standing["reading"] == DEFAULT) & (standing["status"] == NOT_ATTAINED)]
    missing = missing[missing["unit_code"].isin(units)]
    known = courses(history) if known is None else known
    parts = []
    for target in history.decision.targets:
        rows = missing[missing["target_id"] == target.id]
        if rows.empty or not target.foretold:
            continue
        shortfall = rows.set_index("unit_code")["shortfall"]
        now = projection[projection["target_id"] == target.id].set_index("unit_code")["probability"]
        if target.measure == PROCEDURES:
            found = _touch(target, history, shortfall, now)
        elif history.ended:
            found = _lesson(target, history, shortfall)
        else:
            found = _ask(target, history, shortfall, now, known[target.id])
        parts.append(
            rows.drop(columns=["numerator", "denominator"]).merge(found.reindex(columns=_ASKED), on="unit_code")
        )
    if not parts:
        return pd.DataFrame(columns=CLOSERS_COLUMNS)
    names = history.reference.catalogue.drop_duplicates("procedure_key", keep="last")
    whole = pd.concat(parts, ignore_index=True)
    whole = whole.assign(procedure_key=whole["procedure_key"].astype(object).fillna(""))
    whole = whole.merge(names[["procedure_key", "procedure_name"]], "left", "procedure_key")
    # A code that the catalogue lacks comes from an export: it must not run in a spreadsheet.
    keys = whole["procedure_key"].map(spreadsheet_safe)
    return whole.assign(procedure_key=keys).fillna({"procedure_name": ""}).reindex(columns=CLOSERS_COLUMNS)


def smallest_set(gains: pd.DataFrame, shortfall: pd.Series) -> pd.DataFrame:
    """The fewest rows of each unit whose gains sum to its shortfall: the largest first.

    ``gains``: unit_code, gain (above 0), and what breaks ties in ``order``, the highest first. Adds ``rank``,
    ``gain_cumulated`` and ``closes``. Taking the largest gains first leaves none smaller: any k procedures bring
    at most what the k largest do.
    """
    ordered = _largest_first(gains)
    needed = _of_units(shortfall, ordered["unit_code"])
    chosen = ordered[ordered["gain_cumulated"] - ordered["gain"] < needed]
    total = ordered.groupby("unit_code")["gain"].sum()
    return chosen.assign(closes=_of_units(total - shortfall.reindex(total.index), chosen["unit_code"]) >= 0)


def largest_gains(gains: pd.DataFrame, count: int) -> pd.DataFrame:
    """The rows of each unit that together gain most, ``count`` at most."""
    ordered = _largest_first(gains)
    return ordered[ordered["rank"] <= count]


def _largest_first(gains: pd.DataFrame) -> pd.DataFrame:
    if gains.empty:
        return gains.assign(gain=0.0, gain_cumulated=0.0, rank=0)
    ordered = gains.sort_values(["unit_code", "gain", "order", "procedure_key"], ascending=[True, False, False, True])
    by_unit = ordered.groupby("unit_code")
    return ordered.assign(gain_cumulated=by_unit["gain"].cumsum(), rank=by_unit.cumcount() + 1)


def _ask(target: Target, history: History, shortfall: pd.Series, now: pd.Series, course: Course) -> pd.DataFrame:
    """What is asked of each unit for a target on dossiers: the first of the ways that is worth asking."""
    within = _waiting(history, course.counts, shortfall.index) >= shortfall.to_numpy()
    none = np.zeros(len(history.names))
    then = _by_code(history, course.probability_if(none, finished=True))
    finished = np.maximum(_of_units(then, shortfall.index), _of_units(now, shortfall.index))
    finish = _finish(shortfall).assign(probability=finished)
    # Finishing is enough where the target is then attained as things stand, and likely to stay so.
    enough = within & (finished >= EVEN)
    parts, left = [finish[enough]], shortfall[~enough]
    table = _to_come(target, history, course)
    ways = [VIA_PORTAL] if target.measure == PORTAL else [PEERS, ALL_ONLINE]
    for way, few in [*((way, True) for way in ways), (ways[-1], False)]:
        rows = table[table["unit_code"].isin(left.index)]
        reached = rows["peer_share"] if way == PEERS else 1.0
        lift = (rows["to_come"] * (reached - rows["own"])).fillna(0)
        soon = _of_units(_by_code(history, course.soon), rows["unit_code"])
        gains = rows.assign(lift=lift, gain=lift * soon)[lift > 0]
        chosen = (largest_gains(gains, MOST_ASKED) if few else gains).assign(method=way)
        lifted = chosen.groupby("unit_code")["lift"].sum().reindex(history.names["unit_code"]).fillna(0)
        expected = np.maximum(course.more.mean(axis=1), 1e-9)
        then = _by_code(history, course.probability_if(lifted.to_numpy() / expected, finished=not few))
        then = np.maximum(then, now.reindex(then.index))  # what is drawn anew may fall a hair short
        chosen = chosen if few else _together(chosen)
        chosen = chosen.assign(probability=_of_units(then, chosen["unit_code"]))
        chosen = chosen[_worth(chosen["probability"], _of_units(now, chosen["unit_code"]))]
        parts.append(chosen)
        left = left[~left.index.isin(chosen["unit_code"])]
    last = finish["unit_code"].isin(left.index) & within & _worth(finished, _of_units(now, shortfall.index))
    left = left[~left.index.isin(finish.loc[last, "unit_code"])]
    parts += [finish[last], _without_ask(left, now)]
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return whole.assign(closes=whole["probability"] >= EVEN)


def _together(gains: pd.DataFrame) -> pd.DataFrame:
    """What all procedures of a unit bring, in a row that names none."""
    whole = gains.groupby(["unit_code", "method"], as_index=False)["gain"].sum()
    return whole.assign(rank=0, gain_cumulated=whole["gain"])


def _worth(then: Any, now: np.ndarray) -> Any:
    """Whether a probability is worth an ask, and the ask is what makes it so."""
    return (then >= WORTH_ASKING) & (then - now >= MATTERS)


def _without_ask(left: pd.Series, now: pd.Series, while_chance: str = KEEP) -> pd.DataFrame:
    """What is left where nothing would change the course: to keep on while there is a chance, else the truth."""
    chance = _of_units(now, left.index)
    method = np.where(chance >= WORTH_ASKING, while_chance, NOTHING)
    return pd.DataFrame({"unit_code": left.index, "method": method, "rank": 0, "probability": chance})


def _to_come(target: Target, history: History, course: Course) -> pd.DataFrame:
    """unit_code, procedure_key, numerator (filed online), denominator, own and peer_share, to_come, order."""
    counted = _counted(target, history, "filed")
    whole = counted.groupby("unit_code")["denominator"].transform("sum")
    more = _of_units(_by_code(history, course.more.mean(axis=1)), counted["unit_code"])
    own = counted["numerator"] / counted["denominator"].clip(lower=1)
    return counted.assign(own=own, to_come=more * counted["denominator"] / whole.clip(lower=1))


def _counted(target: Target, history: History, part: str) -> pd.DataFrame:
    """Each unit's procedures with dossiers: ``numerator`` and the others' share of the same, ``peer_share``."""
    names = {f"{target.id}:{part}": "numerator", f"{target.id}:arising": "denominator"}
    counted = history.to_date([*names]).rename(columns=names)
    counted = counted[(counted["denominator"] > 0) & (counted["procedure_key"] != UNNAMED)]
    counted = counted.merge(history.reference.units[["unit_code", "tier"]], on="unit_code")
    whole = counted.groupby(["tier", "procedure_key"])[["numerator", "denominator"]].transform("sum")
    others = (whole - counted[["numerator", "denominator"]]).to_numpy()
    peers = np.where(others[:, 1] > 0, others[:, 0] / np.maximum(others[:, 1], 1), np.nan)
    # In whole numbers: a share times a count may fall a hair short of what it is.
    reached = counted["denominator"].to_numpy() * others[:, 0] // np.maximum(others[:, 1], 1)
    return counted.assign(peer_share=peers, reached=reached, order=counted["denominator"])


def _lesson(target: Target, history: History, shortfall: pd.Series) -> pd.DataFrame:
    """What would have sufficed from the beginning: what peers reached, else all online; first what still waits."""
    enough = _waiting(history, history.counts(target), shortfall.index) >= shortfall.to_numpy()
    parts, left = [_finish(shortfall[enough]).assign(closes=True)], shortfall[~enough]
    counted = _counted(target, history, "resolved")
    ways = {VIA_PORTAL: None} if target.measure == PORTAL else {PEERS: "reached", ALL_ONLINE: None}
    for way, reached in ways.items():
        rows = counted[counted["unit_code"].isin(left.index)]
        more = (rows[reached] if reached else rows["denominator"]) - rows["numerator"]
        chosen = smallest_set(rows.assign(gain=more)[more > 0], left).assign(method=way)
        chosen = chosen[chosen["closes"]] if reached else chosen
        parts.append(chosen)
        left = left[~left.index.isin(chosen["unit_code"])]
    return pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=["unit_code"])])


def _touch(target: Target, history: History, shortfall: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Procedures that receive dossiers but none online, the busiest first, as few as suffice."""
    offered = history.offered(target).rename(columns={"group_code": "unit_code"})
    offered = offered[offered["unit_code"].isin(shortfall.index)]
    # By the period's last day, when the catalogue may give the unit more than it does now.
    counted = offered.assign(hit=offered["first"] > 0).groupby("unit_code")["hit"].agg(["sum", "size"])
    counted = counted.reindex(shortfall.index, fill_value=0)
    missing = shortfall_of(counted["sum"].to_numpy(), counted["size"].to_numpy(), target)
    shortfall = pd.Series(missing, index=shortfall.index)
    waiting = offered[(offered["first"] == 0) & (offered["dossiers"] > 0)]
    expected = 0.0 if history.ended else waiting["dossiers"] * _growth(history, waiting["unit_code"])
    gains = waiting.assign(
        **{"gain": 1.0, "order": waiting["dossiers"], "peer_share": np.nan, "numerator": 0, "to_come": expected}
    ).rename(columns={"dossiers": "denominator"})
    chosen = smallest_set(gains, shortfall).assign(method=UNTOUCHED)
    if history.ended:
        return chosen.assign(probability=np.nan)
    chosen = chosen[chosen["closes"]]
    chances = {
        str(unit): _at_least(int(shortfall[unit]), _hit(rows["denominator"], rows["to_come"]))
        for unit, rows in chosen.groupby("unit_code")
    }
    # Those that nobody named may be hit, too: no less probable than if all goes on as it does.
    likely = _of_units(pd.Series(chances, dtype=float), chosen["unit_code"])
    chosen = chosen.assign(probability=np.maximum(likely, _of_units(now, chosen["unit_code"])))
    fed = shortfall.index.isin(chosen["unit_code"])
    chosen = chosen[_worth(chosen["probability"], _of_units(now, chosen["unit_code"]))]
    asked = shortfall.index.isin(chosen["unit_code"])
    others = [_without_ask(shortfall[fed & ~asked], now), _without_ask(shortfall[~fed], now, UNFED)]
    whole = pd.concat([part for part in (chosen, *others) if len(part)] or others)
    return whole.assign(closes=whole["probability"] >= EVEN)


def _finish(shortfall: pd.Series) -> pd.DataFrame:
    """The ask to finish what waits: as many as are missing."""
    missing = shortfall.to_numpy(float)
    return pd.DataFrame(
        {"unit_code": shortfall.index, "method": FINISH, "rank": 0, "gain": missing, "gain_cumulated": missing}
    )


def _waiting(history: History, counts: Counts, units: pd.Index) -> np.ndarray:
    """How many dossiers of each unit would count if they had a result."""
    return _of_units(_by_code(history, (counts.filed - counts.resolved).sum(axis=1)), units)


def _by_code(history: History, values: np.ndarray) -> pd.Series:
    """One value of each series, by its code."""
    return pd.Series(values, index=history.names["unit_code"])


def _of_units(values: pd.Series, units: pd.Series | pd.Index) -> np.ndarray:
    """The values of some units, by their codes."""
    return values.reindex(units).to_numpy(float)


def _growth(history: History, units: pd.Series) -> np.ndarray:
    """How many more dossiers of any kind are expected for each that a unit has had."""
    by_unit = history.table.groupby(["unit_code", "month"])["dossiers"].sum().unstack(fill_value=0)
    counted = by_unit.reindex(index=history.names["unit_code"], columns=history.months, fill_value=0).to_numpy()
    more = remaining(history, counted).mean / np.maximum(counted.sum(axis=1), 1)
    return _of_units(_by_code(history, more), units)


def _hit(had: pd.Series, to_come: pd.Series) -> np.ndarray:
    """The chance that a procedure with some dossiers gets another: its rate is known from those alone, so none comes
    with the probability of a negative binomial's zero.
    """
    return np.asarray(-np.expm1(-had * np.log1p(to_come / had)), dtype=float)


def _at_least(wanted: int, chances: np.ndarray) -> float:
    """The probability that so many of independent events happen: the Poisson binomial distribution, exactly."""
    counts = np.ones(1)
    for chance in chances:
        counts = np.convolve(counts, [1 - chance, chance])
    return float(counts[wanted:].sum()) if wanted < len(counts) else 0.0
