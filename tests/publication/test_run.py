"""``dvctt run`` as a user meets it: exit codes, messages, what is published and what stays (contract §6).

What the figures are is asked of one real run; what the machinery does, of toy notebooks in their place.
"""

import errno
import resource
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.folders import read_csv, write_export
from support.small_run import DVCTT, SmallProject, call, call_here, contents, small_project
from support.toy_notebooks import GOOD_FILE, LEDGER, add_cell, write_notebook, write_toys
from support.worked_example import AS_OF, DOSSIERS, FIGURES

from analysis.language.problems import RunProblem
from analysis.notebooks.notebook import code_cells, load
from analysis.publication import run as run_module
from analysis.storage.generations import staging, verify_generation

pytestmark = pytest.mark.slow

DONE, FAILED, WRONG_USAGE, DOUBTFUL = range(4)
CLEANED = {
    *("dossiers.parquet", "filings.parquet", "rejects.csv", "files.csv", "quality.csv", "unit_quality.csv"),
    *("flaws.csv", "difficulties.csv", "further_files.csv", "clean.json", "run.json"),
    *("handling.parquet", "handling_files.csv", "satisfaction.csv"),
    *("counts.parquet", "counts_files.csv", "counts_refused.csv", "counts_beside_rows.csv"),
}
MEASURED = {"attainment.csv", "unmeasured.csv", "index.csv"}
UNTIL = ("--until", "attainment")
# The heavy fixture is made on one worker alone.


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return small_project(tmp_path / "project")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project after one good run in its own folder, which left nothing in the temporary folder; tests copy it or
    leave it as it is.
    """
    project = small_project(tmp_path_factory.mktemp("finished") / "project")
    with TemporaryDirectory() as temporary:  # of a short path, as users have it
        done = call([*DVCTT, "run", *UNTIL, "--as-of", AS_OF.isoformat()], project.home, TMPDIR=temporary)
        assert done.returncode == DONE, done.stderr
        assert list(Path(temporary).iterdir()) == []
    return project


@pytest.fixture(scope="module")
def toys_once(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    project = small_project(tmp_path_factory.mktemp("toys") / "project")
    write_toys(project.elsewhere / "notebooks")
    done = project.run_here(*UNTIL)
    assert done.returncode == DONE, done.stderr
    return project


@pytest.fixture
def toys(toys_once: SmallProject, tmp_path: Path) -> SmallProject:
    """A project whose notebooks are toys, after one good run of them."""
    return SmallProject(Path(shutil.copytree(toys_once.home, tmp_path / "project")))


def _ledger(project: SmallProject, line: str) -> None:
    """Let the toys' next run find this line in its ``files.csv``."""
    write_toys(project.elsewhere / "notebooks", {"files.csv": LEDGER + line})


def test_the_run_publishes_the_worked_example(finished: SmallProject) -> None:
    verify_generation(finished.processed)
    assert {path.name for path in finished.processed.iterdir()} == CLEANED | MEASURED
    rows = {
        (row["target_id"], row["reading"], row["unit_code"], row["window"], row["month"]): row
        for row in read_csv(finished.processed / "attainment.csv")
    }
    for key, (numerator, denominator, shortfall, status) in FIGURES.items():
        found = [rows[key][name] for name in ("numerator", "denominator", "shortfall", "status")]
        assert found == [str(numerator), str(denominator), str(shortfall), status], key


def test_a_run_in_its_own_folder_needs_no_options(finished: SmallProject) -> None:
    """``make report`` does so: every path is relative then, and no dossier may be lost for it."""
    (file,) = read_csv(finished.processed / "files.csv")
    all_rows = [row for row in read_csv(finished.processed / "attainment.csv") if row["unit_code"] == "ALL"]
    assert file["accepted"] == "7"
    assert max(int(row["denominator"]) for row in all_rows if row["target_id"] == "portal") == 5


