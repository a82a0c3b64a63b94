"""The same definitions on a real Spark cluster: equal to DuckDB, row by row, also when a worker dies on the way.

The cluster is one master and two workers, separate processes on loopback. Needs Java 17 and the packages of
requirements-spark.lock; without them these tests fail, they are not skipped.
"""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.changed_province import made_dossiers, write_changed
from support.cluster import Cluster, ask, environment, spark_cluster, wait_for
from support.folders import write_few_units, write_reference
from support.small_run import DVCTT, call, call_here
from support.wider_decision import ALL_PROCEDURES, ALL_UNITS, COLUMNS, ID, INDEX, at_random, write_decision

from analysis.dossiers.counted import COUNTS_SCHEMA
from analysis.measures.attainment import attain
from analysis.measures.counted import united
from analysis.measures.index import indices
from analysis.outlook import OUTLOOK
from analysis.outlook.dataset import latest_day
from analysis.outlook.stage import outlook
from analysis.reference.decision import DEFAULT
from analysis.reference.tables import Reference, load_reference
from analysis.sample import write_sample
from analysis.storage.backends import Engine, connect, read_dossiers
from analysis.storage.generations import verify_generation
from benchmarks.nation import make_nation

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).parents[2]
AS_OF = date(2020, 9, 17)
# Departments, and districts with communes: every group has several members.
UNITS = [
    "H45.02",
    "H45.10",
    "H45.18",
    *(f"H45.2{place}{commune}" for place in (1, 2) for commune in ("", ".01", ".02")),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("cluster")
    with spark_cluster(home) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(home).items():
            patch.setenv(name, value)
        yield running


@pytest.fixture
def kept(cluster: Cluster) -> Iterator[Engine]:
    """Spark, whose session outlives the connections to it: executors need not start for each of many rounds anew."""
    from pyspark.sql import SparkSession

    sessions: list[SparkSession] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SparkSession, "stop", lambda session: sessions.append(session))
        yield Engine("spark", cluster.master)
    sessions[-1].stop()


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reference]:
    """Two provinces with 6 000 dossiers, partitioned by province."""
    dataset, reference = make_nation(6_000, 2, tmp_path_factory.mktemp("nation"))
    return dataset, load_reference(reference)


def figures(engine: Engine, dataset: Path, reference: Reference) -> tuple[dict[str, pd.DataFrame], date]:
    """The tables of the stages after cleaning by name, and the latest day."""
    decision = reference.decision("")
    with connect(engine) as backend:
        dossiers = read_dossiers(backend, dataset)
        attained = attain(dossiers, reference, decision, AS_OF)
        tables = outlook(attained[attained["reading"] == DEFAULT], dossiers, reference)
        return {"attainment": attained, **tables}, latest_day(dossiers)


def test_a_run_on_spark_writes_what_a_run_on_duckdb_writes(cluster: Cluster, tmp_path: Path) -> None:
    """A sample, cleaned on the executors: the same ledger and dossiers.

    Broken files among the exports are quarantined there as here, and dossiers seen in several files count once. The
    stages after it have their tables below, and their notebooks hand the engine on (``test_notebooks.py``).
    """
    raw = tmp_path / "dữ liệu thô"
    reference = write_few_units(tmp_path / "danh mục", UNITS)
    write_sample(raw, reference, 400, 7, files=6)  # one of each format, with dossiers in common
    (raw / "hỏng.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (raw / "khác.csv").write_text("một,hai\n1,2\n", encoding="utf-8")
    made = {}
    for name, options in (("duckdb", []), ("spark", ["--engine", "spark", "--master", cluster.master])):
        made[name] = tmp_path / name
        folders = [
            "--raw",
            str(raw),
            "--reference",
            str(reference),
            "--processed",
            str(made[name]),
            "--reports",
            str(tmp_path / f"reports-{name}"),
        ]
        done = call([*DVCTT, "run", *folders, "--until", "clean", *options], PROJECT)
        assert done.returncode == 3, done.stderr  # two files are quarantined
    tables = sorted(path.name for path in made["duckdb"].glob("*.csv"))
    assert {"files.csv", "rejects.csv", "quality.csv", "unit_quality.csv"} <= set(tables)
    for name in [*tables, "clean.json"]:
        assert (made["spark"] / name).read_bytes() == (made["duckdb"] / name).read_bytes(), name
    files = pd.read_csv(made["spark"] / "files.csv")
    assert (files["status"] == "quarantined").sum() == 2
    assert files["superseded"].sum() > 0
    theirs, ours = (pd.read_parquet(made[name] / "dossiers.parquet") for name in ("duckdb", "spark"))
    assert (made["spark"] / "dossiers.parquet").is_dir()
    unhashed = [column for column in theirs if column != "dossier_key"]  # each folder has a secret of its own
    ours, theirs = (rows[unhashed].sort_values(unhashed, ignore_index=True) for rows in (ours, theirs))
    pd.testing.assert_frame_equal(ours, theirs)
    assert all(pd.read_parquet(made[name] / "filings.parquet").empty for name in made)  # samples tell nothing of filing
    verify_generation(made["spark"])


def test_a_master_that_is_none_is_told_without_a_traceback(cluster: Cluster, tmp_path: Path) -> None:
    folders = ["--dossiers", str(tmp_path), "--out", str(tmp_path / "out")]
    done = call_here(["measure", *folders, "--engine", "spark", "--master", "nonsense"], PROJECT)
    assert done.returncode == 1
    assert "dvctt: Spark tại nonsense bỏ dở (" in done.stderr
    assert "Traceback" not in done.stderr.partition("dvctt:")[2]


def test_a_nations_figures_are_duckdbs_though_a_worker_dies_on_the_way(
    cluster: Cluster, kept: Engine, nation: tuple[Path, Reference]
) -> None:
    expected = figures(Engine(), *nation)
    victim = cluster.workers[0]
    killed = threading.Event()

    def until_killed() -> tuple[dict[str, pd.DataFrame], date]:
        """The figures of the round in which the worker died: however quick a round is, it dies during one."""
        while True:
            dies_later = not killed.is_set()
            found = figures(kept, *nation)
            if dies_later and killed.is_set():
                return found

    with ThreadPoolExecutor() as pool:
        job = pool.submit(until_killed)
        wait_until_busy(cluster, victim, job)
        cluster.kill_worker()
        killed.set()
        wait_for(lambda: len(cluster.alive()) == 1)
        found = job.result()
    (tables, latest), (theirs, latest_of_theirs) = found, expected
    assert set(tables) == {"attainment", *OUTLOOK}
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, theirs[name], obj=name)
    assert latest == latest_of_theirs
    attained = tables["attainment"]
    assert set(attained["reading"]) == {reading.id for reading in nation[1].decision("").readings}
    assert {"ALL", "PROVINCE:T01", "TIER:commune"} <= set(attained.loc[attained["numerator"] > 0, "unit_code"])


