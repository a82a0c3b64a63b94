"""What units with a history cost: a nation's attainment with every commune renamed in mid-year, and with two thirds of
them merged into the others, against the same dossiers and units without a history, in turns.

python -m benchmarks.history [--sizes 1 10] [--rounds 3]

Merged units have no rows of their own: the fewer rows there are to write, the less it costs.
"""

import argparse
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

import pandas as pd

from benchmarks.measuring import measure
from benchmarks.nation import HERE, make_nation

PROJECT = Path(__file__).parents[1]
MILLION = 1_000_000
DAY = "2020-07-01"
PLAIN, RENAMED, MERGED = "without", "renamed", "merged"
Step = tuple[str, str, str, str]  # a line of successors.csv


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description="What units with a history cost")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10], help="millions of dossiers")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    chosen = parser.parse_args()
    for size in chosen.sizes:
        dataset, reference = make_nation(size * MILLION)
        folders = {PLAIN: reference} | {name: with_history(reference, name) for name in (RENAMED, MERGED)}
        rounds = [
            {name: _run(name, size, dataset, folder) for name, folder in folders.items()} for _ in range(chosen.rounds)
        ]
        for name in (RENAMED, MERGED):
            for place, what in enumerate(("seconds", "cpu seconds", "MiB")):
                ratios = [one[name][place] / one[PLAIN][place] for one in rounds]
                told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
                print(f"{size} M, {what}, {name} / {PLAIN}: median {median(ratios):.2f} ({told})", flush=True)


def with_history(reference: Path, name: str) -> Path:
    """A copy of a nation's reference data in which communes were ``RENAMED`` or ``MERGED`` on ``DAY``."""
    folder = HERE / ".data" / f"{reference.name}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(reference, folder)
    units = pd.read_csv(folder / "units.csv", dtype=str, keep_default_na=False).assign(valid_from="", valid_to="")
    communes = units[units["tier"] == "commune"]
    steps = _merged(communes) if name == MERGED else [(code, f"{code}X", DAY, "1") for code in communes["unit_code"]]
    units.loc[units["unit_code"].isin([old for old, *_ in steps]), "valid_to"] = DAY
    if name == RENAMED:
        born = communes.assign(unit_code=communes["unit_code"] + "X", valid_from=DAY)
        units = pd.concat([units, born.assign(unit_name=born["unit_name"] + " X")])
    units.to_csv(folder / "units.csv", index=False)
    names = ["old_code", "new_code", "from", "share"]
    pd.DataFrame(steps, columns=names).to_csv(folder / "successors.csv", index=False)
    return folder


def _merged(communes: pd.DataFrame) -> list[Step]:
    """Of each district's communes, by threes, the second and third into the first."""
    found: list[Step] = []
    for _, own in communes.groupby("parent_code"):
        codes = list(own["unit_code"])
        for place in range(0, len(codes), 3):
            found += [(old, codes[place], DAY, "1") for old in codes[place + 1 : place + 3]]
    return found


def _run(name: str, size: int, dataset: Path, reference: Path) -> tuple[float, float, float]:
    """Wall seconds, seconds of the processors, peak MiB of a process that computes and writes attainment.csv."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(dir=HERE / ".data") as home:
        out = Path(home) / "attainment.csv"
        done = measure([sys.executable, "-m", "benchmarks.contenders", "ours", dataset, reference, out], PROJECT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}, {size} M: {done.seconds:.1f} s, cpu {cpu:.1f} s, {done.mib:.0f} MiB", flush=True)
    return done.seconds, cpu, done.mib


if __name__ == "__main__":
    main()
