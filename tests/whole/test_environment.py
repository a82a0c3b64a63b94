"""The lists of dependencies say the same: pyproject.toml, environment.yml and the locks."""

import pkgutil
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# conda-forge calls some packages otherwise.
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "ibis-framework": "ibis-duckdb",
    "jupyterlab-language-pack-vi-vn": "jupyterlab-language-pack-vi-vn",
    "matplotlib": "matplotlib-base",
    "pandera": "pandera-pandas",
    "playwright": "playwright-python",
    "tzdata": "python-tzdata",
}


LOCKS = {
    "requirements-uv.lock": ("setup",),
    "requirements.lock": ("build",),
    "requirements-test.lock": ("build", "test", "docs"),
    "requirements-bench.lock": ("bench",),
}


def requirements(*groups: str) -> dict[str, str]:
    """What the project needs to run, and what the groups add to it, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    of_groups = [line for group in groups for line in project["dependency-groups"][group]]
    lines = of_groups if groups in (("setup",), ("bench",)) else [*project["project"]["dependencies"], *of_groups]
    found = (re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?(.*)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_environment_yml_names_the_same_packages_and_ranges() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^ +- ([\w-]+)((?:[<>=][^ \n]*)?)(?:  #.*)?$", text, re.MULTILINE))
    for name in ("python", "pip", "conda-forge"):
        listed.pop(name, None)
    listed = {name.lower(): versions for name, versions in listed.items()}
    assert listed == {
        CONDA_NAMES.get(name, name): versions
        for name, versions in requirements(*LOCKS["requirements-test.lock"], *LOCKS["requirements-bench.lock"]).items()
    }


def test_spark_has_a_lock_of_its_own_that_goes_with_the_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    plain, spark = pinned("requirements-test.lock"), pinned("requirements-spark.lock")
    assert {re.split("[<>=]", line)[0] for line in project["optional-dependencies"]["spark"]} <= set(spark)
    assert "pyspark" not in plain, "a report does without Spark"
    assert all(plain.get(name, version) == version for name, version in spark.items())
    assert any(
        line in (ROOT / "environment.yml").read_text(encoding="utf-8")
        for line in project["optional-dependencies"]["spark"]
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_package_of_its_groups(lock: str) -> None:
    assert set(requirements(*LOCKS[lock])) <= set(pinned(lock))


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-spark.lock"])
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)


def test_a_report_installs_nothing_of_the_tests_docs_and_benchmarks() -> None:
    further = set(requirements("test", "docs", "bench")) - set(requirements())
    assert not further & set(pinned("requirements.lock"))
    tests = pinned("requirements-test.lock")
    assert all(tests[name] == version for name, version in pinned("requirements.lock").items()), "one version for all"


def test_every_benchmark_finds_what_it_imports() -> None:
    """No other test looks at most of them; they are run when somebody asks how fast it is."""
    names = [module.name for module in pkgutil.iter_modules([str(ROOT / "benchmarks")])]
    assert "explorer" in names
    for name in names:
        import_module(f"benchmarks.{name}")  # what is started is behind __name__ == "__main__"


def pinned(lock: str) -> dict[str, str]:
    """The versions in a lock by name."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