def test_where_a_few_files_may_be_open_the_run_says_so_before_it_begins(project: SmallProject) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

    command = [*project.command, "--lang", "en"]
    done = subprocess.run(command, cwd=project.elsewhere, capture_output=True, text=True, preexec_fn=few, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("dvctt: Too many files are open at once. Raise the limit (ulimit -n)")


def test_what_the_system_refuses_to_a_library_is_told_as_the_systems() -> None:
    with pytest.raises(RunProblem, match="disk is full"), run_module._told_problems():
        raise RuntimeError(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(RuntimeError, match="ours"), run_module._told_problems():
        raise RuntimeError("ours")


@pytest.mark.parametrize(
    ("options", "vietnamese", "english"),
    [
        (["--bogus"], "Không hiểu: --bogus", "Unknown: --bogus"),
        (["--until", "yesterday"], "--until yesterday: không có", "--until yesterday: unknown"),
        (["--jobs", "many"], "không phải số nguyên", "not a whole number"),
        (["--lang", "fr"], "--lang fr: không có", "--lang fr: unknown"),
        (["--as-of", "30/9/2020"], "--as-of 30/9/2020 không phải một ngày", "--as-of 30/9/2020 is not a day"),
        (["--decision", "none"], "Không có quyết định none", "There is no decision none"),
        (["--raw", "nowhere"], "Không có thư mục nowhere", "There is no folder nowhere"),
        (["--reference", "nowhere"], "không phải thư mục dữ liệu tham chiếu", "not a folder of reference data"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    project: SmallProject, options: list[str], vietnamese: str, english: str
) -> None:
    for language, words in (("vi", vietnamese), ("en", english)):
        ended = project.run_here(*([] if "--lang" in options and language == "vi" else ["--lang", language]), *options)
        assert ended.returncode == WRONG_USAGE, ended.stderr
        assert words in ended.stderr
        assert len(ended.stderr.splitlines()) == 1, "one message, no traceback"
    assert not project.processed.exists()


def test_the_command_itself_ends_with_its_exit_code(project: SmallProject) -> None:
    """Elsewhere it is called in the tests' own process."""
    wrong = project.run("--bogus")
    assert wrong.returncode == WRONG_USAGE
    assert wrong.stderr.splitlines() == ["dvctt: Không hiểu: --bogus. Xem dvctt --help."]
    helped = call([*DVCTT, "--help"], project.elsewhere)
    assert (helped.returncode, helped.stderr) == (DONE, "")
    assert "dvctt" in helped.stdout


@pytest.mark.parametrize("command", [[], ["nonsense"]])
def test_no_command_or_an_unknown_one_is_wrong_usage(tmp_path: Path, command: list[str]) -> None:
    ended = call_here(command, tmp_path)
    assert ended.returncode == WRONG_USAGE
    assert "dvctt --help" in ended.stderr


def test_an_as_of_day_before_the_decision_is_wrong_usage(finished: SmallProject, tmp_path: Path) -> None:
    """Found out by the notebook of the second stage, on the dossiers of the first."""
    folders = ["--dossiers", str(finished.processed / "dossiers.parquet"), "--out", str(tmp_path / "out")]
    reference = ["--reference", str(finished.home / "data/reference")]
    ended = call_here(["measure", *folders, *reference, "--as-of", "2019-12-31", "--lang", "en"], tmp_path)
    assert "lies before the decision" in ended.stderr
    assert ended.returncode == WRONG_USAGE


@pytest.mark.parametrize(
    ("kind", "code", "language", "words"),
    [
        ("UsageProblem", WRONG_USAGE, "vi", "chưa có kết quả của lần chạy nào"),
        ("RunProblem", FAILED, "en", "holds no finished run"),
    ],
)
def test_a_problem_of_a_notebook_ends_the_run_in_the_readers_words(
    toys: SmallProject, kind: str, code: int, language: str, words: str
) -> None:
    """It names folders that exist: the staging folder, which the notebook knows, is gone when the message is read."""
    before = contents(toys.processed)
    template = "{folder} holds no finished run. Run dvctt run first."
    raising = f"from analysis.language.problems import {kind}\nraise {kind}({template!r}, folder=processed)"
    add_cell(toys.elsewhere / "notebooks/attainment.ipynb", raising)
    ended = toys.run_here(*UNTIL, "--lang", language)
    assert ended.returncode == code
    assert words in ended.stderr
    assert str(toys.processed) in ended.stderr
    assert "staging" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1, "one message, no traceback"
    assert contents(toys.processed) == before


@pytest.mark.parametrize(("language", "word"), [("vi", "hiện hướng dẫn"), ("en", "show this help")])
def test_help_speaks_both_languages(tmp_path: Path, language: str, word: str) -> None:
    for command in ([], ["run"], ["sample"], ["measure"], ["lab"]):
        told = call_here([*command, "--help", "--lang", language], tmp_path)
        assert told.returncode == DONE, told.stderr
        assert word in told.stdout


def test_processed_must_not_hold_the_exports(project: SmallProject) -> None:
    ended = project.run_here(*UNTIL, "--processed", str(project.raw.parent), "--lang", "en")
    assert ended.returncode == WRONG_USAGE
    assert "separate folders" in ended.stderr
    assert list(project.raw.iterdir()), "the exports are still there"


def test_a_quarantined_file_ends_the_run_with_3(toys: SmallProject) -> None:
    _ledger(toys, GOOD_FILE + GOOD_FILE.replace("accepted", "quarantined").replace("7,7", "0,0"))
    ended = toys.run_here(*UNTIL, "--lang", "en")
    assert ended.returncode == DOUBTFUL
    assert "files.csv" in ended.stderr
    assert "quarantined: 1" in ended.stdout
    verify_generation(toys.processed)


@pytest.mark.parametrize(
    ("ledger", "code", "language", "summary"),
    [
        ("1000,977,21,2", DOUBTFUL, "vi", "1.000 = nhận 977 + loại 21 + bị thay thế 2"),
        ("1000,977,20,3", DONE, "en", "1,000 = accepted 977 + rejected 20 + superseded 3"),
    ],
)
def test_more_than_two_per_cent_of_rejected_rows_end_the_run_with_3_and_the_summary_adds_up(
    toys: SmallProject, ledger: str, code: int, language: str, summary: str
) -> None:
    _ledger(toys, GOOD_FILE.replace("7,7,0,0", ledger))
    ended = toys.run_here(*UNTIL, "--lang", language)
    assert ended.returncode == code
    assert summary in ended.stdout
    assert ("files.csv" in ended.stderr) == (code == DOUBTFUL)
    assert bool(ended.stderr) == (code == DOUBTFUL)


def test_a_stage_that_fails_is_named_and_leaves_the_previous_results(toys: SmallProject) -> None:
    before = contents(toys.processed)
    add_cell(toys.elsewhere / "notebooks/attainment.ipynb", "raise ValueError('0905 123 456')")
    ended = toys.run_here(*UNTIL, "--lang", "en")
    assert ended.returncode == FAILED
    assert "attainment.ipynb" in ended.stderr
    assert "ValueError" in ended.stderr
    assert "0905" not in ended.stdout + ended.stderr, "what an error quotes may be a cell of an export"
    assert "Traceback" not in ended.stderr
    assert contents(toys.processed) == before
    verify_generation(toys.processed)


def test_a_stage_that_leaves_out_a_file_is_told(toys: SmallProject) -> None:
    before = contents(toys.processed)
    write_notebook(toys.elsewhere / "notebooks/attainment.ipynb", ["'nothing'"], ["processed"])
    ended = toys.run_here(*UNTIL, "--lang", "en")
    assert ended.returncode == FAILED
    assert "attainment.csv" in ended.stderr
    assert contents(toys.processed) == before


def test_a_kernel_that_dies_is_told(toys: SmallProject) -> None:
    before = contents(toys.processed)
    add_cell(toys.elsewhere / "notebooks/attainment.ipynb", "import os\nos._exit(9)")
    ended = toys.run_here(*UNTIL, "--lang", "en")
    assert ended.returncode == FAILED
    assert "memory" in ended.stderr
    assert contents(toys.processed) == before


def test_until_clean_takes_the_older_attainment_away(toys: SmallProject) -> None:
    assert {path.name for path in toys.processed.iterdir()} == CLEANED | MEASURED
    assert toys.run_here("--until", "clean").returncode == DONE
    assert {path.name for path in toys.processed.iterdir()} == CLEANED
    verify_generation(toys.processed)
    assert not toys.reports.exists()


def test_a_second_run_cleans_only_what_changed_and_says_what_it_found(finished: SmallProject, tmp_path: Path) -> None:
    again = SmallProject(Path(shutil.copytree(finished.home, tmp_path / "project")))
    cache = again.processed.with_name(".processed.work") / "cache"
    before = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert before
    write_export(again.raw / "xuat-20200801.csv", [{**DOSSIERS[0], "dossier_id": "NEW-1"}])
    (again.raw / "hong.xlsx").write_bytes(b"not a workbook at all")
    ended = again.run_here("--until", "clean")
    assert ended.returncode == DOUBTFUL, ended.stderr
    assert "8 = nhận 8 + loại 0 + bị thay thế 0" in ended.stdout
    after = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert after.items() > before.items(), "the unchanged file's result is the one of the first run"


def test_two_runs_at_once_do_not_mix(toys: SmallProject) -> None:
    before = contents(toys.processed)
    with staging(toys.processed, set()):
        for run, language, words in (
            (toys.run, "vi", "Một lần chạy khác"),
            (toys.run_here, "en", "Another run is at work"),
        ):
            ended = run(*UNTIL, "--lang", language)
            assert ended.returncode == FAILED
            assert words in ended.stderr
    assert contents(toys.processed) == before


def test_nothing_personal_is_written_anywhere(finished: SmallProject) -> None:
    written = contents(finished.home)
    exports = {path for path in written if path.startswith("data/raw/")}
    marker = "Thử Nghiệm".encode()
    assert all(marker in written[path] for path in exports)
    assert [path for path in written.keys() - exports if marker in written[path]] == []


def test_stages_that_are_kept_publish_what_executed_ones_do(finished: SmallProject, tmp_path: Path) -> None:
    """In another language the tables of the second stage are those that are there; nobody sees a difference."""
    kept, anew = (SmallProject(Path(shutil.copytree(finished.home, tmp_path / name))) for name in ("kept", "anew"))
    (_work(anew) / "stages.json").unlink()
    options = [*UNTIL, "--as-of", AS_OF.isoformat(), "--lang", "en"]
    assert [project.run_here(*options).returncode for project in (kept, anew)] == [DONE, DONE]
    assert _tables(finished) == _tables(kept) == _tables(anew)
    before, one, other = (code_cells(load(_work(of) / "executed/attainment.ipynb")) for of in (finished, kept, anew))
    assert [cell["outputs"] for cell in one] == [cell["outputs"] for cell in other]
    first, kept_times, times = ([cell["metadata"]["execution"] for cell in of[2:]] for of in (before, one, other))
    assert first == kept_times != times, "it was not executed again"
    told = {tuple(line for line in cell["source"] if line.startswith("lang")) for cell in (one[1], other[1])}
    assert told == {('lang = "en"\n',)}, "the parameters are those of the run"


def _work(project: SmallProject) -> Path:
    return project.processed.with_name(".processed.work")


def _tables(project: SmallProject) -> dict[str, bytes]:
    """What the run published."""
    return {path.name: path.read_bytes() for path in project.processed.iterdir() if path.name != "run.json"}
