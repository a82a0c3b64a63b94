"""The three lists of dependencies say the same: pyproject.toml, environment.yml, requirements.lock."""

import re
import tomllib
from pathlib import Path

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


def requirements() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    found = (re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?(.*)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_environment_yml_names_the_same_packages_and_ranges() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^ +- ([\w-]+)((?:[<>=][^ \n]*)?)(?:  #.*)?$", text, re.MULTILINE))
    for name in ("python", "pip", "conda-forge"):
        listed.pop(name, None)
    listed = {name.lower(): versions for name, versions in listed.items()}
    assert listed == {CONDA_NAMES.get(name, name): versions for name, versions in requirements().items()}


def test_spark_has_a_lock_of_its_own_that_goes_with_the_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-spark.lock")]
    plain, spark = (dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)) for text in texts)
    assert {re.split("[<>=]", line)[0] for line in project["optional-dependencies"]["spark"]} <= set(spark)
    assert "pyspark" not in plain, "a report does without Spark"
    assert all(plain.get(name, version) == version for name, version in spark.items())
    assert "://" not in texts[1]
    assert texts[1].count("--hash=sha256:") >= len(spark)
    assert any(
        line in (ROOT / "environment.yml").read_text(encoding="utf-8")
        for line in project["optional-dependencies"]["spark"]
    )


def test_the_lock_holds_every_package_with_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))
    assert set(requirements()) <= pinned
    assert "://" not in text
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
