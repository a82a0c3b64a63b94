"""The criteria workbench: how long a slider's change takes until its table is there, on the shipped sample.

python -m benchmarks.sliders [--changes 200] makes the sample's processed data (benchmarks/.data/), then moves every
slider of every draft, as JupyterLab's kernel would be asked to; what the browser adds is not in it.
"""

import argparse
from itertools import cycle, islice
from statistics import median, quantiles
from time import perf_counter

from analysis.criteria.sliders import sliders
from analysis.criteria.workbench import workbench
from analysis.findings.report import read_report
from benchmarks.reports import REFERENCE, processed_sample

LIMIT = 0.2  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sliders", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--changes", type=int, default=200, help="how many changes of each draft are timed (default 200)"
    )
    chosen = parser.parse_args()
    processed = processed_sample()
    report = read_report(processed, REFERENCE)
    for draft in [name for name, criteria in report.reference.criteria.items() if not criteria.is_rival]:
        seconds = _changes(sliders(workbench(report, processed, draft)), chosen.changes)
        worst = quantiles(seconds, n=100)[98]
        verdict = "met" if worst <= LIMIT else "MISSED"
        print(
            f"{draft}: median {median(seconds) * 1000:.1f} ms, 99 of 100 under {worst * 1000:.1f} ms; 200 ms: {verdict}"
        )


def _changes(whole: object, count: int) -> list[float]:
    moved = [one for one in whole.children if hasattr(one, "step")]  # type: ignore[attr-defined]
    found = []
    for slider in islice(cycle(moved), count):
        begun = perf_counter()
        slider.value = slider.min if slider.value == slider.max else slider.max
        found.append(perf_counter() - begun)
    return found


if __name__ == "__main__":
    main()
