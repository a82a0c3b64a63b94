"""Tries the projection on years whose end is known: are its intervals and probabilities right?

python -m benchmarks.backtest [--years 8] [--dossiers 56000] writes src/analysis/outlook/backtest.csv, which the report
shows. The made-up years have each their own units, procedures and kind of course (``provinces.KINDS``), none as the
projection supposes; the real ones are England's emergency departments (``real/``, see README.md). From each month's
end, with what is known on that day, the end of the year is foretold, by the projection and by two rivals: a trivial
one, for whom the value to date is final, and a sensible one, for whom all goes on at the rate to date.
"""

import argparse
import sys
from calendar import monthrange
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.history import Counts, History, history
from analysis.outlook.arrivals import Calendar, calendar
from analysis.outlook.evidence import BANDS, EVIDENCE, TRIED_MONTHS, level_of, model_digest
from analysis.outlook.projection import Course, foretell, outlooks
from analysis.reference.decision import PROCEDURES, Target
from analysis.reference.tables import load_reference
from analysis.sample.known import known_on
from benchmarks.provinces import END, KINDS, REFERENCE, year_of

REAL = Path(__file__).with_name("real") / "nhs-ae-attendances.csv"
MONTHS = range(1, TRIED_MONTHS + 1)
REAL_YEARS, REAL_MONTHS = (2016, 2017, 2018), (3, 6, 9)  # from April on
REAL_TARGET = Target.model_construct(id="four-hours", minimum=Fraction(95, 100))
_DAYS = 21.0  # of a month that counts no working days
_FADING = 0.7
_RULES = {"projection": "probability", "run_rate": "run_rate", "beta_binomial": "rival"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtest", description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, default=8, help="how many made-up years of each kind (default 8)")
    parser.add_argument("--dossiers", type=int, default=56_000, help="dossiers of each (default 56000)")
    parser.add_argument("--out", type=Path, default=EVIDENCE, help="where the table goes")
    parser.add_argument("--dump", type=Path, help="a Parquet file for every single forecast")
    chosen = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        tried = pool.map(partial(try_year, chosen.dossiers), *zip(*product(KINDS, range(chosen.years)), strict=True))
        forecasts = judged(pd.concat(tried, ignore_index=True))
    real = judged(pd.concat([try_real(year, month) for year, month in product(REAL_YEARS, REAL_MONTHS)]))
    about = {"years": chosen.years * len(KINDS), "dossiers": chosen.dossiers, "digest": model_digest()}
    table = pd.concat([summary(forecasts), scores("real", real, "month")], ignore_index=True).assign(**about)
    chosen.out.parent.mkdir(exist_ok=True)
    table.to_csv(chosen.out, index=False, lineterminator="\n", float_format="%.4f")
    if chosen.dump:
        forecasts.to_parquet(chosen.dump)
    print(table.drop(columns=list(about)).to_string())
    sys.stdout.flush()


def try_year(dossiers: int, kind: str, seed: int) -> pd.DataFrame:
    """What was foretold at each month's end of a made-up year, beside what came."""
    year, _ = year_of(kind, seed, dossiers)
    reference = load_reference(REFERENCE)
    decision = reference.decision("", END)
    parts = []
    for month in (*MONTHS, 12):
        day = date(2020, month, monthrange(2020, month)[1])
        known = history(ibis.memtable(known_on(year, day)), reference, decision, day)
        parts.append(_foretold(known).assign(month=month))
    *parts, end = parts
    came = end[["target_id", "unit_code", "value"]].rename(columns={"value": "came"})
    return pd.concat(parts).merge(came, on=["target_id", "unit_code"]).assign(generator=kind, year=seed)


def _foretold(known: History) -> pd.DataFrame:
    """One row per target and series: the outlook, the value to date, the rival's probability."""
    parts = []
    found = outlooks(known)
    for target in known.decision.targets:
        if target.measure == PROCEDURES:
            value, rival = _procedures(target, known)
        else:
            counts = known.counts(target)
            value, rival = _share(counts), beta_binomial(counts, target.minimum, calendar(known))
        parts.append(
            pd.DataFrame(
                {
                    **found[target.id]._asdict(),
                    "target_id": target.id,
                    "measure": target.measure,
                    "minimum": float(target.minimum),
                    "unit_code": known.names["unit_code"],
                    "level": [level_of(*name) for name in known.names[["unit_code", "tier"]].to_numpy()],
                    "value": value,
                    "rival": rival,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _share(counts: Counts) -> np.ndarray:
    whole = counts.arising.sum(axis=1)
    return np.where(whole > 0, counts.resolved.sum(axis=1) / np.maximum(whole, 1), np.nan)


def beta_binomial(counts: Counts, minimum: Fraction, when: Calendar) -> np.ndarray:
    """The sensible rival: as many more by working day as to date, filed online with the share to date, of which the
    data know as much as a Beta distribution with half an observation of each kind.
    """
    filed, whole = counts.filed.sum(axis=1), counts.arising.sum(axis=1)
    more = np.round(whole * when.left / max(when.days.sum(), 1)).astype(np.int64)
    needed = np.maximum(-(-minimum.numerator * (whole + more) // minimum.denominator) - filed, 0)
    return np.asarray(stats.betabinom.sf(needed - 1, more, filed + 0.5, whole - filed + 0.5))


def _procedures(target: Target, known: History) -> tuple[np.ndarray, np.ndarray]:
    """The share hit to date, and the sensible rival: as many more as in the last month, each month fewer."""
    names = known.names["unit_code"]
    offered = known.offered(target).groupby("group_code")["first"]
    whole = offered.size().reindex(names, fill_value=0).to_numpy()
    hit = offered.agg(lambda first: (first > 0).sum()).reindex(names, fill_value=0).to_numpy()
    last = offered.agg(lambda first: (first == known.months[-1]).sum()).reindex(names, fill_value=0).to_numpy()
    days = calendar(known)
    months = days.left / _DAYS
    coming = (last + 0.5) * sum(
        _FADING**step * min(months - step + 1, 1) for step in range(1, int(np.ceil(months)) + 1)
    )
    needed = np.maximum(-(-target.minimum.numerator * whole // target.minimum.denominator) - hit, 0)
    rival = np.where(needed > whole - hit, 0, stats.poisson.sf(needed - 1, coming))
    return np.where(whole > 0, hit / np.maximum(whole, 1), np.nan), rival


def try_real(year: int, month: int) -> pd.DataFrame:
    """What was foretold of England's departments at a month's end (of the year from April on), beside what came."""
    table = pd.read_csv(REAL)
    period = pd.PeriodIndex(table["period"], freq="M")
    table["month"] = (period.year - year) * 12 + period.month - 4
    known = table[table["month"].between(0, 11)]["org_code"].unique()

    def counted(first: int, last: int) -> Counts:
        wide = table.pivot_table(index="org_code", columns="month", values=["attendances", "breaches"], aggfunc="sum")
        whole, late = (
            wide[of].reindex(index=known, columns=range(first, last)).fillna(0).to_numpy(np.int64)
            for of in ("attendances", "breaches")
        )
        whole, met = (np.vstack([part.sum(axis=0), part]) for part in (whole, whole - late))
        return Counts(met, met, whole)

    counts, end = counted(0, month), counted(0, 12)
    kinds = np.array(["group", *["department"] * len(known)])
    when = Calendar(np.full(month, _DAYS), round(_DAYS * (12 - month)))
    earlier = counted(12 * (REAL_YEARS[0] - year), 0)
    drawn = foretell(counts, kinds, when, np.random.default_rng([20_20, year, month]), earlier)
    sure = np.ones(len(kinds))
    found = Course(REAL_TARGET, counts, *drawn, sure, sure).outlook()
    rival = beta_binomial(counts, REAL_TARGET.minimum, when)
    parts = {"level": np.where(kinds == "group", "ALL", kinds), "value": _share(counts), "came": _share(end)}
    return pd.DataFrame({**found._asdict(), **parts, "rival": rival}).assign(minimum=0.95, month=month, year=year)


def judged(forecasts: pd.DataFrame) -> pd.DataFrame:
    """The forecasts of something to count, with what became of them: ``inside`` is missing where a value could not move
    any more, which would be no proof of an interval.
    """
    known = forecasts.dropna(subset=["probability", "came"])
    inside = (known["came"] >= known["lower"] - 1e-9) & (known["came"] <= known["upper"] + 1e-9)
    return known.assign(
        attained=(known["came"] >= known["minimum"] - 1e-9).astype(float),
        run_rate=(known["value"].fillna(0) >= known["minimum"] - 1e-9).astype(float),
        inside=inside.astype(float).where(known["upper"] > known["lower"]),
    )


def summary(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Coverage and Brier scores by kind of target, month, level and kind of year, and the reliability table."""
    kinds = np.where(forecasts["measure"] == PROCEDURES, "procedures", "dossiers")
    bands = pd.cut(forecasts["probability"], BANDS, include_lowest=True, labels=False)
    reliability = [
        {
            "table": "reliability",
            "group": f"{BANDS[int(band)]:g}-{BANDS[int(band) + 1]:g}",
            "forecasts": len(some),
            "foretold": some["probability"].mean(),
            "attained": some["attained"].mean(),
        }
        for band, some in forecasts.groupby(bands)
    ]
    return pd.concat(
        [
            scores("score", forecasts.assign(all="all"), "all"),
            scores("score", forecasts.assign(kind=kinds), "kind"),
            scores("score", forecasts, "month"),
            scores("level", forecasts, "level", "month"),
            scores("generator", forecasts, "generator", "level"),
            scores("generator_month", forecasts, "generator", "month"),
            pd.DataFrame(reliability),
        ],
        ignore_index=True,
    )


def scores(name: str, forecasts: pd.DataFrame, group: str, within: str = "") -> pd.DataFrame:
    """By ``group`` (and ``within`` it): how many forecasts, how many intervals and which share held, Brier scores."""
    rows = []
    for key, some in forecasts.groupby([group, within] if within else [group]):
        brier = {f"brier_{rule}": ((some[of] - some["attained"]) ** 2).mean() for rule, of in _RULES.items()}
        held = {"intervals": some["inside"].count(), "coverage": some["inside"].mean()}
        place = {"group": str(key[0]), "within": str(key[1]) if within else ""}
        rows.append({"table": name, **place, "forecasts": len(some), **held, **brier})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
