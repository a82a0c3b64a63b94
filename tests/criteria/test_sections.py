"""Sections and sentences of the criteria page: they explain each score, name what hangs, escape what people write."""

from dataclasses import replace

import numpy as np
import pytest
from support.criteria_cases import component, criteria, standing
from support.folders import REFERENCE
from support.published import Publication
from support.small_evidence import small_evidence
from support.small_report import AREA, DEPARTMENT, HOSTILE, IDLE

from analysis.criteria import sections, sentences
from analysis.criteria.charts import _spread
from analysis.criteria.rating import Evidence, chosen
from analysis.criteria.rating import standing as standing_of
from analysis.criteria.scoring import scores
from analysis.criteria.sliders import AS_DRAFTED, outcome, sliders
from analysis.criteria.workbench import Workbench
from analysis.findings.figures import tiles
from analysis.language.texts import Language

VI, EN = Language("vi"), Language("en")
ALL = ("heading", "drafts", "scores", "comparison", "cliffs", "certainty", "choices", "gaming", "fairness", "documents")
DRAFTS = ("giam-doc-so", "chu-tich-huyen", "thi-dua")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return small_evidence()


def bench_of(evidence: Evidence, draft: str, language: Language = VI) -> Workbench:
    told = replace(evidence, report=replace(evidence.report, language=language))
    return Workbench(told, tuple(standing_of(told, one) for one in chosen(told.report, draft)))


def lenient(bench: Workbench) -> Workbench:
    """The same criteria, scored whatever there is: the small province has few dossiers."""
    standings = tuple(
        standing_of(
            bench.evidence,
            replace(one.criteria, components=tuple(replace(part, least=1) for part in one.criteria.components)),
        )
        for one in bench.standings
    )
    return Workbench(bench.evidence, standings)


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("language", [VI, EN])
def test_every_section_is_made_and_what_people_write_is_text(
    evidence: Evidence, draft: str, language: Language
) -> None:
    for bench in (bench_of(evidence, draft, language), lenient(bench_of(evidence, draft, language))):
        for name in ALL:
            html = getattr(sections, name)(bench).html
            assert "<script>alert" not in html
            assert HOSTILE not in html
        whole = sections.scores(bench).html
        for code in bench.draft.codes:
            name = bench.report.names[code]
            if "script" not in name:
                assert whole.count(f'<th scope="row">{name}</th>') == 2, "once with the reason, once with the points"


def test_where_points_are_lost_and_what_was_not_scored() -> None:
    drafted = criteria(
        component(minimum="1/2", weight=60, name="a"), component(minimum="1/1", weight=40, least=5, name="b")
    )
    one = standing(drafted, [[(10, 50), (9, 10)], [(25, 50), (1, 4)], [(0, 0), (2, 4)], [(30, 50), (10, 10)]])
    # a: 0.2 of 0.5 earns 0.4 of 60, loses 36; b: 0.9 of 40, loses 4.
    assert sentences.explanation(one, 0, EN) == (
        "Loses 36.0 points at “Test” (10/50 = 20.0%, target 50%); 4.0 points at “Test” (9/10 = 90.0%, target 100%)."
    )
    assert sentences.explanation(one, 1, EN) == (
        "Full points on all that is scored. Not scored for want of dossiers: Test; the score rests on 60 of 100 points."
    )
    assert sentences.explanation(one, 2, VI) == "Không chấm: không tiêu chí nào có đủ hồ sơ để tính (0/0, 2/4)."
    assert sentences.explanation(one, 3, VI) == "Đủ điểm ở mọi tiêu chí được chấm."


def test_lost_points_and_the_score_make_the_maximum() -> None:
    drafted = criteria(component(minimum="1/2", weight=60, name="a"), component(weight=40, least=9, name="b"))
    one = standing(drafted, [[(10, 50), (3, 10)], [(10, 50), (1, 4)]])
    for unit in range(2):
        assert sentences._lost(one, unit).sum() + one.scores.total[unit] == pytest.approx(100)


def test_what_could_be_earned_after_the_points_are_spread() -> None:
    drafted = criteria(component(weight=60, name="a"), component(weight=40, least=9, name="b"))
    one = standing(drafted, [[(10, 50), (3, 10)], [(10, 50), (1, 4)], [(0, 0), (0, 0)]])
    np.testing.assert_allclose(one.possible, [[60, 40], [100, np.nan], [np.nan, np.nan]])


