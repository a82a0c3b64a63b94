"""When the sample's online dossiers were filed, where that is asked for: a column that exports need not have.

Citizens file at any hour and an office accepts hours later. At some units, planted and told, staff file what came to
the counter: accepted within a minute and done within a quarter of an hour, in the year's last months.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.sample.moments import spell_moments
from analysis.sample.plan import Sender
from analysis.sample.year import CHANNELS, STATUSES, Year

COLUMN, WAY = "submitted_at", "iso_hms"
TOKEN_FILING = "token_filing"  # the role of the planted units
_SHARE, _LEAST = 0.1, 60  # of the units that have so many online dossiers from then on; one at least
_FROM = 245  # the day, of the year, from which it goes on
_ONLINE, _RESOLVED = CHANNELS.index("online"), STATUSES.index("resolved")


def told(sender: Sender) -> Sender:
    """A sender whose exports have the column, and the hour of each moment."""
    style = sender.style
    hours = dict.fromkeys(style.dates, WAY)
    return replace(sender, style=replace(style, columns=(*style.columns, COLUMN), dates=hours))


def plant(year: Year, rng: np.random.Generator) -> Year:
    """The year with ``gap``, the minutes from filing to receipt (-1: not filed online), and the planted units."""
    dossiers = year.dossiers.copy()
    online = dossiers["channel"].to_numpy() == _ONLINE
    late = online & (dossiers["day"].to_numpy() >= _FROM)
    units = np.bincount(dossiers["unit"][late], minlength=len(year.province.units))
    large = rng.permutation(np.flatnonzero(units >= _LEAST))
    planted = large[: max(1, round(_SHARE * len(large)))]
    token = late & np.isin(dossiers["unit"], planted) & (rng.random(len(dossiers)) < 0.8)
    dossiers["gap"] = np.where(online, np.ceil(rng.lognormal(4.6, 1.0, len(dossiers))).astype(np.int64), -1)
    dossiers.loc[token, "gap"] = 0
    dossiers.loc[token, "done"] = dossiers.loc[token, "day"]
    dossiers.loc[token, "done_minute"] = np.minimum(dossiers.loc[token, "minute"] + 9, 1439)
    dossiers.loc[token, "final"] = _RESOLVED
    codes = sorted(year.province.units["unit_code"].iloc[planted])
    return replace(year, dossiers=dossiers, roles=year.roles | {TOKEN_FILING: codes})


def filed_cells(dossiers: pd.DataFrame) -> np.ndarray:
    """The column's cells; None where a dossier was not filed online."""
    moments = (
        dossiers["day"].to_numpy() * 1440 + dossiers["minute"].to_numpy() - np.maximum(dossiers["gap"], 0).to_numpy()
    )
    cells, _ = spell_moments(moments // 1440, moments % 1440, WAY)
    return np.where(dossiers["gap"].to_numpy() >= 0, cells, np.array(None, dtype=object))
