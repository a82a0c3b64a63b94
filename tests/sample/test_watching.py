"""The outages planted in the sample are those that a run finds, to the minute, and none beside them."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from support.folders import REFERENCE

from analysis.duties.availability import LOG, Seen, no_hours, outages
from analysis.exports.access_logs import read_logs
from analysis.exports.monitors import read_monitors
from analysis.language.texts import Language
from analysis.reference.availability import load_service
from analysis.sample.watching import write_watching


@pytest.mark.parametrize("seed", range(3))
def test_what_was_planted_is_found(seed: int, tmp_path: Path) -> None:
    planted = [one for one in write_watching(tmp_path, np.random.default_rng(seed)) if not one.maintenance]
    service = load_service(REFERENCE)
    traffic, of_logs = read_logs(sorted(tmp_path.glob("*.gz")), Language())
    intervals, of_monitors = read_monitors(sorted(tmp_path.glob("*.csv")), service, Language())
    found = outages(Seen(intervals, traffic, no_hours()), service.limits)
    seen = found[found["source"] != LOG]
    assert [(row.start.to_pydatetime(), row.end.to_pydatetime()) for row in seen.itertuples()] == [
        (one.start, one.end) for one in planted
    ]
    (failing,) = found[found["source"] == LOG].itertuples()
    last = planted[-1]
    # A minute of requests fails or does not: by chance one at either end may not.
    assert abs(failing.start - last.start) <= timedelta(minutes=1)
    assert abs(failing.end - last.end) <= timedelta(minutes=1)
    for ledger, good in ((of_logs, "requests"), (of_monitors, "used")):
        assert (ledger["lines" if "lines" in ledger else "rows"] == ledger[good]).all()
        assert (ledger["problem"] == "").all()
