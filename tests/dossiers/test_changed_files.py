"""However files and definitions came to be as they are, a run that remembers earlier ones gives what a first run gives.

Longer with ``DVCTT_CAMPAIGN=20 pytest tests/dossiers/test_changed_files.py``.
"""

import csv
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.folders import write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, ROW, UNITS

from analysis.dossiers import stage
from analysis.reference.tables import load_reference

TIMES = int(os.environ.get("DVCTT_CAMPAIGN", "1"))
TABLES = ("dossiers", "filings", "handling", "counts")
LEDGER = ("files", "further_files", "rejects", "quality", "unit_quality", "flaws", "difficulties")
ROWS = st.lists(
    st.builds(
        dict,
        id=st.sampled_from(["h1", "h2", " H2", "h3", "h4", ""]),
        unit=st.sampled_from(["Sở Xây dựng", "SXD", "Sở Y tế"]),
        channel=st.sampled_from(["Trực tuyến", "Kênh lạ", ""]),
        received=st.sampled_from(["10/06/2020", "02/07/2020 08:30", "?"]),
        completed=st.sampled_from(["", "11/07/2020"]),
        submitted=st.sampled_from(["", "09/06/2020 21:15", "hôm qua"]),
        paid=st.sampled_from(["", "Trực tuyến", "Tiền mặt"]),
    ),
    min_size=1,
    max_size=5,
)
FILES = [f"tep-{number}-{day}.csv" for number, day in enumerate(("20200630", "20200731", "20200731"))]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(FILES), ROWS),
        st.tuples(st.just("remove"), st.sampled_from(FILES)),
        st.tuples(st.just("rename"), st.sampled_from(FILES), st.sampled_from(FILES)),
        st.tuples(st.sampled_from(["level", "alias", "word"]), st.booleans()),
        st.tuples(st.sampled_from(["interrupt", "cut"])),
        st.tuples(st.just("run")),
    ),
    min_size=4,
    max_size=8,
)


class Folder:
    """Exports, definitions and what a run keeps, as the steps change them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.raw, self.reference = home / "raw", home / "reference"
        self.raw.mkdir()
        write_reference(self.reference, UNITS, CATALOGUE)
        self.write(FILES[0], [{"id": "h0", "unit": "SXD", "channel": "", "received": "10/06/2020", "completed": ""}])

    def write(self, name: str, rows: list[dict[str, str]]) -> None:
        columns = {"id": "Mã hồ sơ", "unit": "Đơn vị", "channel": "Hình thức nộp"}
        columns |= {"received": "Ngày tiếp nhận", "completed": "Ngày trả kết quả"}
        columns |= {"submitted": "Ngày nộp", "paid": "Hình thức thanh toán"}
        usual = dict.fromkeys(columns.values(), "") | ROW
        with (self.raw / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(usual))
            writer.writeheader()
            writer.writerows(usual | {columns[key]: text for key, text in row.items()} for row in rows)

    def remove(self, name: str) -> None:
        if name != FILES[0]:  # a run needs one
            (self.raw / name).unlink(missing_ok=True)

    def rename(self, name: str, other: str) -> None:
        """The same bytes under another name, and so of another day; the first file stays as well."""
        if name != other and (self.raw / name).exists():
            shutil.copy(self.raw / name, self.raw / other)
            self.remove(name)

    def level(self, low: bool) -> None:
        rows = [row | {"level": "2" if low and row["level"] == "4" else row["level"]} for row in CATALOGUE]
        self._define(UNITS, rows)

    def alias(self, there: bool) -> None:
        self._define([unit | {"aliases": "SXD" if there else ""} for unit in UNITS[:1]] + UNITS[1:], CATALOGUE)

    def word(self, known: bool) -> None:
        path = self.reference / "vocabulary.toml"
        text = path.read_text(encoding="utf-8").replace('online = ["Kênh lạ", ', "online = [")
        path.write_text(text.replace("online = [", 'online = ["Kênh lạ", ', int(known)), encoding="utf-8")

    def interrupt(self) -> None:
        """The run ends when the files are read and before their dossiers compete."""
        with patch.object(stage, "settle", side_effect=KeyboardInterrupt):
            try:
                self.clean("kept")
            except KeyboardInterrupt:
                return

    def cut(self) -> None:
        """What a power cut leaves of one that was being written."""
        for path in sorted((self.home / "kept-work/cache").glob("*"))[:1]:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def run(self) -> None:
        self.check(self.clean("kept"))

    def check(self, kept: Path) -> None:
        """What was made with what is kept is what a first run makes."""
        first = self.clean("first")
        shutil.rmtree(self.home / "first-work")
        for name in LEDGER:
            assert (kept / f"{name}.csv").read_bytes() == (first / f"{name}.csv").read_bytes(), name
        assert (kept / "clean.json").read_bytes() == (first / "clean.json").read_bytes()
        self.check_bytes(kept, first)

    def check_bytes(self, one: Path, other: Path) -> None:
        """By their bytes the stages after know whether they need be executed again."""
        for name in TABLES:
            paths = [folder / f"{name}.parquet" for folder in (one, other)]
            pd.testing.assert_frame_equal(*map(pd.read_parquet, paths))
            assert paths[0].read_bytes() == paths[1].read_bytes(), name

    def clean(self, name: str) -> Path:
        processed = self.home / name
        with cleaning_in_this_process():
            stage.clean_exports(self.raw, load_reference(self.reference), processed, self.home / f"{name}-work", jobs=1)
        return processed

    def _define(self, units: list[dict[str, str]], catalogue: list[dict[str, str]]) -> None:
        vocabulary = (self.reference / "vocabulary.toml").read_bytes()
        shutil.rmtree(self.reference)
        write_reference(self.reference, units, catalogue)
        (self.reference / "vocabulary.toml").write_bytes(vocabulary)


@settings(max_examples=3 * TIMES, deadline=None, derandomize=TIMES == 1, phases=[Phase.generate])
@given(STEPS)
def test_a_run_that_remembers_gives_what_a_first_run_gives(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        for what, *how in steps:
            getattr(folder, what)(*how)
        folder.run()


def test_the_bytes_are_the_same_whoever_reads_how_many_at_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    usual = {"unit": "Sở Xây dựng", "channel": "", "received": "10/06/2020", "paid": "Tiền mặt", "submitted": "hôm qua"}
    for place, name in enumerate(FILES):
        folder.write(name, [usual | {"id": f"h{place + number}"} for number in range(3)])
    made = [tmp_path / f"by{jobs}" for jobs in (1, 3)]
    for jobs, processed in zip((1, 3), made, strict=True):
        stage.clean_exports(folder.raw, load_reference(folder.reference), processed, jobs=jobs)
    (folder.raw / FILES[1]).rename(aside := tmp_path / FILES[1])
    fewer = folder.clean("kept")
    assert [len(pd.read_parquet(processed / "filings.parquet")) for processed in (*made, fewer)] == [5, 5, 5]
    aside.rename(folder.raw / FILES[1])
    for processed in (made[1], folder.clean("kept")):
        folder.check_bytes(made[0], processed)