def test_whose_result_hangs_on_something_is_named_with_what(evidence: Evidence) -> None:
    bench = lenient(bench_of(evidence, "thi-dua"))
    found = dict(sections.flagged(bench))
    scored = np.flatnonzero(bench.draft.scored)
    assert set(found) <= set(scored.tolist())
    for unit in scored.tolist():
        flags = found.get(unit, set())
        assert (sections.CHANCE in flags) == (bench.certainty.held[unit] < 0.9)
        assert (sections.WEIGHTS in flags) == (bench.sensitivity.kept[unit] < 0.9)
        assert (sections.LITTLE in flags) == (bench.fairness.units["basis"][unit] < 0.5)
    assert [len(flags) for _, flags in sections.flagged(bench)] == sorted(
        (len(flags) for flags in found.values()), reverse=True
    )


def test_a_criterion_on_the_portal_that_knows_few_sources_is_told() -> None:
    evidence = small_evidence()
    bench = lenient(bench_of(evidence, "giam-doc-so", EN))
    assert "source of the others" not in " ".join(sentences.findings(bench))
    place = [part.target.measure for part in bench.criteria.components].index("dossiers_via_portal")
    under = bench.draft.denominators.copy()
    under[:, place] = np.minimum(under[:, place], 20)
    over = np.minimum(bench.draft.numerators, under)
    silent = Workbench(bench.evidence, (replace(bench.draft, numerators=over, denominators=under),))
    assert "of 1 units: the source of the others is not stated (Sở Xây dựng)" in " ".join(sentences.findings(silent))


def test_the_headline_counts_every_unit(evidence: Evidence) -> None:
    bench = bench_of(evidence, "giam-doc-so")
    counts = [int(part.rstrip(".").rpartition(": ")[2]) for part in sentences.headline(bench).split("; ")]
    assert sum(counts) == len(bench.draft.codes) == 2
    assert counts[-1] == 1, "Sở Ngoại vụ has nothing to score"


def test_findings_count_what_the_tables_show(evidence: Evidence) -> None:
    bench = lenient(bench_of(evidence, "thi-dua", EN))
    found = " ".join(sentences.findings(bench))
    unsure = int((bench.certainty.held < 0.9).sum())
    assert f"The band of {unsure} of {int(bench.draft.scored.sum())} units hangs on chance" in found
    effort = int(bench.played[0]["tokens"].effort.sum())
    assert f"{effort} in all" in found
    assert "Under “Against tokens” they would bring" in found


