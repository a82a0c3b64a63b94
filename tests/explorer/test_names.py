"""Units, columns and functions are found as people type them; a wrong name brings the nearest right one."""

import pandas as pd
import pytest
from support.explorer import told

import analysis as dv
from analysis.explorer.names import bare, find, unit_named
from analysis.language.problems import UsageProblem

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("call_it", "near"),
    [
        (lambda d: dv.attain(d.dossiers, "l3-dosiers"), "l3-dossiers"),
        (lambda d: dv.attain(d.dossiers, reading="defalt"), "default"),
        (lambda d: dv.attain(d.dossiers, window="todate"), "to_date"),
        (lambda d: dv.attain(d.dossiers, unit="so xay dugn"), "Sở Xây dựng"),
        (lambda d: dv.attain(d.dossiers, unit="xa hoa"), "H45."),
        (lambda d: dv.attain(d.dossiers, by="applicnt"), "applicant"),
        (lambda d: dv.attain(d.dossiers, "l3-dossiers", reading="pairs"), "default"),
        (lambda d: dv.new_target("x", "dossier_online", 0.5), "dossiers_online"),
        (lambda d: dv.trend(d, "portl"), "portal"),
        (lambda d: dv.compare(d, "portal", ["Dong Xuan", "khong co"]), "khong co"),
        (lambda d: dv.explain(target="l4-dosiers", data=d), "l4-dossiers"),
        (lambda d: dv.explain(target="portal", month="thang 9", data=d), "2020-09"),
        (lambda d: dv.explain(target="portal", window="todate", data=d), "to_date"),
        (lambda d: dv.plot_lowest(d, "portal", "provinc"), "province"),
        (lambda d: d.dossiers.groupby(["tier", "chanel"]), "channel"),
        (lambda d: d.dossiers.sort_values("recieved_at"), "received_at"),
        (lambda d: dv.attain(pd.DataFrame(d.dossiers)), "data=data"),
        (lambda d: dv.attain(d.dossiers[["unit_code", "level"]]), "received_at"),
        (lambda d: dv.new_target("x", "dossiers_online", 0.5), "level"),
        (lambda d: dv.new_target("x", "dossiers_via_portal", 80), "0"),
        (lambda d: dv.new_target("", "dossiers_via_portal", "80%"), "help(dv.new_target)"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest_right_one(data: dv.Data, call_it, near: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        call_it(data)
    assert near in told(caught.value)


@pytest.mark.parametrize("typed", ["Sở Xây dựng", "so xay dung", "SỞ XÂY DỰNG", "H45.18", "h45.18", "xay dung"])
def test_units_are_found_as_people_type_them(data: dv.Data, typed: str) -> None:
    assert unit_named(typed, data.names) == "H45.18"
    assert "H45.18" in find(typed, data.names)
    assert bare("Đồng  Xuân") == "dong xuan"
    assert unit_named("dong xuan", data.names) == "H45.22", "Xã Hòa Xuân Đông has the words apart"


def test_a_wrong_name_brings_the_nearest_right_one(data: dv.Data) -> None:
    for wrong in (lambda: data.dossiers["chanel"], lambda: data.dossiers[["level", "chanel"]]):
        with pytest.raises(KeyError, match=r"There is no column «chanel»\. Nearest: channel") as caught:
            wrong()
        assert "Gần nhất: channel" in caught.value._render_traceback_()[0]
    with pytest.raises(AttributeError, match=r"Nearest: dossiers"):
        data.dosiers  # noqa: B018
    with pytest.raises(AttributeError, match=r"Nearest: explain"):
        dv.explane  # noqa: B018
    assert not hasattr(data, "_repr_mimebundle_")
    assert data.dossiers.get("chanel") is None, "pandas asks too, and goes on without"
    with pytest.raises(KeyError):
        data.dossiers[("level", 3)]


def test_a_column_is_known_by_its_heading_too(data: dv.Data) -> None:
    with pytest.raises(KeyError, match=r"«Hình thức nộp»\. Nearest: channel\."):
        data.dossiers["Hình thức nộp"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Sở TTTT", "H45.10"), ("so tttt", "H45.10"), ("TP Tuy Hòa", "H45.21"), ("UBND huyện Tuy An", "H45.24")],
)
def test_units_are_known_by_their_other_names(data: dv.Data, typed: str, code: str) -> None:
    assert unit_named(typed, data.names) == code
    assert find(typed, data.names)[0] == code


def test_a_district_is_found_before_the_commune_of_its_name(data: dv.Data) -> None:
    assert find("song hinh", data.names)[:2] == ["H45.26", "H45.26.10"]
    with pytest.raises(UsageProblem, match=r"No one unit"):
        unit_named("song hinh", data.names)
    assert "H45.21" not in find("tuy an", data.names), "«an» begins no word of Thành phố Tuy Hòa"
    assert all("phường 1" in data.names[code].lower() for code in find("phuong 1", data.names))
