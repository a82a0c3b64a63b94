"""Access logs: ours against ``zcat | awk`` and bare DuckDB that count the same, in one run (README.md).

python -m benchmarks.logs [--lines 10000000] [--rounds 1]: makes a month of one server's log (nginx combined with the
request time at the end) in a temporary folder, plain and packed. Each contender runs in a process of its own, one right
after the other, and writes requests and server errors by minute and durations by hour; the run stops when one figure
differs. The others know where a field stands and believe every line; ours looks whether it is one, knows four forms,
offsets and copies, and accounts for all lines. Seconds are those of the work, memory is the largest process's.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measuring import measure

PROJECT = Path(__file__).parents[1]
LIMIT, MOST_SECONDS = 2.0, 60
GROWTH = 1.05
LINE = (
    '10.{}.{}.{} - - [{:02d}/May/2020:{:02d}:{:02d}:{:02d} +0700] "GET /dich-vu-cong/ho-so/{}?ma={} HTTP/1.1" {} {} '
    '"https://cong.example/tra-cuu?x={}" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like '
    'Gecko) Chrome/81.0.4044.138 Safari/537.36" {:.3f}'
)
# Two of a hundred requests fail, and every one in an hour of the 14th.
MADE = """COPY (
    SELECT format('{line}', (h % 200)::INT, (h // 7 % 256)::INT, (h // 11 % 256)::INT, 1 + s // 86400, s // 3600 % 24,
        s // 60 % 60, s % 60, h // 13 % 99999, h // 17 % 9999999,
        CASE WHEN h // 19 % 100 < 2 OR s // 3600 = 13 * 24 + 9 THEN 502 WHEN h // 19 % 100 < 10 THEN 404 ELSE 200 END,
        h // 23 % 90000, h // 29 % 999999, exp((h // 31 % 1000) / 200.0 - 3.5)) AS line
    FROM (SELECT (hash(i) % 1000000000000)::BIGINT AS h, (i * 2678400 // {lines})::INT AS s FROM range({lines}) AS t(i))
) TO '{out}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\t')"""
AWK = r"""{
    minute = substr($4, 2, 17); requests[minute]++
    if (substr($9, 1, 1) == "5") errors[minute]++
    ms = int($NF * 1000 + 0.5); exact = ms > 1 ? log(ms) / log(1.05) : 0
    bucket = int(exact); if (bucket < exact) bucket++
    hours[substr(minute, 1, 14) "," bucket]++
} END {
    for (minute in requests) print minute ",," requests[minute] "," errors[minute] + 0
    for (key in hours) print key "," hours[key] ","
}"""
BARE = """COPY (
    SELECT coalesce(minute, hour), bucket, count(*), CASE WHEN hour IS NULL THEN sum(error)::BIGINT END FROM (
        SELECT stamp[2:18] AS minute, stamp[2:15] AS hour, (status[1] = '5')::INT AS error,
            ceil(ln(greatest(round(seconds * 1000), 1)) / ln({growth}))::INT AS bucket
        FROM read_csv('{log}', auto_detect = false, header = false, delim = ' ', quote = '"', escape = '\\',
            compression = '{compression}', columns = {{'address': 'VARCHAR', 'ident': 'VARCHAR', 'user': 'VARCHAR',
            'stamp': 'VARCHAR', 'zone': 'VARCHAR', 'request': 'VARCHAR', 'status': 'VARCHAR', 'bytes': 'VARCHAR',
            'referrer': 'VARCHAR', 'agent': 'VARCHAR', 'seconds': 'DOUBLE'}})
    ) GROUP BY GROUPING SETS ((minute), (hour, bucket))
) TO '{out}' (FORMAT csv, HEADER false)"""
FIGURES = """SELECT * FROM read_csv('{}', header = false, auto_detect = false,
    columns = {{'at': 'VARCHAR', 'bucket': 'INT', 'requests': 'BIGINT', 'errors': 'BIGINT'}})"""

Runs = dict[tuple[str, str], list[float]]


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] in CONTENDERS:
        if sys.argv[1] == "ours":
            import analysis.exports.access_logs  # noqa: F401 - a run has long loaded what it needs

        started = time.perf_counter()
        CONTENDERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
        print(f"{time.perf_counter() - started:.2f}")
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks.logs", description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000, help="how many lines (default ten million)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured (default 1)")
    chosen = parser.parse_args()
    runs: Runs = {}
    with tempfile.TemporaryDirectory(prefix="logs-") as name:
        logs = make_logs(Path(name), chosen.lines)
        for log in logs * chosen.rounds:
            for who in CONTENDERS:
                _run(who, log, runs)
    _report(runs, chosen.lines)


def make_logs(folder: Path, lines: int) -> list[Path]:
    """The packed log and the plain one."""
    print(f"making {lines} lines", flush=True)
    plain, packed = folder / "access.log", folder / "access.log.gz"
    duckdb.sql(MADE.format(line=LINE, lines=lines, out=plain))
    with plain.open("rb") as source, gzip.open(packed, "wb", 1) as target:
        shutil.copyfileobj(source, target, 2**20)
    print(f"  {plain.stat().st_size / 2**20:.0f} MiB, packed {packed.stat().st_size / 2**20:.0f} MiB", flush=True)
    return [packed, plain]


def ours(log: Path, out: Path) -> None:
    from analysis.exports.access_logs import read_log

    read = read_log(log).traffic
    minutes = read.minutes.assign(at=read.minutes["minute"].dt.strftime("%d/%b/%Y:%H:%M"), bucket="")
    hours = read.durations.assign(at=read.durations["hour"].dt.strftime("%d/%b/%Y:%H"), errors="")
    columns = ["at", "bucket", "requests", "errors"]
    minutes.to_csv(out, columns=columns, header=False, index=False)
    hours.to_csv(out, columns=columns, header=False, index=False, mode="a")


def awk(log: Path, out: Path) -> None:
    reading = f"zcat '{log}'" if log.suffix == ".gz" else f"cat '{log}'"
    subprocess.run(["sh", "-c", f"{reading} | awk \"$0\" > '{out}'", AWK], check=True)


def bare(log: Path, out: Path) -> None:
    compression = "gzip" if log.suffix == ".gz" else "none"
    duckdb.sql(BARE.format(log=log, out=out, compression=compression, growth=GROWTH))


CONTENDERS: dict[str, Callable[[Path, Path], None]] = {"ours": ours, "awk": awk, "duckdb": bare}


def _run(who: str, log: Path, runs: Runs) -> None:
    out, load = log.with_name(f"{who}.csv"), os.getloadavg()[0]
    done = measure([sys.executable, "-m", "benchmarks.logs", who, log, out], PROJECT)
    seconds = float(done.output.split()[-1])
    runs.setdefault((log.name, who), []).append(seconds)
    whole = f"{done.seconds:.1f} s with starting Python and loading libraries"
    print(f"{log.name}, {who}: {seconds:.1f} s ({whole}), {done.mib:.0f} MiB, load {load:.1f}", flush=True)
    if who != "ours":
        _check_equal(log.with_name("ours.csv"), out, who)


def _check_equal(one: Path, other: Path, who: str) -> None:
    for left, right in ((one, other), (other, one)):
        query = f"SELECT count(*) FROM (({FIGURES.format(left)}) EXCEPT ALL ({FIGURES.format(right)}))"
        if unlike := duckdb.sql(query).fetchall()[0][0]:
            sys.exit(f"{unlike} figures of {who} are not ours")
    print(f"  {who} and ours agree in all {len(one.read_text().splitlines())} figures", flush=True)


def _report(runs: Runs, lines: int) -> None:
    for log in dict.fromkeys(log for log, _ in runs):
        seconds = {who: median(runs[log, who]) for who in CONTENDERS}
        ratio = seconds["ours"] / min(seconds["awk"], seconds["duckdb"])
        verdict = "met" if ratio <= LIMIT else "MISSED"
        print(f"{log}, {lines} lines: ours / the faster of the others {ratio:.2f}, at most {LIMIT:.0f}: {verdict}")
        if lines >= 10_000_000:
            print(f"  under {MOST_SECONDS} s: {'met' if seconds['ours'] < MOST_SECONDS else 'MISSED'}")


if __name__ == "__main__":
    main()