def test_that_most_are_rated_well_while_the_province_misses_most_is_told(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = lenient(bench_of(evidence, "chu-tich-huyen"))
    shown = [figure for figure in tiles(bench.report) if figure.status != "not_applicable"]
    short = [replace(figure, status="not_attained") for figure in shown]
    of = int(bench.draft.scored.sum())
    none = [0] * (len(bench.criteria.bands) - 1)
    monkeypatch.setattr(sentences, "tiles", lambda _: short)
    monkeypatch.setattr(sentences, "band_sizes", lambda _: [of, *none])
    told = sentences._mild(bench)
    assert told.startswith(f"{of} trong {of} đối tượng được xếp")
    assert f"chưa đạt {len(short)} trên {len(short)} chỉ tiêu" in told
    monkeypatch.setattr(sentences, "band_sizes", lambda _: [*none, of])
    assert sentences._mild(bench) == "", "nobody is rated well"
    monkeypatch.setattr(sentences, "band_sizes", lambda _: [of, *none])
    monkeypatch.setattr(sentences, "tiles", lambda _: [replace(figure, status="attained") for figure in shown])
    assert sentences._mild(bench) == "", "the province attains"


def test_an_alternative_with_other_points_is_told(evidence: Evidence) -> None:
    bench = bench_of(evidence, "chu-tich-huyen")
    draft, rival = bench.standings[:2]
    weights = {part.target.id: part.weight for part in draft.criteria.components}

    def told(more: int) -> list[str]:
        first, *others = (replace(part, weight=weights[part.target.id]) for part in rival.criteria.components)
        parts = (replace(first, weight=first.weight + more), *others)
        changed = replace(rival, criteria=replace(rival.criteria, components=parts))
        return sentences._other_points(Workbench(evidence, (draft, changed)))

    (line,) = told(7)
    first = rival.criteria.components[0]
    assert f"{first.target.title['vi']}: " in line
    assert "thay vì" in line
    assert told(0) == []


def test_names_of_many_are_cut() -> None:
    assert sentences.named(["A", "B", "C", "D", "E"], EN) == "A, B, C, D, E"
    assert sentences.named(list("ABCDEFG"), EN) == "A, B, C, D, 3 other units"


def test_a_period_that_is_not_over_is_provisional(evidence: Evidence) -> None:
    assert "Tạm tính" in sections.heading(bench_of(evidence, "giam-doc-so")).html  # the year, in September
    assert "Tạm tính" not in sections.heading(bench_of(evidence, "chu-tich-huyen")).html  # the third quarter


def test_documents_are_offered_for_the_month_they_were_written_for(evidence: Evidence) -> None:
    bench = bench_of(evidence, "chu-tich-huyen")
    assert "cham-diem-chu-tich-huyen-2020-09.xlsx" in sections.documents(bench).html
    earlier = Workbench(replace(bench.evidence, month="2020-06"), bench.standings)
    assert ".xlsx" not in sections.documents(earlier).html


def test_an_unknown_regulation_is_left_blank_and_known_ones_are_cited(evidence: Evidence) -> None:
    assert "Sở Nội vụ điền" in sections.heading(bench_of(evidence, "giam-doc-so")).html
    cited = sections.heading(bench_of(evidence, "chu-tich-huyen")).html
    assert "34/2017/QĐ-UBND" in cited
    assert "32/2020/QĐ-UBND" in cited


# Sliders


def test_the_sliders_begin_with_the_draft_and_follow(evidence: Evidence) -> None:
    bench = lenient(bench_of(evidence, "giam-doc-so", EN))
    whole = sliders(bench)
    numbers = [one for one in whole.children if hasattr(one, "step")]
    assert [one.value for one in numbers] == [*bench.criteria.weights, *bench.criteria.thresholds[:-1], AS_DRAFTED]
    shown = whole.children[-1]
    assert "Units that change band: 0" in shown.value
    numbers[len(bench.criteria.weights)].value = 0.0  # the best band from 0 points on
    assert f"Units that change band: {int((bench.draft.bands > 0).sum())}" in shown.value
    assert "The thresholds cross" in shown.value
    back = next(one for one in whole.children if getattr(one, "description", "") == "Back to the draft")
    back.click()
    assert "Units that change band: 0" in shown.value


def test_the_table_is_what_the_scores_give(evidence: Evidence) -> None:
    bench = lenient(bench_of(evidence, "giam-doc-so", EN))
    weights = [*bench.criteria.weights]
    weights[1], least = 0.0, 3
    total = scores(
        bench.criteria, bench.draft.numerators, bench.draft.denominators, weights, np.full(len(weights), least)
    ).total
    html = outcome(bench, weights, bench.criteria.thresholds[:-1], least)
    unit = bench.draft.codes.index(DEPARTMENT)
    assert f"<strong>{total[unit]:.1f}</strong>" in html
    assert "Weights sum to 75." in html
    assert "scaled to the maximum of 100" in html


def test_marks_of_one_value_stand_apart() -> None:
    values = np.array([10.0, 10.0, 10.1, 50.0])
    assert len({(round(value), place) for value, place in zip(values, _spread(values), strict=True)}) == 4
    assert (_spread(np.array([])) == np.array([])).all()


def test_whom_the_criteria_rate(evidence: Evidence) -> None:
    assert set(bench_of(evidence, "thi-dua").draft.codes) == {DEPARTMENT, IDLE, AREA, "AREA:H45.23"}


def test_a_workbench_reads_a_finished_run(year: Publication) -> None:
    from analysis.criteria.workbench import workbench
    from analysis.findings.report import read_report

    report = read_report(year.processed, REFERENCE)
    bench = workbench(report, year.processed, "chu-tich-huyen", "2020-Q3")
    assert bench.evidence.month == "2020-09"
    assert len(bench.names) == 9
