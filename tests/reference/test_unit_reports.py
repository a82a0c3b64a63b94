"""The forms of units' reports: each heading is of one cell, and a file that says less is told what it lacks."""

from itertools import chain
from pathlib import Path

import pytest
from support.folders import REFERENCE

from analysis.language.folding import fold
from analysis.language.problems import ReferenceProblem
from analysis.reference.unit_reports import load_unit_reports

FORM = load_unit_reports(REFERENCE)


@pytest.mark.parametrize(
    ("own", "above", "cell"),
    [
        ("Tổng số", ["Số hồ sơ đã giải quyết"], "settled_total"),
        ("TRỰC TUYẾN", ["Trong đó", "Số hồ sơ nhận giải quyết"], "received_online"),
        ("Quá hạn", ["Số hồ sơ đang giải quyết"], "open_late"),
        ("Tổng", ["Trước hạn", ""], "settled_early"),
        ("Tổng", ["", ""], None),
        ("%", ["Trước hạn"], None),
        ("Quá hạn", ["Ghi chú"], None),
    ],
)
def test_a_heading_is_of_the_cell_that_it_and_its_block_say(own: str, above: list[str], cell: str | None) -> None:
    assert FORM.cell(own, above) == cell


def test_no_heading_is_of_two_cells() -> None:
    alone = [fold(word) for one in FORM.cells for word in one.alone]
    assert len(alone) == len(set(alone))
    for block in FORM.blocks:
        within = [fold(word) for one in FORM.cells if one.block == block for word in one.within]
        assert len(within) == len(set(within)), block
    labels = list(chain.from_iterable(FORM.labels.values()))
    assert len(labels) == len(set(labels))


def test_a_form_that_lacks_a_cell_is_told(tmp_path: Path) -> None:
    text = (REFERENCE / "unit-reports.toml").read_text(encoding="utf-8")
    (tmp_path / "unit-reports.toml").write_text(
        text.replace('cell = "open_late"\ntitle', 'cell = "open_total"\ntitle'), "utf-8"
    )
    with pytest.raises(ReferenceProblem, match=r"unit-reports\.toml, line \d+: cells"):
        load_unit_reports(tmp_path)