def wait_until_busy(cluster: Cluster, worker: Any, job: Future[Any]) -> None:
    """Wait until the executor of a worker has finished some of the job's tasks."""
    seen: dict[str, Any] = {}

    def is_busy() -> bool:
        if job.done():
            job.result()  # raises what ended it
        name = cluster.executor_of(worker)
        if name:
            seen.update(executor(cluster, name))
        return bool(seen) and seen["completedTasks"] >= 5

    wait_for(is_busy)


def executor(cluster: Cluster, name: str) -> dict[str, Any]:
    """What the driver says of an executor; OSError as long as there is no driver."""
    from pyspark import SparkContext

    context = SparkContext._active_spark_context
    if context is None or getattr(context, "_jsc", None) is None:
        raise OSError("no driver yet")
    known = ask(f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/allexecutors")
    return next((one for one in known if one["id"] == name), {"completedTasks": 0})


def test_every_measure_is_the_same_on_both_whatever_became_of_units(cluster: Cluster, tmp_path: Path) -> None:
    """Levels together, on time, paid online, digitised; in a province, one month of it only counted, and in one whose
    units merge and divide.
    """
    plain = write_reference(tmp_path / "plain", ALL_UNITS, ALL_PROCEDURES)
    changed = write_changed(tmp_path / "changed")
    cases = []
    for folder, dossiers in (
        (plain, at_random(random.Random(7), 200)),
        (changed, further(made_dossiers(300, seed=21))),
    ):
        write_decision(folder, INDEX)
        typed = pd.DataFrame(dossiers, dtype=object)[list(COLUMNS)].astype(TYPES)
        processed = folder / "processed"
        processed.mkdir()
        typed.to_parquet(processed / "dossiers.parquet", coerce_timestamps="us")
        cases.append((processed, load_reference(folder), dossiers[0]["unit_code"]))
    pq.write_table(pa.Table.from_pylist([COUNTED], COUNTS_SCHEMA), plain / "processed/counts.parquet")
    found: list[list[pd.DataFrame]] = []
    for engine in (Engine(), Engine("spark", cluster.master)):
        with connect(engine) as backend:
            tables = []
            for processed, known, unit in cases:
                none_of = {("on-time", "default"): (unit,)}
                dossiers_there = read_dossiers(backend, processed / "dossiers.parquet")
                if (counts := processed / "counts.parquet").exists():
                    dossiers_there = united(dossiers_there, read_dossiers(backend, counts))
                tables.append(attain(dossiers_there, known, known.decision(ID), date(2020, 11, 17), none_of))
            found.append(tables)
    for (_, known, _), ours, theirs in zip(cases, *found, strict=True):
        pd.testing.assert_frame_equal(theirs, ours)
        assert (theirs.groupby("target_id")["denominator"].sum() > 0).all()
        assert indices(theirs, known.decision(ID))["points"].sum() > 0
    assert set(found[1][1]["unit_code"]) >= {"H45.41", "H45.43", "H45.44"}, "series of units that came of others"
    june = found[1][0].query(
        "unit_code == 'H45.22' and window == 'month' and month == '2020-06' and reading == 'default'"
    )
    assert (june.set_index("target_id")["denominator"] >= 7)[["four-on-time", "any-dossiers"]].all()


COUNTED: dict[str, Any] = {
    **{"unit_code": "H45.22", "tier": "district", "level": 4, "channel": "online", "told_until": date(2020, 6, 30)},
    **{"received": 9, "resolved": 6, "on_time": 4, "late": 3},
}
TYPES = dict.fromkeys((name for name, kind in COLUMNS.items() if kind.startswith("timestamp")), "datetime64[us]")
TYPES |= {"level": "Int8"}


def further(dossiers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With a due day, and how each was paid for and whether it was digitised."""
    drawn = random.Random(3)
    return [
        {
            **one,
            "due_at": one["received_at"] + timedelta(days=drawn.choice([1, 10, 40])),
            "payment": drawn.choice(["online", "otherwise", "none", None]),
            "digitised": drawn.choice([True, False, None]),
        }
        for one in dossiers
    ]
