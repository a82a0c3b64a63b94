# The targets are the table of contents: report, test, setup, lab, docs, bench, lock.
PYTHON  ?= python3
WORKERS ?= 2
VENV    := .venv
BIN     := $(VENV)/bin
UV      := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
# What is installed already, as marks in the environment: to run the job, to test it, to test it on Spark.
READY   := $(VENV)/.ready
TESTS   := $(VENV)/.tests
BENCH   := $(VENV)/.bench
# Apart from the others: where pandera finds Spark it loads it, in every process. Whoever needs it has it on the path.
SPARK   := $(VENV)/spark
# uv leaves it to Python to compile what is imported. Where the environment forbids Python to keep that, every process
# would compile its libraries anew: ten seconds each.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: report test setup lab docs bench lock
.DEFAULT_GOAL := report

# Exit 3 is a finished run with a warning in its report. The first time the province's page comes before those of the
# units, which take the most time; the second run goes on from what the first one computed.
report: $(READY)
	@test -e reports/index.html || $(BIN)/dvctt run --units none || test $$? -eq 3
	@$(BIN)/dvctt run || test $$? -eq 3

test: $(TESTS) $(SPARK)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 20

setup: $(READY)

# pip brings uv, whose version and hashes are locked, and uv the rest: ten times as fast. Every hash is checked.
$(UV): requirements-uv.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cần Python 3.11 trở lên / Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	touch $@

# hatchling stands in the lock too, so the project builds without a second, unpinned resolution.
$(READY): $(UV) requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-build-isolation --no-deps --editable .
	touch $@

$(TESTS): $(READY) requirements-test.lock
	$(INSTALL) --require-hashes -r requirements-test.lock
	touch $@

# Spark is for what one machine cannot hold, and for the tests that it says the same; a report does without. It comes as
# source alone, so a setuptools is fetched that packs it, of whatever version.
$(SPARK): $(READY) requirements-spark.lock
	$(INSTALL) --require-hashes --target $@ -r requirements-spark.lock
	touch $@

$(BENCH): $(TESTS) requirements-bench.lock
	$(INSTALL) --require-hashes -r requirements-bench.lock
	touch $@

lab: $(READY)
	@$(BIN)/dvctt lab $(LAB_OPTIONS)

# Into docs/_build/html; the examples in its pages run on the shipped sample.
docs: $(TESTS)
	$(BIN)/python docs/build.py

bench: $(TESTS) $(BENCH) $(SPARK)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.reports
	$(BIN)/python -m benchmarks.sliders
	PYTHONPATH=tests $(BIN)/python -m benchmarks.explorer
	PYTHONPATH=$(SPARK) $(BIN)/python -m benchmarks.scale

# Run after a change of the dependencies in pyproject.toml. No lock names a registry: who installs has one.
LOCK := $(UV) --no-config pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock: $(UV)
	$(LOCK) pyproject.toml --group build --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraints requirements.lock --output-file requirements-test.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"])' | \
	  $(LOCK) - --constraints requirements-test.lock --output-file requirements-spark.lock
	$(LOCK) --group pyproject.toml:bench --constraints requirements-test.lock --output-file requirements-bench.lock
	$(LOCK) --group pyproject.toml:setup --output-file requirements-uv.lock
