"""Reports of units: all of them at once against the plain loop of papermill and nbconvert commands; memory over 300.

python -m benchmarks.reports [--plain 5] [--jobs 0] makes the sample's processed data (benchmarks/.data/), then runs
both over the same notebook. Each plain report starts two processes, as a loop in a shell would; a sub-sample of
evenly spread units is timed. Byte code is compiled before, for both.
"""

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import monotonic

import analysis
from analysis.findings.report import Report, read_report
from analysis.language.texts import Language
from analysis.notebooks.batch import Made, make_pieces
from analysis.publication.unit_reports import report_task, unit_pieces, wanted_codes
from benchmarks.measuring import measure

PROJECT = Path(__file__).parents[1]
REFERENCE = PROJECT / "data/reference"
NOTEBOOK = PROJECT / "notebooks/unit.ipynb"
DATA = PROJECT / "benchmarks/.data/sample"
MANY = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__.splitlines()[0])
    parser.add_argument("--plain", type=int, default=5, help="how many units the plain loop is timed on (default 5)")
    parser.add_argument("--jobs", type=int, default=0, help="reports at once (default: one per core)")
    chosen = parser.parse_args()
    # The environment here may forbid Python to keep what it compiles; both ways are timed with compiled code.
    for folder in (Path(analysis.__file__).parent, sysconfig.get_path("purelib")):
        compileall.compile_dir(folder, quiet=2, workers=0)
    processed = processed_sample()
    report = read_report(processed, REFERENCE)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=DATA.parent) as name:
        folder = Path(name)
        codes = wanted_codes(report, ("all",))
        together = _together(report, processed, folder / "first", chosen.jobs)
        spread = codes[:: max(len(codes) // chosen.plain, 1)][: chosen.plain]
        plain = [_plain(processed, code, folder) for code in spread]
        _memory(report, processed, folder, chosen.jobs)
    each = together / len(codes)
    print(f"\nall {len(codes)} reports: {together:.1f} s, {each:.2f} s each, start included")
    print(f"plain loop, median of {len(plain)} ({', '.join(spread)}): {median(plain):.1f} s each")
    verdict = "met" if median(plain) / each >= 15 else "MISSED"
    print(f"plain / ours: {median(plain) / each:.1f}   at least 15: {verdict}")


def processed_sample() -> Path:
    """The shipped sample, cleaned and computed once."""
    processed = DATA / "processed"
    folders = ["--raw", PROJECT / "data/raw", "--reference", REFERENCE, "--processed", processed]
    command = [Path(sys.executable).with_name("dvctt"), "run", *folders, "--reports", DATA / "reports"]
    measure([*command, "--until", "duties"], PROJECT)
    return processed


def _together(report: Report, processed: Path, folder: Path, jobs: int) -> float:
    """Seconds for the reports of all units, from nothing."""
    begun = monotonic()
    made = _make(processed, report, folder, jobs, lambda count: None)
    if made.failed:
        sys.exit(f"failed: {made.failed}")
    return monotonic() - begun


def _plain(processed: Path, code: str, folder: Path) -> float:
    """Seconds for one report by the command lines."""
    executed = folder / "plain.ipynb"
    jupyter, papermill = (Path(sys.executable).with_name(name) for name in ("jupyter", "papermill"))
    parameters = [word for name, value in _parameters(processed).items() for word in ("-r", name, value)]
    begun = monotonic()
    for command in (
        [papermill, "--no-progress-bar", NOTEBOOK, executed, *parameters, "-r", "unit", code],
        [jupyter, "nbconvert", "--to", "html", "--no-input", executed],
    ):
        subprocess.run([str(word) for word in command], cwd=PROJECT, check=True, capture_output=True)
    return monotonic() - begun


def _memory(report: Report, processed: Path, folder: Path, jobs: int) -> None:
    """Resident memory of this process and of the interpreters that fork, while 300 reports are made."""
    sizes: list[tuple[int, int, int]] = []
    count = 0

    def note(finished: int) -> None:
        nonlocal count
        count += finished
        if finished and count % 50 == 0:
            sizes.append((count, _resident(os.getpid()), max(map(_resident, _descendants(os.getpid())), default=0)))

    number = 0
    while count < MANY:
        number += 1
        place = folder / f"memory-{number}"
        _make(processed, report, place, jobs, note)
        shutil.rmtree(place)
    print("reports made, MiB of the run, MiB of the largest interpreter:", *sizes, sep="\n  ")


def _make(processed: Path, report: Report, folder: Path, jobs: int, advance: Callable[[int], None]) -> Made:
    task = report_task(_parameters(processed), folder / "cache", Language(), jobs)
    pieces, wanted = unit_pieces(report, processed, NOTEBOOK), wanted_codes(report, ("all",))
    return make_pieces(task, pieces, wanted, folder / "month", report.language, advance)


def _parameters(processed: Path) -> dict[str, str]:
    return {"processed": str(processed), "reference": str(REFERENCE), "lang": "vi"}


def _descendants(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        own = [int(word) for word in children.read_text().split()]
    except OSError:
        return []
    return own + [further for child in own for further in _descendants(child)]


def _resident(process: int) -> int:
    """MiB, 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


if __name__ == "__main__":
    main()
