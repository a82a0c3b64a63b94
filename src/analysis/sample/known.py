"""A made-up year as the dossiers of a clean run, with no export between: for trying what builds on them."""

from datetime import date

import numpy as np
import pandas as pd

from analysis.sample.province import FIRST_DAY
from analysis.sample.year import APPLICANTS, CHANNELS, SOURCES, STATUSES, Year


def known_on(year: Year, day: date) -> pd.DataFrame:
    """The year's dossiers as dossiers.parquet has them, with what is known on a day."""
    dossiers, province, last = year.dossiers, year.province, (day - FIRST_DAY).days
    some = dossiers[dossiers["day"] <= last]
    origin = pd.Timestamp(FIRST_DAY)
    done = some["done"].to_numpy()
    open_ = (done < 0) | (done > last)
    final = np.array(STATUSES, dtype=object)[some["final"]]
    # A withdrawal is known when it happens; who has no result yet is being dealt with.
    status = np.where(open_ & np.isin(final, ["resolved", "refused", "withdrawn"]), "processing", final)
    level = some["level"].to_numpy()
    return pd.DataFrame(
        {
            "dossier_id": some["dossier_id"].to_numpy(),
            "unit_code": province.units["unit_code"].to_numpy()[some["unit"]],
            "procedure_code": province.procedures["procedure_code"].to_numpy()[some["procedure"]],
            "received_at": origin + pd.to_timedelta(some["day"].to_numpy(), unit="D"),
            "completed_at": (origin + pd.to_timedelta(np.where(open_, 0, done), unit="D")).where(~open_, pd.NaT),
            "level": pd.array(np.where(level > 0, level, 0), dtype="Int64"),
            "channel": _words(CHANNELS, np.asarray(some["channel"])),
            "applicant": _words(APPLICANTS, np.asarray(some["applicant"])),
            "source": _words(SOURCES, np.asarray(some["source"])),
            "status": status,
        }
    )


def _words(words: tuple[str, ...], codes: np.ndarray) -> list[str | None]:
    return [None if code < 0 else words[code] for code in codes]
