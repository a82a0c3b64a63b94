"""Engines and datasets: one file or many, one machine or a cluster, the same tables (Spark's own are in test_spark)."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import relaxed
from support.folders import read_csv
from support.in_process import tables_of
from support.small_run import SmallProject, call, call_here, small_project

from analysis.language.problems import RunProblem, UsageProblem
from analysis.outlook.dataset import TABLES
from analysis.reference.tables import load_reference
from analysis.storage.backends import Engine, connect, let_go, read_dossiers


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """The worked example up to the tables, made as the stages of a run make them."""
    project = small_project(tmp_path_factory.mktemp("engines"))
    tables_of(project.raw, load_reference(project.home / "data/reference"), project.processed, "2020-07-31")
    return project


def measure(project: SmallProject, dossiers: Path, out: Path, *options: str) -> Path:
    """``dvctt measure`` on a dataset; returns ``out``."""
    folders = ["--dossiers", str(dossiers), "--out", str(out), "--reference", str(project.home / "data/reference")]
    done = call_here(["measure", *folders, *options], project.elsewhere)
    assert done.returncode == 0, done.stderr
    return out


def partitioned(project: SmallProject, folder: Path) -> Path:
    """The dossiers of the run by month and source; some have no source."""
    table = pq.read_table(project.processed / "dossiers.parquet")
    months = pa.compute.strftime(table["received_at"], "%Y-%m")
    pq.write_to_dataset(table.append_column("part", months), folder, partition_cols=["part"])
    return folder


def test_measure_writes_the_tables_of_a_run_whether_dossiers_are_one_file_or_many(
    project: SmallProject, tmp_path: Path
) -> None:
    many = partitioned(project, tmp_path / "many")
    assert len(list(many.rglob("*.parquet"))) == 2
    day = ["--as-of", "2020-07-31"]
    of_one = measure(project, project.processed / "dossiers.parquet", tmp_path / "of-one", *day)
    of_many = measure(project, many, tmp_path / "of-many", *day)
    for name in TABLES:
        assert (of_many / name).read_bytes() == (of_one / name).read_bytes() == (project.processed / name).read_bytes()


def test_the_day_is_the_datasets_latest_unless_it_is_given(project: SmallProject, tmp_path: Path) -> None:
    rows = read_csv(measure(project, project.processed / "dossiers.parquet", tmp_path / "out") / "attainment.csv")
    latest = pd.read_parquet(project.processed / "dossiers.parquet")[["received_at", "completed_at"]].max().max()
    assert {row["as_of"] for row in rows} == {latest.date().isoformat()}


@given(parts=st.lists(st.integers(0, 3), min_size=7, max_size=7))
@settings(relaxed, max_examples=20)
def test_however_dossiers_are_split_they_are_the_same(
    project: SmallProject, tmp_path_factory: pytest.TempPathFactory, parts: list[int]
) -> None:
    whole = pq.read_table(project.processed / "dossiers.parquet")
    folder = tmp_path_factory.mktemp("split")
    pq.write_to_dataset(whole.append_column("part", pa.array(parts)), folder, partition_cols=["part"])
    with connect() as backend:
        read = read_dossiers(backend, folder).drop("part").to_pyarrow().select(whole.column_names)
    assert read.cast(whole.schema).sort_by("dossier_key") == whole.sort_by("dossier_key")


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["nothing", "an empty folder"])
def test_a_dataset_that_is_none_is_told(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "dataset")
    with connect() as backend, pytest.raises(RunProblem, match="dataset is no Parquet file"):
        read_dossiers(backend, tmp_path / "dataset")


def test_an_empty_dataset_has_no_latest_day(project: SmallProject, tmp_path: Path) -> None:
    pq.write_table(pq.read_table(project.processed / "dossiers.parquet").slice(0, 0), tmp_path / "empty.parquet")
    folders = ["--dossiers", str(tmp_path / "empty.parquet"), "--out", str(tmp_path / "out")]
    done = call_here(["measure", *folders, "--reference", str(project.home / "data/reference")], project.elsewhere)
    assert (done.returncode, list(tmp_path.glob("out/*.csv"))) == (1, [])
    assert "không có hồ sơ nào" in done.stderr


@pytest.mark.parametrize(
    ("harm", "code", "words"),
    [
        ("text", 1, "không phải tệp Parquet"),
        ("no bytes", 1, "không phải tệp Parquet"),
        ("a folder of text", 1, "không phải tệp Parquet"),
        ("foreign", 1, "cột unit_code"),
        ("a column of another kind", 1, "cột received_at"),
        ("remote", 2, "không nằm trên máy này"),
        ("in the results", 2, "nằm trong thư mục kết quả"),
    ],
)
def test_what_is_no_dataset_of_dossiers_is_told(
    project: SmallProject, tmp_path: Path, harm: str, code: int, words: str
) -> None:
    whole = pq.read_table(project.processed / "dossiers.parquet")
    path, out = tmp_path / "data.parquet", tmp_path / "out"
    if harm == "text":
        path.write_text("Nguyễn Văn Mẫu, 0905 123 456", encoding="utf-8")
    elif harm == "no bytes":
        path.touch()
    elif harm == "a folder of text":
        path.mkdir()
        (path / "part.parquet").write_text("Nguyễn Văn Mẫu", encoding="utf-8")
    elif harm == "foreign":
        pq.write_table(whole.drop_columns("unit_code"), path)
    elif harm == "a column of another kind":
        pq.write_table(
            whole.set_column(whole.column_names.index("received_at"), "received_at", [["x"] * len(whole)]), path
        )
    elif harm == "in the results":
        out = project.processed
        path = out / "dossiers.parquet"
    given = "https://example.invalid/dossiers.parquet" if harm == "remote" else str(path)
    folders = ["--dossiers", given, "--out", str(out), "--reference", str(project.home / "data/reference")]
    done = call_here(["measure", *folders], project.elsewhere)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert words in done.stderr
    assert "Mẫu" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert (project.processed / "dossiers.parquet").is_file()


@pytest.mark.parametrize(("name", "master"), [("spark", ""), ("duckdb", "local[2]")])
def test_spark_and_its_master_go_together(name: str, master: str) -> None:
    with pytest.raises(UsageProblem, match="--master URL go together"):
        Engine(name, master)


@pytest.mark.parametrize(
    "options", [["--engine", "spark"], ["--master", "local[2]"], ["--engine", "hive"], ["--as-of", "31/7/2020"], []]
)
def test_measure_called_wrongly_says_so(tmp_path: Path, options: list[str]) -> None:
    given = ["--dossiers", str(tmp_path), "--out", str(tmp_path / "out")] if options else []
    assert call_here(["measure", *given, *options], tmp_path).returncode == 2


def test_without_spark_one_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(RunProblem, match=r"requirements-spark\.lock"), connect(Engine("spark", "local[1]")):
        pass


def test_the_command_line_loads_no_engine_to_name_them(tmp_path: Path) -> None:
    code = "import sys, analysis.cli; print(sorted({'ibis', 'pandas', 'pyspark'} & set(sys.modules)))"
    assert call([sys.executable, "-c", code], tmp_path).stdout.strip() == "[]"


def test_a_connection_is_closed_when_it_is_left() -> None:
    with connect() as backend:
        assert backend.create_table("t", ibis.memtable({"a": [1]})).count().execute() == 1
    with pytest.raises(Exception, match=r"(?i)closed"):
        backend.list_tables()


def test_who_lets_go_has_as_many_threads_and_the_same_tables() -> None:
    with connect() as backend:
        threads = "SELECT current_setting('threads')"
        before = backend.raw_sql(threads).fetchall()
        table = backend.create_table("t", ibis.memtable({"a": [1]}))
        let_go(table)
        assert (backend.raw_sql(threads).fetchall(), table.count().execute()) == (before, 1)


@pytest.mark.parametrize("name", ["it's", 'the "new" one/both \' and "/a\\b/dữ liệu thô [1] {x} %s ; --'])
def test_a_folder_may_be_called_anything(project: SmallProject, tmp_path: Path, name: str) -> None:
    """From reading the exports to the last table: no name is taken for a part of a statement."""
    home = tmp_path / name
    home.mkdir(parents=True)
    shutil.copytree(project.raw, home / "raw")
    tables_of(home / "raw", load_reference(project.home / "data/reference"), home / "out", "2020-07-31")
    assert (home / "out/attainment.csv").read_bytes() == (project.processed / "attainment.csv").read_bytes()
    assert pq.read_table(home / "out/dossiers.parquet").num_rows == 7
