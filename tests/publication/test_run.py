"""``dvctt run`` as a user meets it: exit codes, messages, what is published and what stays (contract §6)."""

import shutil
from pathlib import Path

import pytest
from support.folders import read_csv, write_export
from support.small_run import DVCTT, SmallProject, call, contents, small_project
from support.worked_example import AS_OF, DOSSIERS, FIGURES

from analysis.storage.generations import staging, verify_generation

DONE, FAILED, WRONG_USAGE, DOUBTFUL = range(4)
CLEANED = {
    *("dossiers.parquet", "rejects.csv", "files.csv", "quality.csv", "unit_quality.csv"),
    *("difficulties.csv", "clean.json", "run.json"),
}
UNTIL = ("--until", "attainment")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return small_project(tmp_path / "project")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A project after one good run; tests copy it or leave it as it is."""
    project = small_project(tmp_path_factory.mktemp("finished") / "project")
    done = project.run(*UNTIL, "--as-of", AS_OF.isoformat())
    assert done.returncode == DONE, done.stderr
    return project


@pytest.fixture
def again(finished: SmallProject, tmp_path: Path) -> SmallProject:
    """A copy of the finished project."""
    return SmallProject(Path(shutil.copytree(finished.home, tmp_path / "project")))


def _wrong_row(number: int) -> dict[str, object]:
    return {**DOSSIERS[0], "dossier_id": f"BAD-{number}", "procedure_code": "9.999999"}


def test_the_run_publishes_the_worked_example(finished: SmallProject) -> None:
    verify_generation(finished.processed)
    assert {path.name for path in finished.processed.iterdir()} == CLEANED | {"attainment.csv"}
    rows = {
        (row["target_id"], row["reading"], row["unit_code"], row["window"], row["month"]): row
        for row in read_csv(finished.processed / "attainment.csv")
    }
    for key, (numerator, denominator, shortfall, status) in FIGURES.items():
        found = [rows[key][name] for name in ("numerator", "denominator", "shortfall", "status")]
        assert found == [str(numerator), str(denominator), str(shortfall), status], key


def test_a_run_in_its_own_folder_needs_no_options(project: SmallProject) -> None:
    """``make report`` does so: every path is relative then, and no dossier may be lost for it."""
    done = call([*DVCTT, "run", *UNTIL], project.home)
    assert done.returncode == DONE, done.stderr
    (file,) = read_csv(project.processed / "files.csv")
    all_rows = [row for row in read_csv(project.processed / "attainment.csv") if row["unit_code"] == "ALL"]
    assert file["accepted"] == "7"
    assert max(int(row["denominator"]) for row in all_rows if row["target_id"] == "portal") == 5


def test_the_as_of_day_is_the_latest_in_the_data(project: SmallProject) -> None:
    assert project.run(*UNTIL).returncode == DONE
    assert {row["as_of"] for row in read_csv(project.processed / "attainment.csv")} == {"2020-07-20"}


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
        ended = project.run(*([] if "--lang" in options and language == "vi" else ["--lang", language]), *options)
        assert ended.returncode == WRONG_USAGE, ended.stderr
        assert words in ended.stderr
        assert len(ended.stderr.splitlines()) == 1, "one message, no traceback"
    assert not project.processed.exists()


@pytest.mark.parametrize("command", [[], ["nonsense"]])
def test_no_command_or_an_unknown_one_is_wrong_usage(tmp_path: Path, command: list[str]) -> None:
    ended = call([*DVCTT, *command], tmp_path)
    assert ended.returncode == WRONG_USAGE
    assert "dvctt --help" in ended.stderr


def test_an_as_of_day_before_the_decision_is_wrong_usage(project: SmallProject) -> None:
    ended = project.run(*UNTIL, "--as-of", "2019-12-31", "--lang", "en")
    assert "lies before the decision" in ended.stderr
    assert ended.returncode == WRONG_USAGE


@pytest.mark.parametrize(("language", "word"), [("vi", "hiện hướng dẫn"), ("en", "show this help")])
def test_help_speaks_both_languages(tmp_path: Path, language: str, word: str) -> None:
    for command in ([], ["run"], ["sample"]):
        told = call([*DVCTT, *command, "--help", "--lang", language], tmp_path)
        assert told.returncode == DONE, told.stderr
        assert word in told.stdout


def test_processed_must_not_hold_the_exports(project: SmallProject) -> None:
    ended = project.run(*UNTIL, "--processed", str(project.raw.parent), "--lang", "en")
    assert ended.returncode == WRONG_USAGE
    assert "separate folders" in ended.stderr
    assert list(project.raw.iterdir()), "the exports are still there"


def test_a_quarantined_file_ends_the_run_with_3(again: SmallProject) -> None:
    (again.raw / "hong.xlsx").write_bytes(b"not a workbook at all")
    ended = again.run(*UNTIL, "--lang", "en")
    assert ended.returncode == DOUBTFUL
    assert "files.csv" in ended.stderr
    assert "quarantined: 1" in ended.stdout
    verify_generation(again.processed)


def test_more_than_two_per_cent_of_rejected_rows_end_the_run_with_3(again: SmallProject) -> None:
    write_export(again.raw / "xuat-20200731.csv", [*DOSSIERS, _wrong_row(1)])
    assert again.run(*UNTIL).returncode == DOUBTFUL


def test_exactly_two_per_cent_of_rejected_rows_are_no_warning(again: SmallProject) -> None:
    many = [{**DOSSIERS[0], "dossier_id": f"GOOD-{number}"} for number in range(49)]
    write_export(again.raw / "xuat-20200731.csv", [*many, _wrong_row(1)])
    ended = again.run(*UNTIL)
    assert ended.returncode == DONE, ended.stderr


def test_a_folder_without_exports_fails_and_leaves_the_previous_results(again: SmallProject) -> None:
    before = contents(again.processed)
    (again.raw / "xuat-20200731.csv").unlink()
    ended = again.run(*UNTIL, "--lang", "en")
    assert ended.returncode == FAILED
    assert "holds no export" in ended.stderr
    assert contents(again.processed) == before


def test_a_message_names_folders_that_exist(project: SmallProject) -> None:
    """The staging folder is gone when the message is read."""
    write_export(project.raw / "xuat-20200731.csv", [_wrong_row(1)])
    ended = project.run(*UNTIL, "--lang", "en")
    assert ended.returncode == FAILED
    assert "staging" not in ended.stderr


def test_a_stage_that_fails_is_named_and_leaves_the_previous_results(again: SmallProject) -> None:
    before = contents(again.processed)
    notebooks = again.elsewhere / "notebooks"
    shutil.copytree(NOTEBOOKS, notebooks)
    text = (notebooks / "attainment.ipynb").read_text(encoding="utf-8")
    assert "len(attainment)" in text
    broken = text.replace("len(attainment)", "raise ValueError('0905 123 456')")
    (notebooks / "attainment.ipynb").write_text(broken, encoding="utf-8")
    ended = again.run(*UNTIL, "--lang", "en")
    assert ended.returncode == FAILED
    assert "attainment.ipynb" in ended.stderr
    assert "ValueError" in ended.stderr
    assert "0905" not in ended.stdout + ended.stderr, "what an error quotes may be a cell of an export"
    assert "Traceback" not in ended.stderr
    assert contents(again.processed) == before
    verify_generation(again.processed)


def test_until_clean_takes_the_older_attainment_away(again: SmallProject) -> None:
    assert again.run("--until", "clean").returncode == DONE
    assert {path.name for path in again.processed.iterdir()} == CLEANED
    verify_generation(again.processed)
    assert not again.reports.exists()


def test_a_second_run_cleans_only_what_changed(again: SmallProject) -> None:
    cache = again.processed.with_name(".processed.work") / "cache"
    before = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert before
    write_export(again.raw / "xuat-20200801.csv", [{**DOSSIERS[0], "dossier_id": "NEW-1"}])
    assert again.run(*UNTIL).returncode == DONE
    after = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert after.items() > before.items(), "the unchanged file's result is the one of the first run"


def test_two_runs_at_once_do_not_mix(again: SmallProject) -> None:
    before = contents(again.processed)
    with staging(again.processed, set()):
        for language, words in (("vi", "Một lần chạy khác"), ("en", "Another run is at work")):
            ended = again.run(*UNTIL, "--lang", language)
            assert ended.returncode == FAILED
            assert words in ended.stderr
    assert contents(again.processed) == before


def test_the_summary_adds_up_in_both_languages(again: SmallProject) -> None:
    for language, words in (("vi", "7 = nhận 7 + loại 0 + bị thay thế 0"), ("en", "7 = accepted 7 + rejected 0")):
        ended = again.run(*UNTIL, "--lang", language)
        assert words in ended.stdout
        assert ended.stderr == ""


def test_nothing_personal_is_written_anywhere(finished: SmallProject) -> None:
    written = contents(finished.home)
    exports = {path for path in written if path.startswith("data/raw/")}
    marker = "Thử Nghiệm".encode()
    assert all(marker in written[path] for path in exports)
    assert [path for path in written.keys() - exports if marker in written[path]] == []
