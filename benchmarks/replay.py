"""Carries out what was asked on the dossiers that really came after: is what was promised kept?

python -m benchmarks.replay [--years 7] [--dossiers 56000 | PARQUET]: made-up years whose end is known, as the backtest
has them, or the dossiers of a run (``data/processed/dossiers.parquet``). From the end of some months each unit's ask is
done to the letter, each target's by itself: dossiers of the procedures that it names are filed online as it says, those
that waited get their result. Of all asks of a band of promised probability the share that then attains stands beside
the mean promise, and beside what attains without.
"""

import argparse
from calendar import monthrange
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from itertools import product

import ibis
import numpy as np
import pandas as pd

from analysis.measures.attainment import attain
from analysis.measures.history import history
from analysis.outlook.closers import FINISH, KEEP, NOTHING, PEERS, UNFED, UNTOUCHED, VIA_PORTAL, closers
from analysis.outlook.projection import courses, projections
from analysis.reference.decision import ATTAINED, DEFAULT, Decision
from analysis.reference.keys import procedure_key
from analysis.reference.tables import Reference, load_reference
from analysis.sample.known import known_on
from benchmarks.provinces import END, KINDS, REFERENCE, year_of

MONTHS = (4, 6, 8, 9, 10)
_KEYS = ["target_id", "unit_code"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, default=7, help="how many made-up years of each kind (default 7)")
    parser.add_argument("--dossiers", default="56000", help="dossiers of each (default 56000), or a file of them")
    chosen = parser.parse_args()
    if chosen.dossiers.isdecimal():
        with ProcessPoolExecutor() as pool:
            years = zip(*product(KINDS, range(chosen.years)), strict=True)
            asked = pd.concat(pool.map(partial(try_year, int(chosen.dossiers)), *years), ignore_index=True)
    else:
        dossiers = pd.read_parquet(chosen.dossiers)
        asked = replay(lambda day: dossiers, np.random.default_rng(2020)).assign(kind="run")
    print(summary(asked, "method").to_string())
    print(summary(asked, "month").to_string())
    print(summary(asked, "kind").to_string())
    bands = pd.cut(asked["probability"], [0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1], include_lowest=True)
    print(summary(asked.assign(band=bands.astype(str)), "band").to_string())


def summary(asked: pd.DataFrame, by: str) -> pd.DataFrame:
    """How many asks, the mean promise, the share that attains with and without."""
    found = asked.groupby(by).agg(
        asks=("done", "size"), promised=("probability", "mean"), attained=("done", "mean"), without=("without", "mean")
    )
    return found.round(3)


def try_year(dossiers: int, kind: str, seed: int) -> pd.DataFrame:
    """The replay of one made-up year."""
    year, rng = year_of(kind, seed, dossiers)
    return replay(partial(known_on, year), rng).assign(kind=kind)


def replay(known: Callable[[date], pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """One row per ask of a unit: month, target, method, promised probability, attained with it and without; ``known``
    are the dossiers as they were known on a day.
    """
    reference = load_reference(REFERENCE)
    decision = reference.decision("", END)
    end = known(END)
    without = _status(end, reference, decision)
    parts = []
    for month in MONTHS:
        day = date(2020, month, monthrange(2020, month)[1])
        asks = _asks(known(day), reference, decision, day)
        for target, of_target in asks.groupby("target_id"):
            then = _status(_carried_out(end, day, of_target, rng), reference, decision)
            first = of_target.drop_duplicates("unit_code").set_index("unit_code")
            own = pd.MultiIndex.from_product([[target], first.index])
            parts.append(
                first[["method", "probability"]].assign(
                    **{"month": month, "target_id": target},
                    done=(then.reindex(own) == ATTAINED).to_numpy(),
                    without=(without.reindex(own) == ATTAINED).to_numpy(),
                )
            )
    return pd.concat(parts).reset_index()


def _asks(dossiers: pd.DataFrame, reference: Reference, decision: Decision, day: date) -> pd.DataFrame:
    table = ibis.memtable(dossiers)
    rows = attain(table, reference, decision, day)
    rows = rows[(rows["reading"] == DEFAULT) & (rows["window"] == "to_date")]
    standing = rows[rows["month"] == rows["month"].max()].drop(columns="month")
    known = history(table, reference, decision, day)
    course = courses(known)
    return closers(standing, known, projections(standing, known, course), course)


def _carried_out(table: pd.DataFrame, day: date, asks: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The dossiers as they would be if the asks of one target were done from the day after on."""
    keys = table["procedure_code"].map({code: procedure_key(code) for code in table["procedure_code"].unique()})
    later = (table["received_at"] > pd.Timestamp(day)).to_numpy()
    channel, source = table["channel"].to_numpy(object).copy(), table["source"].to_numpy(object).copy()
    status, done = table["status"].to_numpy(object).copy(), table["completed_at"].copy()
    places = table.groupby([table["unit_code"], keys]).indices
    by_unit = table.groupby("unit_code").indices
    for ask in asks.itertuples(index=False):
        if ask.method in (KEEP, UNFED, NOTHING):
            continue
        whole = by_unit[ask.unit_code]
        if ask.method == FINISH or not ask.procedure_key:
            own = whole
            waits = own[~later[own] & (channel[own] == "online") & done.isna().to_numpy()[own]]
            waits = waits[np.isin(status[waits], ["processing", "supplement"])]
            status[waits] = "resolved"
        if ask.method == FINISH:
            continue
        own = places.get((ask.unit_code, ask.procedure_key), np.array([], dtype=int)) if ask.procedure_key else whole
        own = own[later[own]]
        if ask.method == VIA_PORTAL:
            source[own] = np.where(pd.notna(source[own]), "provincial_portal", source[own])
        elif ask.method == UNTOUCHED:
            channel[own[:1]] = "online"
        else:
            share = ask.numerator / ask.denominator
            moved = (ask.peer_share - share) / (1 - share) if ask.method == PEERS else 1.0
            channel[own[rng.random(len(own)) < moved]] = "online"
    return table.assign(channel=channel, source=source, status=status)


def _status(table: pd.DataFrame, reference: Reference, decision: Decision) -> pd.Series:
    """Each unit's status at the end, by target and unit."""
    rows = attain(ibis.memtable(table), reference, decision, END)
    rows = rows[(rows["reading"] == DEFAULT) & (rows["window"] == "to_date") & (rows["month"] == "2020-12")]
    return rows.set_index(_KEYS)["status"]


if __name__ == "__main__":
    main()
