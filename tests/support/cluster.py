"""A real Spark cluster for tests: a master and two workers, processes on loopback that are started and ended here."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

HOST = "127.0.0.1"
SPARK = Path(sys.prefix) / "spark"  # where make puts it: see the Makefile
PATIENCE = 1200.0  # seconds for a process of the cluster to be there, on the busiest machine
# What is compiled for few rows costs more than it saves, on two cores that compile beside the work.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# Settings of the cluster, as its keeper would write them; small, so that a job has many short tasks.
DEFAULTS = f"""
spark.driver.extraJavaOptions   {JAVA}
spark.executor.extraJavaOptions {JAVA}
spark.sql.codegen.wholeStage    false
spark.sql.codegen.factoryMode   NO_CODEGEN
spark.executor.memory           1g
spark.sql.shuffle.partitions    2
spark.default.parallelism       1
spark.sql.adaptive.enabled      false
spark.sql.files.maxPartitionBytes 4m
spark.ui.port                   0
spark.driver.host               127.0.0.1
spark.driver.bindAddress        127.0.0.1
"""


@dataclass
class Cluster:
    """``master`` is its URL; ``workers`` are the processes that lead their process groups, executors among them."""

    home: Path
    port: int = 0
    web_port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def master(self) -> str:
        return f"spark://{HOST}:{self.port}"

    def start(self) -> None:
        """The master and two workers of one core each, all of them known to the master."""
        self.port, self.web_port = free_port(), free_port()
        ports = ["--port", str(self.port), "--webui-port", str(self.web_port)]
        self._launch("master.Master", "--host", HOST, *ports)
        wait_for(lambda: self.state()["status"] == "ALIVE")
        for _ in range(2):
            self.add_worker()
        wait_for(lambda: len(self.alive()) == 2)

    def add_worker(self) -> None:
        folder = self.home / f"worker-{len(self.processes)}"
        folder.mkdir()
        size = ["--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(folder)]
        self.workers.append(self._launch("worker.Worker", "--host", HOST, *size, self.master))

    def state(self) -> dict[str, Any]:
        """What the master says of itself, its workers and applications."""
        return ask(f"http://{HOST}:{self.web_port}/json/")

    def alive(self) -> list[str]:
        return [worker["id"] for worker in self.state()["workers"] if worker["state"] == "ALIVE"]

    def kill_worker(self) -> None:
        """End a worker with its executor at once, as a machine that loses its power."""
        end(self.workers.pop(0))

    def executor_of(self, worker: subprocess.Popen[bytes]) -> str:
        """The id of the executor that runs in a worker's process group, "" when there is none."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    group = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
                except OSError:
                    continue  # it has ended
                if group == worker.pid and "--executor-id" in words:
                    return words[words.index("--executor-id") + 1]
        return ""

    def _launch(self, name: str, *options: str) -> subprocess.Popen[bytes]:
        import pyspark

        home = Path(pyspark.__file__).parent
        log = (self.home / f"{name}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [home / "bin/spark-class", f"org.apache.spark.deploy.{name}", *options],
            env=os.environ | environment(self.home) | {"SPARK_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its executors are in its group
        )
        self.processes.append(process)
        return process


@contextmanager
def spark_cluster(home: Path) -> Iterator[Cluster]:
    """A cluster whose processes are all gone when it is left."""
    (home / "spark-defaults.conf").write_text(DEFAULTS, encoding="utf-8")
    path = [*sys.path]
    if SPARK.is_dir():
        sys.path.append(str(SPARK))
    cluster = Cluster(home)
    try:
        cluster.start()
        yield cluster
    finally:
        sys.path[:] = path  # a run of a later test has the libraries that others of it had
        for process in cluster.processes:
            end(process)


def environment(home: Path) -> dict[str, str]:
    """What the processes of the cluster and its drivers need to find each other and the same Python."""
    return {
        "SPARK_CONF_DIR": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process's whole group and wait for it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ask(url: str) -> Any:
    with urlopen(url, timeout=PATIENCE) as answer:
        return json.load(answer)


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until ``condition`` holds; what cannot be reached yet does not hold yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except (OSError, ValueError):  # of a master whose pages are not there yet, no JSON
            pass
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds} s")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
