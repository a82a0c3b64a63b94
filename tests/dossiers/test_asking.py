"""After an alias was added those files are cleaned again that asked for it, and what is kept is what would be made."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.folders import write_reference
from support.in_process import cleaning_in_this_process
from support.small_exports import CATALOGUE, ROW, UNITS

from analysis.dossiers import stage
from analysis.dossiers.asking import Asked, known_answers, would_say_the_same
from analysis.dossiers.lookups import make_lookups
from analysis.dossiers.worker import FileResult, Job, clean_file
from analysis.reference.tables import Reference, load_reference

KEY = b"k" * 32
CELLS = ["Sở Xây dựng", "SXD", "Sở xd", "Văn phòng Đăng ký", "H45.19", "Huyện Đồng Xuân", "Nguyễn Văn Mẫu"]
ALIASES = ["SXD", "So XD", "Sở XD", "Văn phòng đăng ký", "Sở Y tế", "Đồng Xuân", "Kênh lạ", "Nguyễn Văn Mẫu"]


def reference(folder: Path, aliases: Iterable[str]) -> Reference:
    """The small one, whose first department is also called so."""
    units = [UNITS[0] | {"aliases": "|".join(aliases)}, *UNITS[1:]]
    return load_reference(write_reference(folder, units, CATALOGUE))


def grouped(units: list[str]) -> str:
    """An export in which lines name the unit of the rows below them."""
    heads = [head for head in ROW if head != "Đơn vị"]
    lines = [";".join(heads)]
    for number, unit in enumerate(units):
        lines += [unit + ";" * (len(heads) - 1), ";".join([f"h{number}", *(ROW[head] for head in heads[1:])])]
    return "\n".join(lines)


def flat(units: list[str], channel: str = "Trực tuyến") -> str:
    rows = [ROW | {"Mã hồ sơ": f"h{number}", "Đơn vị": unit} for number, unit in enumerate(units)]
    rows[-1] |= {"Hình thức nộp": channel}
    return "\n".join([";".join(ROW), *(";".join(row.values()) for row in rows)])


def cleaned(text: str, known: Reference, folder: Path) -> FileResult:
    folder.mkdir(exist_ok=True)
    (folder / "xuat.csv").write_text(text, encoding="utf-8")
    return clean_file(Job(folder / "xuat.csv", folder / "kept"), make_lookups(known), KEY)


def stands(result: FileResult, known: Reference) -> bool:
    travelled = FileResult(**json.loads(json.dumps(asdict(result))))
    return would_say_the_same(travelled.asked, known_answers(make_lookups(known), KEY))


@pytest.mark.parametrize(
    ("text", "more", "holds"),
    [
        (flat(["SXD", "Sở xd"]), "Phòng Một cửa", True),
        (flat(["SXD", "Sở xd"]), "SỞ XD", False),  # it is known now
        (flat(["Sở Y tế"]), "Sở Y tế", False),  # it is two now, and so none
        (grouped(["Sở Xây dựng", "Văn phòng Đăng ký"]), "Văn phòng đăng ký", False),
        (grouped(["Sở Xây dựng", "Văn phòng Đăng ký"]), "Ban Dân tộc", True),
        (flat(["SXD"], "Kênh lạ"), "Kênh", True),
        (flat(["SXD"], "Kênh lạ"), "Lạ", False),  # it may be quoted now
    ],
)
def test_a_file_that_never_asked_for_an_alias_is_as_it_was(tmp_path: Path, text: str, more: str, holds: bool) -> None:
    before, after = reference(tmp_path / "one", ["SXD"]), reference(tmp_path / "other", ["SXD", more])
    result, anew = cleaned(text, before, tmp_path / "a"), cleaned(text, after, tmp_path / "b")
    assert stands(result, before)
    assert stands(result, after) is holds
    assert (asdict(result) | {"asked": {}} == asdict(anew) | {"asked": {}}) is holds


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    st.sampled_from([flat, grouped]),
    st.lists(st.sampled_from(CELLS), min_size=1, max_size=4),
    st.tuples(*[st.sets(st.sampled_from(ALIASES), max_size=4)] * 2),
)
def test_whatever_aliases_came_and_went_what_stands_is_what_would_be_made(
    tmp_path_factory: pytest.TempPathFactory,
    write: Callable[[list[str]], str],
    cells: list[str],
    aliases: tuple[set[str], set[str]],
) -> None:
    folder = tmp_path_factory.mktemp("aliases")
    before, after = (reference(folder / str(number), sorted(names)) for number, names in enumerate(aliases))
    made, anew = cleaned(write(cells), before, folder / "a"), cleaned(write(cells), after, folder / "b")
    if stands(made, after):
        assert asdict(made) | {"asked": {}} == asdict(anew) | {"asked": {}}
        one, other = (folder / name / "kept.parquet" for name in "ab")
        assert one.exists() == other.exists()
        assert not one.exists() or one.read_bytes() == other.read_bytes()


def test_what_was_asked_names_nobody(tmp_path: Path) -> None:
    """A person's name may stand where a unit should; whoever has no key cannot find out by trying."""
    known = reference(tmp_path / "one", [])
    answers = cleaned(flat(["Nguyễn Văn Mẫu"]), known, tmp_path / "a").asked
    assert answers
    assert all(len(question) == 16 and int(question, 16) >= 0 for question in answers)
    other = Asked(make_lookups(known), b"o" * 32)
    assert "nguyễn văn mẫu" not in other.lookups.units
    assert not other.answers.keys() & answers.keys()


def test_another_alias_has_those_files_cleaned_that_asked_for_it(tmp_path: Path) -> None:
    raw, done = tmp_path / "raw", []
    raw.mkdir()
    (raw / "a-20200701.csv").write_text(flat(["SXD"]), encoding="utf-8")
    (raw / "b-20200702.csv").write_text(flat(["Sở Y tế", "Sở xd"]), encoding="utf-8")

    def run(number: int, *aliases: str) -> list[str]:
        known = reference(tmp_path / str(number), aliases)
        with cleaning_in_this_process():
            clean = stage.clean_files

            def noted(jobs: list[Job], *given: Any) -> list[FileResult]:
                done.append(sorted(job.path.name for job in jobs))
                results = clean(jobs, *given)
                for job, result in zip(jobs, results, strict=True):  # as a crew does
                    job.stem.with_suffix(".json").write_text(json.dumps(asdict(result)), encoding="utf-8")
                return results

            with patch.object(stage, "clean_files", noted):
                stage.clean_exports(raw, known, tmp_path / "out", tmp_path / "work", jobs=1)
        return done.pop() if done else []

    assert run(1, "SXD") == ["a-20200701.csv", "b-20200702.csv"]
    assert run(2, "SXD", "Phòng Một cửa") == []
    assert run(3, "SXD", "Phòng Một cửa", "sở XD") == ["b-20200702.csv"]
    assert run(4, "Phòng Một cửa", "sở XD") == ["a-20200701.csv"]
