"""The plain work that a run is held against, each in a process of its own.

    python -m benchmarks.baselines fastexcel RAW
    python -m benchmarks.baselines duckdb RAW OUT.parquet

Prints the seconds of the work alone: the start of Python and the imports do not count, which
makes the comparison the harder for ``dvctt``.
"""

import sys
import time
from pathlib import Path


def read_with_fastexcel(raw: Path) -> int:
    """Read every sheet of every workbook into Arrow, one after the other; returns the rows."""
    rows = 0
    for path in sorted(raw.rglob("*.xlsx")):
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            rows += book.load_sheet(name, header_row=None).to_arrow().num_rows
    return rows


def copy_with_duckdb(raw: Path, out: Path) -> int:
    """DuckDB's own copy of all CSV files into one Parquet file, on all cores; returns the rows."""
    duckdb.sql(
        f"""COPY (SELECT * FROM read_csv('{raw}/**/*.csv', all_varchar = true, header = false, delim = ',',
            quote = '"', null_padding = true, union_by_name = false, strict_mode = false))
            TO '{out}' (FORMAT parquet)"""
    )
    return duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]


if __name__ == "__main__":
    work, *folders = sys.argv[1:]
    if work == "fastexcel":
        import fastexcel

        started = time.perf_counter()
        rows = read_with_fastexcel(Path(folders[0]))
    else:
        import duckdb

        started = time.perf_counter()
        rows = copy_with_duckdb(Path(folders[0]), Path(folders[1]))
    print(f"{time.perf_counter() - started:.3f} {rows}")
