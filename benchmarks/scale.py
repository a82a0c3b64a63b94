"""How cost grows with a nation's dossiers: ours against pandas, Polars, bare SQL and merely reading (README.md), and
the outlook of its units against their attainment.

python -m benchmarks.scale [--sizes 1 10 60] [--rounds 3] [--slow 1] [--most 10]

Every contender runs in a process of its own, one right after the other in each round. Their figures are held against
ours, and the run stops when one differs. Prints the tables of docs/giai-thich/quy-mo.md.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measuring import measure
from benchmarks.nation import make_nation

PROJECT = Path(__file__).parents[1]
QUICK, SLOW = ("ours", "bare", "floor", "sql", "polars"), ("pandas", "spark")
OUTLOOK = "outlook"  # of the units, which are as many whatever the dossiers: at the smallest size alone
MILLION = 1_000_000
# Our columns and theirs, as the same six.
OURS = """SELECT target_id, reading, unit_code, "window" AS name, 12 * month[1:4]::INT + month[6:7]::INT - 1 AS month,
    numerator, denominator FROM read_csv('{path}', all_varchar = true)"""
THEIRS = """SELECT target_id, reading, unit_code, window_name AS name, month::INT AS month, numerator, denominator
    FROM read_csv('{path}', all_varchar = true)"""
_RATIOS = (
    *(("bare", "ours / bare"), ("sql", "ours / sql"), ("floor", "ours / floor")),
    *(("pandas", "pandas / ours"), (OUTLOOK, "outlook / ours")),
)


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, seconds of the processors, peak resident MiB of the largest process, MiB that it asked to
    read, and the load of the machine before.
    """

    seconds: float
    cpu: float
    mib: float
    read: float
    load: float


Runs = dict[tuple[str, int], list[Run]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 60], help="millions of dossiers")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument("--slow", type=int, default=1, help="how often pandas and Spark are (default 1)")
    parser.add_argument("--most", type=int, default=10, help="the largest size for pandas and Spark (default 10)")
    chosen = parser.parse_args()
    runs: Runs = {}
    with tempfile.TemporaryDirectory(dir=PROJECT / "benchmarks/.data", prefix="scale-") as name:
        for size in chosen.sizes:
            folders = make_nation(size * MILLION)
            for number in range(chosen.rounds):
                slow = SLOW if number < chosen.slow and size <= chosen.most else ()
                for who in (*QUICK, *((OUTLOOK,) if size == min(chosen.sizes) else ()), *slow):
                    _run(who, size, folders, Path(name), runs)
    _report(runs)


def _run(who: str, size: int, folders: tuple[Path, Path], home: Path, runs: Runs) -> None:
    load, before = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN)
    out = home / f"{who}-{size}.csv"
    try:
        done = measure([sys.executable, "-m", "benchmarks.contenders", who, *folders, out], PROJECT)
    except subprocess.CalledProcessError as failed:
        print(f"{who} {size}: failed: {failed.output.strip().splitlines()[-1]}", flush=True)
        return
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    run = Run(done.seconds, cpu, done.mib, float(done.output.split()[-1]) / 2**20, load)
    runs.setdefault((who, size), []).append(run)
    memory = f"{run.mib:.0f} MiB, {run.read:.0f} MiB read"
    print(f"{who} {size}: {run.seconds:.1f} s, cpu {run.cpu:.1f} s, {memory}, load {load:.1f}", flush=True)
    if out.exists() and who not in ("ours", OUTLOOK):
        check = _check_same if who == "bare" else _check_equal
        check(home / f"ours-{size}.csv", out, who)
        out.unlink()


def _check_same(ours: Path, theirs: Path, who: str) -> None:
    """Stop unless they wrote the very rows that we did, in whatever order."""
    rows = "SELECT count(*), sum(hash(line)) FROM read_csv('{path}', all_varchar = true) AS line"
    one, other = (duckdb.sql(rows.format(path=path)).fetchall() for path in (ours, theirs))
    if one != other:
        sys.exit(f"the rows of {who} are not ours")


def _check_equal(ours: Path, theirs: Path, who: str) -> None:
    """Stop unless every figure of theirs is ours, and none is missing: times of different tables compare nothing."""
    wanted = OURS.format(path=ours) + (" WHERE reading = 'default'" if who == "sql" else "")
    given = (OURS if who == "spark" else THEIRS).format(path=theirs)
    for one, other in ((wanted, given), (given, wanted)):
        if unlike := duckdb.sql(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchall()[0][0]:
            sys.exit(f"{unlike} figures of {who} are not ours")


def _report(runs: Runs) -> None:
    sizes = sorted({size for _, size in runs})
    print("\n| | " + " | ".join(f"{size} M: s | CPU s | MiB | MiB read" for size in sizes) + " |")
    print("| --- |" + " --- | --- | --- | --- |" * len(sizes))
    for who in dict.fromkeys(who for who, _ in runs):
        cells = [_cell(runs.get((who, size), [])) for size in sizes]
        print(f"| {who} | " + " | ".join(cells) + " |")
    if len(sizes) > 1:
        small, large = sizes[-2:]
        print(f"\nSlope from {small} to {large} M (1: as the dossiers):")
        for who in dict.fromkeys(who for who, _ in runs):
            if (who, small) in runs and (who, large) in runs:
                grown = _seconds(runs, who, large) / _seconds(runs, who, small)
                print(f"  {who}: {grown:.2f} times, {log(grown) / log(large / small):.2f}")
    for size in sizes:
        ours = runs.get(("ours", size), [])
        for who, title in _RATIOS:
            if ours and (who, size) in runs:
                ratio = _seconds(runs, "ours", size) / _seconds(runs, who, size)
                print(f"{size} M, {title}: {ratio if title.startswith('ours') else 1 / ratio:.2f}")
    loads = [run.load for several in runs.values() for run in several]
    print(f"load of the machine before a run: median {median(loads):.1f}, {min(loads):.1f} to {max(loads):.1f}")


def _seconds(runs: Runs, who: str, size: int) -> float:
    return median(run.seconds for run in runs[who, size])


def _cell(several: list[Run]) -> str:
    if not several:
        return "– | – | – | –"
    seconds, cpu, mib, read = (
        median(getattr(run, name) for run in several) for name in ("seconds", "cpu", "mib", "read")
    )
    return f"{seconds:.1f} | {cpu:.1f} | {mib:.0f} | {read:.0f}"


if __name__ == "__main__":
    main()
