"""A model of 2025 in a province that loses its districts in mid-year: which dossiers arose and with what end.

Units and procedures have days of their own: nobody files where there is no unit, nor for what is not offered. From July
on the national portal is the one gateway, and dossiers are numbered for the whole province. A seed fixes the year.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sample.year import APPLICANTS, CHANNELS, SOURCES, STATUSES

FIRST, LAST = pd.Timestamp(2025, 1, 1), pd.Timestamp(2025, 12, 31)
CHANGE = pd.Timestamp(2025, 7, 1)  # from this day there are two tiers, and one gateway
_HALVES = (
    (FIRST, CHANGE - pd.Timedelta(days=1), {"province": 0.15, "district": 0.12, "commune": 0.22}),
    (CHANGE, LAST, {"province": 0.19, "commune": 0.32}),
)
_HOLIDAYS = pd.to_datetime(["2025-01-01", "2025-04-07", "2025-04-30", "2025-05-01", "2025-09-01", "2025-09-02"])
_TET = pd.date_range("2025-01-25", "2025-02-02")
_PROMISED = {
    "province": (3, 5, 7, 10, 15, 20),
    "district": (1, 3, 5, 7, 10),
    "commune": (0, 1, 2, 3, 5),
}  # working days
_BASE = {"province": 0.4, "district": -0.4, "commune": -0.3}
_FOR_OTHERS = 0.06  # of communes' dossiers from July on: taken in by another commune
_AWAITED = pd.Timestamp(2025, 11, 1)  # what was received before has all the papers it needs by the year's end
_STALE = 0.08  # of July's dossiers of merged communes: still under the old commune's name


def read_units(reference: Path) -> pd.DataFrame:
    """units.csv with its days as days, open ones at the year's ends."""
    units = _read(reference / "units.csv")
    return units.assign(valid_from=_day(units["valid_from"], FIRST), valid_to=_day(units["valid_to"], LAST, 1))


