"""Importing our modules changes nothing of the process that imports them: what a module needs, it asks for in use."""

import json
import subprocess
import sys

LOOK = """
import json, multiprocessing, os, pkgutil, sys
from importlib import import_module
from multiprocessing import forkserver

# What libraries, Polars and PySpark, set of their own when they are loaded.
THEIRS = ("_RJEM_MALLOC_CONF", "PYARROW_IGNORE_TIMEZONE", "SPARK_LOCAL_IP")

def state():
    server = forkserver._forkserver
    return {
        "blocked": sorted(name for name, module in sys.modules.items() if module is None),
        "environment": {name: value for name, value in os.environ.items() if name not in THEIRS},
        "method": multiprocessing.get_start_method(allow_none=True),
        "preloaded": list(server._preload_modules),
        "running": server._forkserver_pid,
    }

def imported():
    import analysis
    found = (module.name for module in pkgutil.walk_packages(analysis.__path__, "analysis."))
    yield from (name for name in found if name != "analysis.notebooks.served")  # it is there for that, and not for us

before = state()
import papermill  # by whose engines alone fork_engine can be loaded
names = list(imported())
for name in names:
    import_module(name)
print(json.dumps([before, state(), names]))
"""


def test_importing_a_module_changes_nothing_of_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    before, after, names = json.loads(done.stdout.splitlines()[-1])
    assert len(names) > 100
    assert {"analysis.notebooks.forks", "analysis.notebooks.in_process", "analysis.cli"} <= set(names)
    assert after == before
