"""Holds a run of a million rows against plainer ways to do its work; ``make bench`` runs it (README.md).

python -m benchmarks [--rounds 3] [--dossiers 1000000] [--plain 1]
"""

import argparse
import csv
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from statistics import median

from benchmarks.data import make_data
from benchmarks.measuring import Measured, measure

PROJECT = Path(__file__).parents[1]
REFERENCE = PROJECT / "data/reference"
PYTHON = sys.executable
DVCTT = Path(sys.executable).with_name("dvctt")
KEYS = ("target_id", "reading", "unit_code", "window", "month")

Series = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (default 3)")
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="how many dossiers (default a million)")
    parser.add_argument("--plain", type=int, default=1, help="how often the slow pandas script is run (default 1)")
    chosen = parser.parse_args()
    workbooks, texts = make_data(chosen.dossiers)
    seconds: Series = {}
    peaks: Series = {}
    with tempfile.TemporaryDirectory(dir=workbooks.parent, prefix="bench-") as name:
        folder = Path(name)
        for number in range(chosen.rounds):
            print(f"round {number + 1} of {chosen.rounds}", flush=True)
            _round(workbooks, texts, folder, seconds, peaks)
            _more(workbooks, folder, seconds)
        for _ in range(chosen.plain):
            print("plain pandas (minutes)", flush=True)
            _plain(workbooks, folder, seconds)
    _report(seconds, peaks)


def _round(workbooks: Path, texts: Path, folder: Path, seconds: Series, peaks: Series) -> None:
    """Everything once, the things that are compared one right after the other."""
    for leftover in folder.glob("run-*"):
        shutil.rmtree(leftover)
    _note(seconds, "fastexcel", _baseline("fastexcel", workbooks))
    first = _run(workbooks, folder / "run-xlsx")
    _note(seconds, "run xlsx", first.seconds)
    _note(seconds, "run xlsx, processors", first.cpu)
    _note(peaks, "run xlsx", first.mib)
    changed = _with_one_changed(workbooks, folder / "run-changed")
    again = _run(changed, folder / "run-xlsx")
    _note(seconds, "second run", again.seconds)
    _note(seconds, "second run, processors", again.cpu)
    _note(seconds, "nothing changed", _run(changed, folder / "run-xlsx").seconds)
    _note(seconds, "duckdb", _baseline("duckdb", texts, folder / "copy.parquet"))
    of_texts = _run(texts, folder / "run-csv")
    _note(seconds, "run csv", of_texts.seconds)
    _note(seconds, "run csv, processors", of_texts.cpu)
    _note(peaks, "run csv", of_texts.mib)
    _check_equal(_figures(folder / "run-xlsx"), _figures(folder / "run-csv"), "workbooks", "CSV")
    # On the shipped sample, the runs one after the other: what the further stage adds.
    before = _run(PROJECT / "data/raw", folder / "run-sample").seconds
    after = _run(PROJECT / "data/raw", folder / "run-sample-outlook", "trends_and_gap").seconds
    _note(seconds, "sample to attainment", before)
    _note(seconds, "trends_and_gap", after - before)


def _more(workbooks: Path, folder: Path, seconds: Series) -> None:
    """One more workbook than in the run before, which had all but the last."""
    raw = folder / "run-fewer"
    shutil.copytree(workbooks, raw, copy_function=os.link)
    last = sorted(raw.rglob("*.xlsx"))[-1]
    last.rename(aside := folder / last.name)
    _run(raw, folder / "run-more")
    aside.rename(last)
    more = _run(raw, folder / "run-more")
    _note(seconds, "one more", more.seconds)
    _note(seconds, "one more, processors", more.cpu)
    _check_equal(_figures(folder / "run-xlsx"), _figures(folder / "run-more"), "at once", "one added")


def _plain(workbooks: Path, folder: Path, seconds: Series) -> None:
    with (folder / "run-xlsx/processed/attainment.csv").open(encoding="utf-8", newline="") as file:
        as_of = next(csv.DictReader(file))["as_of"]
    out = folder / "plain.csv"
    measured = measure([PYTHON, "-m", "benchmarks.plain_pandas", workbooks, REFERENCE, as_of, out], PROJECT)
    _note(seconds, "plain pandas", measured.seconds)
    _check_equal(_figures(folder / "run-xlsx"), _rows(out), "dvctt", "plain pandas")


