# The targets are the table of contents: report, test, setup, lab, docs, bench, lock.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SPARK  := $(VENV)/.spark

.PHONY: report test setup lab docs bench lock
.DEFAULT_GOAL := report

# Exit 3 is a finished run with a warning in its report.
report: $(READY)
	@$(BIN)/dvctt run || test $$? -eq 3

test: $(READY) $(SPARK)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

setup: $(READY)

# The hashes are checked at every install; hatchling stands in the lock too, so the project builds
# without a second, unpinned resolution.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cần Python 3.11 trở lên / Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

# Spark is for what one machine cannot hold, and for the tests that it says the same; a report does without. It comes as
# source alone, so pip fetches the setuptools that packs it, of whatever version.
$(SPARK): $(READY) requirements-spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	touch $@

lab: $(READY)
	@$(BIN)/dvctt lab $(LAB_OPTIONS)

# Into docs/_build/html; the examples in its pages run on the shipped sample.
docs: $(READY)
	$(BIN)/python docs/build.py

bench: $(READY) $(SPARK)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.reports
	$(BIN)/python -m benchmarks.sliders
	$(BIN)/python -m benchmarks.explorer
	$(BIN)/python -m benchmarks.scale

# Run after a change of the dependencies in pyproject.toml (needs uv).
lock:
	uv --no-config pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"])' | \
	  uv --no-config pip compile - --constraints requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements-spark.lock
