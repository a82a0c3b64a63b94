"""Runs a command and measures it: wall seconds and the peak memory of its largest process."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.05  # seconds between looks; the kernel keeps each process's own peak, so none is missed in between


@dataclass(frozen=True)
class Measured:
    """Wall ``seconds`` of a command, the seconds that its processes kept a processor busy, as far as they were seen,
    and the peak resident memory of the largest, in ``mib``.
    """

    seconds: float
    cpu: float
    mib: float
    output: str


def measure(command: Sequence[str | Path], folder: Path) -> Measured:
    """Run a command to its end in ``folder``; raises CalledProcessError with its output unless it succeeds.

    Exit 3 of ``dvctt`` (done, with rejects above the threshold or quarantined files) is a success here.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peaks: dict[int, float] = {}
    busy: dict[int, float] = {}
    watcher = threading.Thread(target=_watch, args=(process, peaks, busy), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode not in (0, 3):
        raise subprocess.CalledProcessError(process.returncode, process.args, output)
    return Measured(seconds, sum(busy.values()), max(peaks.values(), default=0.0), output)


def _watch(process: subprocess.Popen[str], peaks: dict[int, float], busy: dict[int, float]) -> None:
    while process.poll() is None:
        for pid in _tree(process.pid):
            peaks[pid] = max(peaks.get(pid, 0.0), _peak(pid))
            busy[pid] = max(busy.get(pid, 0.0), _busy(pid))
        time.sleep(INTERVAL)


def _tree(root: int) -> set[int]:
    """A process and all that it started, at any depth."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue  # it has ended
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    tree = {root}
    while found := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= found
    return tree


def _busy(pid: int) -> float:
    """The seconds that a process has kept a processor busy."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    """The most resident memory that a process ever had, in MiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)