def _run(raw: Path, home: Path, until: str = "attainment") -> Measured:
    folders = ["--raw", raw, "--reference", REFERENCE, "--processed", home / "processed", "--reports", home / "reports"]
    return measure([DVCTT, "run", *folders, "--until", until], PROJECT)


def _baseline(work: str, *folders: Path) -> float:
    """Seconds of the work alone, as benchmarks/baselines.py reports them."""
    return float(measure([PYTHON, "-m", "benchmarks.baselines", work, *folders], PROJECT).output.split()[0])


def _with_one_changed(raw: Path, copy: Path) -> Path:
    """The same exports, one of them without its last row."""
    shutil.copytree(raw, copy, copy_function=os.link)
    workbook = sorted(copy.rglob("*.xlsx"))[-1]
    times = workbook.stat()
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    workbook.unlink()  # a link to the one that stays
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            first, row, last = content.rpartition(b"<row ")
            archive.writestr(name, first + last.partition(b"</row>")[2] if row else content)
    os.utime(workbook, ns=(times.st_atime_ns, times.st_mtime_ns))
    return copy


def _figures(home: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    return _rows(home / "processed/attainment.csv")


def _rows(path: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            tuple(row[key] for key in KEYS): (
                *(str(round(float(row[part]))) for part in ("numerator", "denominator", "shortfall")),
                row["status"],
            )
            for row in csv.DictReader(file)
        }


def _check_equal(
    ours: dict[tuple[str, ...], tuple[str, ...]], theirs: dict[tuple[str, ...], tuple[str, ...]], we: str, they: str
) -> None:
    """Stop when two ways do not give the same figures: their times would compare nothing."""
    unlike = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
    if unlike:
        key = min(unlike)
        sys.exit(
            f"{len(unlike)} of {len(ours)} figures differ, first {key}: {we} {ours.get(key)}, {they} {theirs.get(key)}"
        )
    print(f"  {we} and {they} agree in all {len(ours)} figures", flush=True)


def _note(series: Series, name: str, value: float) -> None:
    series.setdefault(name, []).append(value)
    print(f"  {name}: {value:.1f}", flush=True)


def _report(seconds: Series, peaks: Series) -> None:
    print(f"\n{'':44} {'median':>10} {'against':>10} {'ratio':>7}   limit")
    for title, ours, theirs, limit, is_met in (
        ("(a) run on workbooks / reading alone", "run xlsx", "fastexcel", "at most 1.2", lambda ratio: ratio <= 1.2),
        ("(a) plain pandas / run on workbooks", "plain pandas", "run xlsx", "at least 8", lambda ratio: ratio >= 8),
        ("(b) run on CSV / DuckDB's copy to Parquet", "run csv", "duckdb", "at most 3", lambda ratio: ratio <= 3),
        *(
            (f"(d) {title}", ours + what, "run xlsx" + what, "at most 1/8", lambda ratio: ratio <= 1 / 8)
            for title, ours in (("one of ten changed / first run", "second run"), ("one more / run of all", "one more"))
            for what in ("", ", processors")
        ),
        (
            "(d) run in which nothing changed / first",
            "nothing changed",
            "run xlsx",
            "at most 0.025",
            lambda ratio: ratio <= 0.025,
        ),
        (
            "(e) stage trends_and_gap / clean + attainment",
            "trends_and_gap",
            "sample to attainment",
            "at most 0.25",
            lambda ratio: ratio <= 0.25,
        ),
    ):
        if ours in seconds:
            left, right = median(seconds[ours]), median(seconds[theirs])
            verdict = "met" if is_met(left / right) else "MISSED"
            print(f"{title:44} {left:8.2f} s {right:8.2f} s {left / right:7.2f}   {limit}: {verdict}")
    for name, mib in peaks.items():
        verdict = "met" if max(mib) < 400 else "MISSED"
        print(f"{f'(c) peak memory of the largest process, {name}':54} {max(mib):8.0f} MiB     under 400: {verdict}")


if __name__ == "__main__":
    main()
