"""The exports that the benchmarks read: the same million rows as ten workbooks and as ten CSV files."""

import shutil
from pathlib import Path

from analysis.sample import write_sample

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "data/reference"
FILES = 10
SEED = 2020


def make_data(dossiers: int) -> tuple[Path, Path]:
    """The folders of workbooks and of CSV files, made (in minutes) when they are not there yet."""
    workbooks, texts = (_made(dossiers, kind) for kind in ("xlsx", "csv"))
    return workbooks, texts


def _made(dossiers: int, kind: str) -> Path:
    folder = HERE / ".data" / f"{dossiers}-{kind}"
    if not folder.exists():
        print(f"making {dossiers} rows as {kind}", flush=True)
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        write_sample(unfinished, REFERENCE, dossiers, SEED, (kind,), files=FILES)
        unfinished.rename(folder)
    return folder
