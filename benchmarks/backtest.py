"""Tries the projection on synthetic years whose end is known: are its intervals and probabilities right?

python -m benchmarks.backtest [--years 24] [--dossiers 56000] writes src/analysis/outlook/backtest.csv, which
the report shows. Each year has its own units, procedures and course: online filing may grow or not, jump or not,
at another time. From each month's end, with what is known on that day, the end of the year is foretold.
"""

import argparse
import sys
from calendar import monthrange
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import ibis
import numpy as np
import pandas as pd

from analysis.measures.attainment import attain
from analysis.measures.history import History, history
from analysis.outlook.evidence import BANDS, EVIDENCE, model_digest
from analysis.outlook.projection import projections
from analysis.reference.decision import ATTAINED, DEFAULT, PROCEDURES, Decision
from analysis.reference.tables import Reference, load_reference
from analysis.sample.known import known_on
from analysis.sample.province import read_province
from analysis.sample.year import DECISION_DAY, Course, Year, live

REFERENCE = Path(__file__).parents[1] / "data/reference"
MONTHS = range(1, 12)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtest", description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, default=24, help="how many synthetic years (default 24)")
    parser.add_argument("--dossiers", type=int, default=56_000, help="dossiers of each (default 56000)")
    parser.add_argument("--out", type=Path, default=EVIDENCE, help="where the table goes")
    parser.add_argument("--dump", type=Path, help="a Parquet file for every single forecast")
    chosen = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        forecasts = pd.concat(pool.map(partial(try_year, chosen.dossiers), range(chosen.years)), ignore_index=True)
    table = summary(forecasts).assign(years=chosen.years, dossiers=chosen.dossiers, digest=model_digest())
    chosen.out.parent.mkdir(exist_ok=True)
    table.to_csv(chosen.out, index=False, lineterminator="\n", float_format="%.4f")
    if chosen.dump:
        forecasts.to_parquet(chosen.dump)
    print(table.drop(columns="digest").to_string())
    sys.stdout.flush()


def try_year(dossiers: int, seed: int) -> pd.DataFrame:
    """What was foretold at each month's end, beside what came: target, unit, month, quantiles, baselines, outcome."""
    rng = np.random.default_rng([20_20, seed])
    course = course_of(rng)
    year = live(read_province(REFERENCE), int(dossiers * rng.uniform(0.5, 1.5)), rng, course)
    reference = load_reference(REFERENCE)
    decision = reference.decision("", date(2020, 12, 31))
    end = _standing(year, reference, decision, date(2020, 12, 31))
    outcome = end[["target_id", "unit_code", "value", "status"]].rename(columns={"value": "came"})
    parts = []
    for month in MONTHS:
        day = date(2020, month, monthrange(2020, month)[1])
        table = known_on(year, day)
        known = history(ibis.memtable(table), reference, decision, day)
        standing = _standing(year, reference, decision, day)
        foretold = projections(standing, known).drop(columns=["value"])
        baseline = standing[["target_id", "unit_code", "value"]]
        parts.append(foretold.merge(baseline).merge(_last_month(known)).assign(month=month))
    return pd.concat(parts).merge(outcome, on=["target_id", "unit_code"]).assign(year=seed)


def course_of(rng: np.random.Generator) -> Course:
    """How online filing moves in a made-up year: it grows or not, jumps or not, at another time."""
    return Course(
        rng.uniform(0, 1.6), rng.uniform(0, 1.4), DECISION_DAY + int(rng.integers(-60, 90)), rng.uniform(0, 4)
    )


def summary(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Coverage by kind of target and month, Brier scores beside the baselines', and the reliability table."""
    known = forecasts.dropna(subset=["probability", "came"])
    known = known.assign(
        kind=np.where(known["measure"] == PROCEDURES, "procedures", "dossiers"),
        attained=(known["status"] == ATTAINED).astype(float),
        inside=(known["came"] >= known["lower"] - 1e-9) & (known["came"] <= known["upper"] + 1e-9),
        run_rate=(known["value"].fillna(0) >= known["minimum"]).astype(float),
        last_month=(known["last"].fillna(0) >= known["minimum"]).astype(float),
    )
    # A value that cannot move any more is no proof of an interval: it must have a width.
    wide = known[known["upper"] > known["lower"]]
    rows = []
    for name, some in [("all", known), *known.groupby("kind"), *known.groupby("month")]:
        inside = wide.loc[wide.index.isin(some.index), "inside"]
        rows.append(
            {
                "table": "score",
                "group": str(name),
                "forecasts": len(some),
                "intervals": len(inside),
                "coverage": inside.mean(),
                **{f"brier_{rule}": ((some[of] - some["attained"]) ** 2).mean() for rule, of in _RULES.items()},
            }
        )
    bands = pd.cut(known["probability"], BANDS, include_lowest=True, labels=False)
    for band, some in known.groupby(bands):
        low, high = BANDS[int(band)], BANDS[int(band) + 1]
        rows.append(
            {
                "table": "reliability",
                "group": f"{low:g}-{high:g}",
                "forecasts": len(some),
                "foretold": some["probability"].mean(),
                "attained": some["attained"].mean(),
            }
        )
    return pd.DataFrame(rows)


_RULES = {"projection": "probability", "run_rate": "run_rate", "last_month": "last_month"}


def _standing(year: Year, reference: Reference, decision: Decision, day: date) -> pd.DataFrame:
    rows = attain(ibis.memtable(known_on(year, day)), reference, decision, day)
    rows = rows[(rows["reading"] == DEFAULT) & (rows["window"] == "to_date")]
    return rows[rows["month"] == rows["month"].max()].drop(columns="month")


def _last_month(known: History) -> pd.DataFrame:
    """Baseline: the share of the last month by itself (for procedures the value to date)."""
    parts = []
    for target in known.decision.targets:
        if target.measure == PROCEDURES:
            share = np.nan
        else:
            counts = known.counts(target)
            whole = counts.arising[:, -1]
            share = np.where(whole > 0, counts.filed[:, -1] / np.maximum(whole, 1), np.nan)
        parts.append(pd.DataFrame({"unit_code": known.names["unit_code"], "target_id": target.id, "last": share}))
    return pd.concat(parts)


if __name__ == "__main__":
    main()
