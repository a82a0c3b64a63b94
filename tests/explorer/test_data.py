"""Loading a run: typed tables in their natural order, up to a month, every further table of the same run."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from support.explorer import told
from support.folders import REFERENCE
from support.small_run import call

import analysis as dv
from analysis.language.problems import UsageProblem

pytestmark = pytest.mark.slow


def test_what_is_public_is_there() -> None:
    assert set(dv.__all__) >= {"load", "attain", "explain", "compare", "trend", "closers"}
    assert all(callable(getattr(dv, name)) for name in dv.__all__)
    assert set(dv.__all__) <= set(dir(dv))
    with pytest.raises(AttributeError, match=r"Nearest: load.*All: .*load"):
        dv.lod  # noqa: B018


def test_tables_are_typed_and_in_their_natural_order(data: dv.Data) -> None:
    dossiers = data.dossiers
    for name in ("received_at", "due_at", "completed_at"):
        assert pd.api.types.is_datetime64_any_dtype(dossiers[name])
    assert list(dossiers["tier"].cat.categories) == ["province", "district", "commune"]
    assert dossiers["tier"].cat.ordered
    assert list(data.attainment["target_id"].cat.categories) == list(data.targets["target_id"])
    assert list(data.attainment["month"].cat.categories) == [f"2020-{month:02d}" for month in range(1, 10)]
    assert len(data.units) == 138
    assert data.files["read"].sum() > 1_500


def test_choosing_rows_keeps_the_run(data: dv.Data) -> None:
    some = data.dossiers[data.dossiers["channel"] == "online"]
    assert isinstance(some, dv.Table)
    assert some.context is data.context
    assert some.sort_values("received_at").head(3).context is data.context


def test_a_month_ends_the_tables(processed: Path) -> None:
    june = dv.load("2020-06", processed, REFERENCE)
    assert june.attainment["month"].max() == "2020-06"
    assert june.dossiers["received_at"].max() < pd.Timestamp("2020-07-01")
    with pytest.raises(UsageProblem):
        dv.explain(target="portal", month="2020-07", data=june)
    with pytest.raises(UsageProblem) as caught:
        dv.load("2020-13", processed, REFERENCE)
    assert "2020-03" in told(caught.value) or "2020-09" in told(caught.value)


def test_a_script_that_loads_ends_without_a_word(processed: Path, tmp_path: Path) -> None:
    folders = f"processed={str(processed)!r}, reference={str(REFERENCE)!r}"
    script = f"import analysis as dv; print(len(dv.load({folders}).dossiers))"
    done = call([sys.executable, "-c", script], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0


def test_dossiers_are_of_units_never_of_groups(data: dv.Data) -> None:
    counts = data.dossiers["unit_code"].value_counts()
    assert set(counts.index) == set(data.units["unit_code"])


def test_joined_tables_keep_the_run(data: dv.Data) -> None:
    plain = pd.DataFrame(data.units)[["unit_code", "parent_code"]]
    for joined in (data.attainment.merge(plain, on="unit_code"), pd.concat([data.dossiers.head(2), plain])):
        assert isinstance(joined, dv.Table)
        assert joined.context is data.context
    more = data.dossiers.merge(plain, on="unit_code")
    assert dv.attain(more, "portal").equals(dv.attain(data.dossiers, "portal"))
