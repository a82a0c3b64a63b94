"""How exports write days and times: as text in several fashions, as real date cells, as bare Excel serials."""

import numpy as np

from analysis.sample.province import FIRST_DAY

NUMBER_WAYS = ("cell", "serial")  # a number that is shown as a date, and one that is not
_FIRST_SERIAL = 43831  # 1 January 2020 in Excel's 1900 system
_EARLIEST, _LATEST = -400, 800
_CLOCK = [(minute // 60, minute % 60, minute * 7 % 60) for minute in range(24 * 60)]


def spell_moments(days: np.ndarray, minutes: np.ndarray, way: str) -> tuple[np.ndarray, np.ndarray]:
    """Cells for moments (days since 1/1/2020, minutes of the day), and what they say, as datetime64[s].

    A way without a clock loses the time of the day; ``_hms`` ways and numbers know seconds.
    """
    says = np.datetime64(FIRST_DAY, "s") + days.astype("timedelta64[D]").astype("timedelta64[s]")
    if way in NUMBER_WAYS:
        seconds = minutes.astype("timedelta64[m]").astype("timedelta64[s]")
        return (_FIRST_SERIAL + days + minutes / 1440).astype(object), says + seconds
    cells = _DAY_WORDS[way.split("_")[0]][days - _EARLIEST]
    if way.endswith("_hm"):
        return cells + _MINUTE_WORDS["hm"][minutes], says + minutes.astype("timedelta64[m]").astype("timedelta64[s]")
    if way.endswith("_hms"):
        return cells + _MINUTE_WORDS["hms"][minutes], says + _SECONDS[minutes].astype("timedelta64[s]")
    return cells, says


_ALL_DAYS = (np.datetime64(FIRST_DAY) + np.arange(_EARLIEST, _LATEST)).astype(object)
_DAY_WORDS = {
    "dmy": np.array([f"{day:%d/%m/%Y}" for day in _ALL_DAYS], dtype=object),
    "iso": np.array([day.isoformat() for day in _ALL_DAYS], dtype=object),
}
_MINUTE_WORDS = {
    "hm": np.array([f" {hour:02d}:{minute:02d}" for hour, minute, _ in _CLOCK], dtype=object),
    "hms": np.array([f" {hour:02d}:{minute:02d}:{second:02d}" for hour, minute, second in _CLOCK], dtype=object),
}
_SECONDS = np.array([hour * 3600 + minute * 60 + second for hour, minute, second in _CLOCK])
