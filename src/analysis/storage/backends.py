"""Where the measures' expressions run: DuckDB on this machine or a Spark cluster that is there already.

The expressions are the same. What differs between the engines is settled here, with its reason, and for the one
aggregate that Ibis cannot say to Spark in ``measures.expressions.bit_or``.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.language.problems import RunProblem, UsageProblem
from analysis.language.texts import N_

if TYPE_CHECKING:  # the command line knows the engines' names without loading them, which takes seconds
    import ibis
    import pandas as pd

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)
_SPARK_CONF = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",  # else every row of a table crosses to Python by itself
    "spark.ui.showConsoleProgress": "false",  # its bar would fill logs and notebooks
}


@dataclass(frozen=True)
class Engine:
    """One of ``ENGINES``; ``master`` is the URL of Spark's, such as ``spark://host:7077``, ``yarn`` or ``local[2]``.

    Raises UsageProblem where the two do not go together.
    """

    name: str = DUCKDB
    master: str = ""

    def __post_init__(self) -> None:
        if (self.name == SPARK) != bool(self.master):
            raise UsageProblem(
                N_("--engine spark and --master URL go together, such as --engine spark --master spark://host:7077.")
            )


@contextmanager
def connect(engine: Engine = Engine()) -> Iterator[Any]:
    """An Ibis backend on the engine, closed in the end.

    Raises RunProblem where Spark is not installed, its master cannot be used, or it gives up on the way.
    """
    if engine.name == SPARK:
        with _spark(engine.master) as backend:
            yield backend
        return
    import ibis

    backend = ibis.duckdb.connect()
    try:
        yield backend
    finally:
        backend.disconnect()


def read_dossiers(backend: Any, dataset: Path | str) -> "ibis.Table":
    """Dossiers, as in ``dossiers.parquet``: one Parquet file, or a folder of them, partitioned as one likes.

    Columns that the folders' names give (``province=…/year=…``) are further ones, and no measure asks for them. What
    holds ``://`` is the engine's to understand, such as ``hdfs://…``.
    """
    if "://" in str(dataset):
        return backend.read_parquet(str(dataset))
    path = Path(dataset).resolve()  # Spark takes a relative one for its own
    if not path.exists() or (path.is_dir() and not next(path.rglob("*.parquet"), None)):
        raise RunProblem(N_("{path} is no Parquet file, nor a folder of them."), path=dataset)
    if backend.name == DUCKDB and path.is_dir():  # which reads no folder unless told how
        return backend.read_parquet(f"{path}/**/*.parquet", hive_partitioning=True)
    return backend.read_parquet(str(path))


def read_files(backend: Any, paths: list[Path]) -> "ibis.Table":
    """Parquet files of one folder as one table, each row with the path of its ``filename``, as it is given."""
    if backend.name == DUCKDB:
        backend.raw_sql("SET threads = 4")  # reading many files waits for the disk too
        for threshold in ("allocator_flush_threshold", "allocator_bulk_deallocation_flush_threshold"):
            backend.raw_sql(f"SET {threshold} = '4MB'")  # what one expression needed is not kept for the next
        return backend.read_parquet([str(path) for path in paths], filename=True)
    from pyspark.sql import functions

    # Spark would tell the whole path as a URL; the file's own name needs no decoding.
    name = functions.concat(functions.lit(f"{paths[0].parent}/"), functions.col("_metadata.file_name"))
    read = backend._session.read.parquet(*[path.as_uri() for path in paths]).withColumn("filename", name)
    read.createOrReplaceTempView("files")
    return backend.table("files")


def computed_once(table: "ibis.Table") -> "ibis.Table":
    """The table, kept by its engine for the expressions that build on it."""
    table.get_backend()._register_in_memory_tables(table)  # which Ibis forgets when it caches on Spark
    return table.cache()


def let_go(table: "ibis.Table") -> None:
    """Have DuckDB give back what its threads keep of what they counted, of a nation hundreds of MiB, for as long as
    they live: others take their places. ``table`` is any of the engine's.
    """
    import ibis

    backend = ibis.get_backend(table)
    if backend.name == DUCKDB:
        backend.raw_sql("SET threads = 1")
        backend.raw_sql("RESET threads")


def write_dossiers(table: "ibis.Table", path: Path) -> None:
    """Write a table of Spark's as Parquet, whole or not at all: a folder of one file for each partition."""
    temporary = path.with_name(f".{path.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    table.get_backend().to_parquet_dir(table, str(temporary.resolve()))
    temporary.replace(path)


@contextmanager
def _spark(master: str) -> Iterator[Any]:
    import ibis

    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise RunProblem(
            N_("Spark is not installed. Install it with pip install -r requirements-spark.lock; it needs Java 17.")
        ) from None
    # Executors would take the first python3 that they find; who needs another than ours says so as Spark has it.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        session = SparkSession.builder.appName("dvctt").master(master).config(map=_SPARK_CONF).getOrCreate()
        try:
            backend = ibis.pyspark.connect(session)
            _take_tables_as_arrow(backend, session)
            yield backend
        finally:
            session.stop()
    except (Py4JError, PySparkException) as error:  # their own words may quote a cell: they stay in Spark's log
        raise RunProblem(
            N_(
                "Spark gave up at {master} ({kind}). See its log; check the URL, that master, workers and Java run, "
                "and that the executors' Python (PYSPARK_PYTHON) has this package."
            ),
            master=master,
            kind=type(error).__name__,
        ) from None


def _take_tables_as_arrow(backend: Any, session: Any) -> None:
    """Ibis hands its tables to Spark by way of pandas, whose texts Spark 4.0 does not take as Arrow: row by row, then,
    which thousands of units are too many for.
    """

    def register(table: Any) -> None:
        session.createDataFrame(table.data.to_pyarrow(table.schema)).createOrReplaceTempView(table.name)

    backend._register_in_memory_table = register


def execute(table: "ibis.Table") -> "pd.DataFrame":
    """An expression's rows as a DataFrame. By way of Arrow: Ibis itself makes Python objects of a column with nulls."""
    result: Any = table.to_pyarrow().to_pandas()
    return result


def without_rows(table: "ibis.Table") -> "pd.DataFrame":
    """As ``execute`` gives an expression that is known to have no rows; the engine is not asked."""
    result: Any = table.schema().to_pyarrow().empty_table().to_pandas()
    return result