def live(reference: Path, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """``count`` dossiers in order of receipt: dossier_id, unit_code, tier, procedure_code, procedure_name, level,
    channel, applicant, source ("" unknown), received_at, due_at, completed_at (NaT never), final (status at the end),
    digitised (yes or no), received_by (the unit that took it in).
    """
    offers = _offers(read_units(reference), _read(reference / "catalogue.csv"))
    busy = _busy()
    spans = [(first, last, tier, share) for first, last, shares in _HALVES for tier, share in shares.items()]
    ends = np.round(np.cumsum([share for *_, share in spans]) * count).astype(int)
    parts = [
        _arisen(offers, first, last, tier, some, busy, rng)
        for (first, last, tier, _), some in zip(spans, np.diff(ends, prepend=0), strict=True)
    ]
    dossiers = pd.concat(parts, ignore_index=True)
    dossiers["applicant"] = _drawn(APPLICANTS, (0.85, 0.1, 0.03, 0.02), len(dossiers), rng)
    dossiers["channel"] = _channels(dossiers, rng)
    dossiers["source"] = _sources(dossiers, rng)
    dossiers["received_at"] += pd.to_timedelta(_minutes(dossiers["channel"], rng), unit="min")
    _add_results(dossiers, rng)
    dossiers = dossiers.sort_values(["received_at", "unit_code", "procedure_code"], kind="stable", ignore_index=True)
    dossiers["digitised"] = _drawn(("yes", "no"), (0.7, 0.3), len(dossiers), rng)
    dossiers["received_by"] = _taken_in(dossiers, rng)
    dossiers["unit_code"] = _stale(dossiers, _read(reference / "successors.csv"), rng)
    dossiers["dossier_id"] = _numbered(dossiers)
    return dossiers


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _day(days: pd.Series, otherwise: pd.Timestamp, later: int = 0) -> pd.Series:
    return pd.to_datetime(days.replace("", None)).fillna(otherwise + pd.Timedelta(days=later))


def _offers(units: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Who offers what at which level from which day until before which: where unit and line of the catalogue meet."""
    names = ["unit_code", "tier", "valid_from", "valid_to"]
    own, shared = catalogue[catalogue["unit_code"] != ""], catalogue[catalogue["unit_code"] == ""]
    lines = [
        own.merge(units[names], on=["unit_code", "tier"], suffixes=("", "_unit")),
        shared.drop(columns="unit_code").merge(units[names], on="tier", suffixes=("", "_unit")),
    ]
    found = pd.concat(lines, ignore_index=True)
    return found.assign(
        level=found["level"].astype(int),
        start=pd.concat([_day(found["valid_from"], FIRST), found["valid_from_unit"]], axis=1).max(axis=1),
        end=pd.concat([_day(found["valid_to"], LAST, 1), found["valid_to_unit"]], axis=1).min(axis=1),
    )


def _busy() -> pd.Series:
    """How much is filed on each day of the year: on working days, hardly at weekends and holidays."""
    days = pd.date_range(FIRST, LAST)
    weight = np.choose(days.day_of_week, [1.1, 1, 1, 1, 0.95, 0.1, 0.02])
    return pd.Series(np.where(days.isin(_HOLIDAYS) | days.isin(_TET), 0.01, weight), days)


def _arisen(
    offers: pd.DataFrame,
    first: pd.Timestamp,
    last: pd.Timestamp,
    tier: str,
    count: int,
    busy: pd.Series,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Dossiers of a tier between two days: procedures have a heavy tail, units differ in size."""
    open_ = offers[(offers["tier"] == tier) & (offers["start"] <= last) & (offers["end"] > first)]
    sizes = {
        name: dict(zip(sorted(open_[name].unique()), rng.lognormal(0, spread, open_[name].nunique()), strict=True))
        for name, spread in (("unit_code", 0.4), ("procedure_code", 1.2))
    }
    before = busy.cumsum()
    starts = np.searchsorted(before.index, np.maximum(open_["start"], first))
    ends = np.searchsorted(before.index, np.minimum(open_["end"], last + pd.Timedelta(days=1)))
    until = np.append(0.0, before.to_numpy())
    weight = open_["unit_code"].map(sizes["unit_code"]) * open_["procedure_code"].map(sizes["procedure_code"])
    weight *= (until[ends] - until[starts]) * np.where(open_["level"] >= 3, 2.5, 1.0)
    chosen = rng.choice(len(open_), count, p=weight / weight.sum())
    moment = until[starts[chosen]] + rng.random(count) * (until[ends[chosen]] - until[starts[chosen]])
    day = np.clip(np.searchsorted(before.to_numpy(), moment), starts[chosen], ends[chosen] - 1)
    dossiers = open_[["unit_code", "tier", "procedure_code", "procedure_name", "level"]].iloc[chosen]
    return dossiers.assign(received_at=before.index[day]).reset_index(drop=True)


def _channels(dossiers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """More is filed online the more a service allows and the longer the year lasts, and in July at once."""
    passed = ((dossiers["received_at"] - FIRST) / pd.Timedelta(days=365)).to_numpy()
    units = sorted(dossiers["unit_code"].unique())
    habit = dossiers["unit_code"].map(dict(zip(units, rng.normal(0, 0.7, len(units)), strict=True))).to_numpy()
    leaning = dossiers["tier"].map(_BASE).to_numpy() + habit + 0.9 * passed + 0.6 * (dossiers["received_at"] >= CHANGE)
    leaning += np.where(dossiers["level"] == 4, 0.5, 0.0)
    online = rng.random(len(dossiers)) < np.where(dossiers["level"] >= 3, 1 / (1 + np.exp(-leaning)), 0.03)
    by_post = rng.random(len(dossiers)) < 0.05
    return np.where(online, CHANNELS[0], np.where(by_post, CHANNELS[2], CHANNELS[1])).astype(object)


def _sources(dossiers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    online, after = dossiers["channel"] == "online", dossiers["received_at"] >= CHANGE
    count = len(dossiers)
    known = (*SOURCES, "")  # provincial portal, national portal, one-stop, ministry's, paper, not told
    gateway = _drawn(known, (0, 0.94, 0, 0.04, 0, 0.02), count, rng)
    portals = _drawn(known, (0.72, 0.2, 0, 0.05, 0, 0.03), count, rng)
    desk = _drawn(known, (0.1, 0, 0.82, 0.03, 0.02, 0.03), count, rng)
    return np.where(online, np.where(after, gateway, portals), desk)


def _minutes(channel: pd.Series, rng: np.random.Generator) -> np.ndarray:
    office = rng.choice([7, 8, 8, 9, 9, 10, 13, 14, 14, 15, 16], len(channel))
    hour = np.where(channel == "online", rng.integers(6, 23, len(channel)), office)
    return hour * 60 + rng.integers(0, 60, len(channel))


def _add_results(dossiers: pd.DataFrame, rng: np.random.Generator) -> None:
    """Adds ``due_at``, ``completed_at`` and ``final``: most results in time, fewer in the weeks after the change."""
    count, day = len(dossiers), dossiers["received_at"].dt.normalize()
    codes = sorted(dossiers["procedure_code"].unique())
    number = dossiers["procedure_code"].map(dict(zip(codes, range(len(codes)), strict=True)))
    promised = [_PROMISED[tier][at % len(_PROMISED[tier])] for tier, at in zip(dossiers["tier"], number, strict=True)]
    span = np.array(promised) + np.array(promised) // 5 * 2
    dossiers["due_at"] = _working(day + pd.to_timedelta(span, unit="D"))
    haste = np.where((day >= CHANGE) & (day < CHANGE + pd.Timedelta(days=45)), 0.95, 0.76)
    taken = np.floor((span + 0.5) * haste * rng.lognormal(0, 0.22, count)).astype(int)
    done = _working(day + pd.to_timedelta(taken, unit="D")) + pd.to_timedelta(17 * 60, unit="min")
    final = _drawn(STATUSES, (0.01, 0, 0.01, 0.95, 0.02, 0.01), count, rng)
    final[(final == "supplement") & (day < _AWAITED)] = "resolved"
    ended = np.isin(final, ["resolved", "refused"])
    dossiers["completed_at"] = pd.Series(done).where(ended, pd.NaT)
    dossiers["final"] = final


def _working(days: pd.Series) -> pd.Series:
    return days + pd.to_timedelta(np.select([days.dt.day_of_week == 5, days.dt.day_of_week == 6], [2, 1], 0), unit="D")


def _stale(dossiers: pd.DataFrame, successors: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """The unit that each dossier names: for a while some still name one that went whole into the new one."""
    whole = successors[(successors["share"] == "1") & (pd.to_datetime(successors["from"]) == CHANGE)]
    heirs = {new: sorted(of["old_code"]) for new, of in whole.groupby("new_code")}
    late = dossiers["received_at"].between(CHANGE, CHANGE + pd.Timedelta(days=31))
    chosen = late & dossiers["unit_code"].isin(heirs) & (rng.random(len(dossiers)) < _STALE)
    units = dossiers["unit_code"].to_numpy(dtype=object, copy=True)
    for at in np.flatnonzero(chosen):
        units[at] = heirs[units[at]][at % len(heirs[units[at]])]
    return units


def _taken_in(dossiers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """From July on any commune may take a dossier in for another."""
    new = (dossiers["received_at"] >= CHANGE) & (dossiers["tier"] == "commune")
    others = rng.choice(sorted(dossiers["unit_code"][new].unique()), len(dossiers)) if new.any() else ""
    return np.where(new & (rng.random(len(dossiers)) < _FOR_OTHERS), others, dossiers["unit_code"])


def _numbered(dossiers: pd.DataFrame) -> pd.Series:
    """``H45.18-250115-0001`` until June, from July on ``H45-250715-0001``."""
    after = dossiers["received_at"] >= CHANGE
    issuer = dossiers["unit_code"].where(~after, dossiers["unit_code"].str.partition(".")[0])
    day = dossiers["received_at"].dt.strftime("%y%m%d")
    serial = dossiers.groupby([issuer, day]).cumcount() + 1
    return issuer + "-" + day + "-" + serial.map("{:04d}".format)


def _drawn(codes: tuple[str, ...], shares: tuple[float, ...], count: int, rng: np.random.Generator) -> np.ndarray:
    return np.array(codes, dtype=object)[rng.choice(len(codes), count, p=np.array(shares) / sum(shares))]
