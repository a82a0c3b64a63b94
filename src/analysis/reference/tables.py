"""Reference data (contract §2): units, the catalogue of procedures, decisions, the vocabulary."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.language.folding import fold
from analysis.language.problems import ReferenceProblem, UsageProblem
from analysis.language.texts import N_
from analysis.reference.criteria import Criteria
from analysis.reference.criteria_files import load_criteria
from analysis.reference.csv_files import read_csv, refuse
from analysis.reference.decision import Decision, load_decision
from analysis.reference.glossary import Glossary, load_glossary
from analysis.reference.keys import procedure_key, unit_key
from analysis.reference.succession import FIRST, LAST, Succession
from analysis.reference.successors import DAYS, read_successors, with_days
from analysis.reference.tiers import DEPARTMENTS, DISTRICTS, load_tiers, with_tiers
from analysis.reference.vocabulary import Vocabulary, load_vocabulary
from analysis.storage.places import page_name

_DAY = r"^(\d{4}-\d{2}-\d{2})?$"  # "" for an open end
LEVELS = ("1", "2", "3", "4")
TILES = pa.DataFrameSchema(
    {
        "unit_code": pa.Column(str, pa.Check.str_length(min_value=1), unique=True, description="Mã huyện"),
        "row": pa.Column(str, pa.Check.str_matches(r"^[1-9]\d?$"), description="Hàng, từ bắc xuống"),
        "column": pa.Column(str, pa.Check.str_matches(r"^[1-9]\d?$"), description="Cột, từ tây sang"),
    },
    strict=True,
    ordered=True,
)
UNITS = pa.DataFrameSchema(
    {
        "unit_code": pa.Column(str, pa.Check.str_length(min_value=1), unique=True, description="Mã định danh cơ quan"),
        "unit_name": pa.Column(str, pa.Check.str_length(min_value=1), description="Tên cơ quan"),
        "tier": pa.Column(str, description="Cấp"),
        "parent_code": pa.Column(str, description="Huyện của một xã, nếu có; để trống với cấp khác"),
        "aliases": pa.Column(str, description="Tên gọi khác, cách nhau bằng |"),
        "province_code": pa.Column(str, required=False, description="Mã tỉnh; chỉ khi có nhiều tỉnh"),
        "valid_from": pa.Column(str, pa.Check.str_matches(_DAY), required=False, description="Có từ ngày"),
        "valid_to": pa.Column(str, pa.Check.str_matches(_DAY), required=False, description="Có đến trước ngày"),
    },
    strict=True,
    ordered=True,
)
PROVINCES = pa.DataFrameSchema(
    {
        "province_code": pa.Column(str, pa.Check.str_length(min_value=1), unique=True, description="Mã tỉnh"),
        "province_name": pa.Column(str, pa.Check.str_length(min_value=1), description="Tên tỉnh, thành phố"),
    },
    strict=True,
    ordered=True,
)
CATALOGUE = pa.DataFrameSchema(
    {
        "procedure_code": pa.Column(str, pa.Check.str_length(min_value=1), description="Mã thủ tục"),
        "procedure_name": pa.Column(str, pa.Check.str_length(min_value=1), description="Tên thủ tục"),
        "field": pa.Column(str, description="Lĩnh vực"),
        "tier": pa.Column(str, description="Cấp"),
        "unit_code": pa.Column(str, description="Sở có thủ tục; để trống với thủ tục cấp huyện, cấp xã"),
        "level": pa.Column(str, pa.Check.isin(LEVELS), description="Mức độ 1 đến 4"),
        "valid_from": pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$"), description="Có hiệu lực từ ngày"),
        "valid_to": pa.Column(str, pa.Check.str_matches(_DAY), description="Đến trước ngày"),
    },
    strict=True,
    ordered=True,
)

DRAFT = "(dự thảo từ tệp kết xuất)"  # ends the field of a procedure that dvctt catalogue draft took from exports


@dataclass(frozen=True)
class Reference:
    """What the analysis takes as given.

    ``units``: unit_code, unit_name, tier, parent_code, aliases (text, "" when absent), province_code where there are
    several provinces, ``valid_from`` and ``valid_to`` (days, NaT: open) where the file has them.
    ``tiers``: their titles by language, none for the usual three. ``succession``: where units have days, what became
    of them.
    ``tiles``: unit_code, row and column (text) of the districts that are placed on a map; no rows without map.csv.
    ``provinces``: province_code, province_name; no rows where there is but one, which needs no name.
    ``catalogue``: the file's columns, ``level`` a number, ``valid_from`` and ``valid_to`` days
    (NaT: open), and ``procedure_key``, the two first groups by which codes match.
    """

    folder: Path
    units: pd.DataFrame
    provinces: pd.DataFrame
    catalogue: pd.DataFrame
    decisions: dict[str, Decision]
    vocabulary: Vocabulary
    criteria: dict[str, Criteria]
    tiles: pd.DataFrame
    tiers: Mapping[str, Mapping[str, str]]
    succession: Succession | None
    day: date | None = None

    def on_day(self, decision: Decision, as_of: date) -> "Reference":
        """As it was on the as-of day, or the decision's last: ``units`` are those of that ``day``; once is for good."""
        if self.day or not self.succession:
            return self
        day = min(as_of, decision.valid_to)
        known = Succession(self.succession.units, self.succession.successors, decision.valid_from, day)
        units = known.units[known.valid_on(day)].reset_index(drop=True)
        units["parent_code"] = units["parent_code"].where(units["parent_code"].isin(units["unit_code"]), "")
        return replace(self, units=units, succession=known, day=day)

    @cached_property
    def past(self) -> pd.DataFrame:
        """The units that are not of the day and that dossiers may still be counted for (``Succession.past``)."""
        if not self.succession or not self.day:
            return self.units.iloc[:0].assign(until=pd.NaT, shown=False)
        return self.succession.past.reset_index(drop=True)

    def ended(self, decision: Decision, as_of: date) -> frozenset[str]:
        """The codes of the units that are not of the as-of day, or the decision's last."""
        return frozenset(self.on_day(decision, as_of).past["unit_code"])

    def by_holder(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows that count what units filed, with the unit in ``unit_code`` whose series holds it as of the day."""
        if not self.succession or not self.day:
            return rows
        return rows.assign(unit_code=rows["unit_code"].replace(self.succession.holders))

    @cached_property
    def illustrative(self) -> bool:
        """Whether the catalogue says of itself that it is made up (minh họa)."""
        return any(fold(field).endswith("minh họa") for field in self.catalogue["field"].unique())

    @cached_property
    def drafted(self) -> bool:
        """Whether procedures without dossiers may be missing, since the catalogue was drafted from exports."""
        return any(fold(field).endswith(fold(DRAFT)) for field in self.catalogue["field"].unique())

    @cached_property
    def glossary(self) -> Glossary:
        """Words of the trade in plain words."""
        return load_glossary(self.folder)

    @cached_property
    def procedure_names(self) -> dict[str, str]:
        """The name of each procedure, the latest where it had several, by its key."""
        return dict(zip(self.catalogue["procedure_key"], self.catalogue["procedure_name"], strict=True))

    @cached_property
    def first_day(self) -> date:
        """The first day of the decision that counts where none is asked for."""
        return self.decision("").valid_from

    def decision(self, decision_id: str, day: date | None = None) -> Decision:
        """The decision with that id; for "" the one in force on ``day``, else the last that began before."""
        if decision_id:
            if decision_id not in self.decisions:
                raise UsageProblem(
                    N_("There is no decision {wanted}. Known: {known}. A decision is a file in {folder}."),
                    wanted=decision_id,
                    known=", ".join(sorted(self.decisions)),
                    folder=self.folder / "decisions",
                )
            return self.decisions[decision_id]
        begun = [d for d in self.decisions.values() if day is None or d.valid_from <= day]
        in_force = [d for d in begun if day is not None and day <= d.valid_to]
        candidates = in_force or begun or list(self.decisions.values())
        return max(candidates, key=lambda decision: (decision.valid_from, decision.issued, decision.id))


def load_reference(folder: Path | str) -> Reference:
    """Read and check the reference folder; raises ReferenceProblem that tells what is to be mended in a file."""
    folder = Path(folder)
    for name in ("units.csv", "catalogue.csv", "vocabulary.toml", "decisions"):
        if not os.path.lexists(folder / name):
            raise ReferenceProblem(
                N_("{folder} has no {name}. Give the folder of the reference data with --reference."),
                folder=folder,
                name=name,
            )
    found: list[ReferenceProblem] = []
    tiers = _gathering(found, lambda: load_tiers(folder)) or {}
    units = _gathering(found, lambda: _read_units(folder, tiers)) if tiers else None
    provinces = _gathering(found, lambda: _read_provinces(folder, units)) if units is not None else None
    catalogue = _gathering(found, lambda: read_catalogue(folder / "catalogue.csv", units, tiers))
    paths = sorted((folder / "decisions").glob("*.toml"))
    decisions = {path.stem: _gathering(found, partial(load_decision, path)) for path in paths}
    if not decisions:
        words = N_("{folder} has no decision. Add one after the example of 766-qd-ubnd-2020.toml.")
        found.append(ReferenceProblem(words, folder=folder / "decisions"))
    vocabulary = _gathering(found, lambda: load_vocabulary(folder / "vocabulary.toml"))
    criteria = _gathering(found, lambda: load_criteria(folder, decisions)) if all(decisions.values()) else {}
    tiles = _gathering(found, lambda: _read_tiles(folder / "map.csv"))
    succession = _gathering(found, lambda: _read_succession(folder, units)) if units is not None else None
    if found:
        raise ReferenceProblem.of(found)
    return Reference(folder, units, provinces, catalogue, decisions, vocabulary, criteria, tiles, tiers, succession)


def _gathering(found: list[ReferenceProblem], load: Callable[[], Any]) -> Any:
    """What ``load`` gives; what is to be mended, to ``found``."""
    try:
        return load()
    except ReferenceProblem as problem:
        found += [problem, *problem.others]
        problem.others = ()
        return None


def _read_units(folder: Path, tiers: Mapping[str, object]) -> pd.DataFrame:
    units = read_csv(folder / "units.csv", with_tiers(UNITS, tiers))
    _check_parents(folder / "units.csv", units)
    return with_days("units.csv", units).reset_index(drop=True)


def _read_succession(folder: Path, units: pd.DataFrame) -> Succession | None:
    """None where units are of all time; else as it will be in the end, until a day is asked for."""
    successors = read_successors(folder / "successors.csv", units)
    if not {*DAYS} & {*units}:
        return None
    return Succession(units, successors, FIRST.date(), (LAST - pd.Timedelta(days=1)).date())


def _read_tiles(path: Path) -> pd.DataFrame:
    if not path.exists():
        return pd.DataFrame(columns=[*TILES.columns], dtype="str")
    return read_csv(path, TILES).reset_index(drop=True)


def read_catalogue(
    path: Path, units: pd.DataFrame | None = None, tiers: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """The catalogue of procedures in a file (``Reference.catalogue``); raises ReferenceProblem that names its lines.

    Without ``units`` nobody says whether its departments are there, without ``tiers`` whether there are such.
    """
    schema = with_tiers(CATALOGUE, tiers) if tiers else CATALOGUE
    return _typed_catalogue(path, read_csv(path, schema), units).reset_index(drop=True)


def _read_provinces(folder: Path, units: pd.DataFrame) -> pd.DataFrame:
    """The provinces of the units, when there are several."""
    if "province_code" not in units or units["province_code"].nunique() < 2:
        return pd.DataFrame(columns=[*PROVINCES.columns], dtype="str")
    if not (folder / "provinces.csv").exists():
        raise ReferenceProblem(
            N_("{folder} has no {name}. Units of several provinces need it: province_code,province_name."),
            folder=folder,
            name="provinces.csv",
        )
    provinces = read_csv(folder / "provinces.csv", PROVINCES)
    own = units["province_code"]
    parent = units["parent_code"].map(dict(zip(units["unit_code"], own, strict=True))).fillna(own)
    words = N_("{file}, line {line}: province_code must be a code of provinces.csv, and for a commune its district's.")
    refuse("units.csv", [(words, units.index[~own.isin(provinces["province_code"]) | (own != parent)] + 2)])
    return provinces[provinces["province_code"].isin(own)].reset_index(drop=True)


def _check_parents(path: Path, units: pd.DataFrame) -> None:
    districts = set(units.loc[units["tier"] == DISTRICTS, "unit_code"])
    within = ~units["tier"].isin([DEPARTMENTS, DISTRICTS]) & units["parent_code"].isin(districts)
    wrong = ~within & (units["parent_code"] != "")
    keys = units["unit_code"].map(unit_key)
    # Their pages and anchors are named by them; AREA-H45.22 is the page of a group.
    pages = units["unit_code"].map(page_name).str.casefold()
    of_groups = pages.isin(["all", "index"]) | pages.str.startswith(("area-", "tier-", "province-"))
    parent = N_("{file}, line {line}: the parent of a commune is a district's code or none, other units have none.")
    code = N_(
        "{file}, line {line}: the code is another unit's or a group's, or differs from one by no letter, digit "
        "or dot. Give every unit its own."
    )
    same = units.index[keys.duplicated() | pages.duplicated() | of_groups]
    refuse(path.name, [(parent, units.index[wrong]), (code, same)])


def _typed_catalogue(path: Path, catalogue: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    typed = catalogue.assign(
        level=catalogue["level"].astype("int64"),
        valid_from=pd.to_datetime(catalogue["valid_from"], format="%Y-%m-%d", errors="coerce"),
        valid_to=pd.to_datetime(catalogue["valid_to"], format="%Y-%m-%d", errors="coerce"),
        procedure_key=catalogue["procedure_code"].map(procedure_key),
    )
    of_department = typed["tier"] == DEPARTMENTS
    if units is None:
        misplaced = pd.Series(False, typed.index)
    else:
        departments = set(units.loc[units["tier"] == DEPARTMENTS, "unit_code"])
        misplaced = of_department != typed["unit_code"].isin(departments)
    unreal = {name: typed.index[typed[name].isna() & (catalogue[name] != "")] for name in ("valid_from", "valid_to")}
    by_validity = typed.sort_values("valid_from", kind="stable")
    owner = [by_validity[name] for name in ("procedure_key", "tier", "unit_code")]
    ends = by_validity["valid_to"].fillna(pd.Timestamp("2200-01-01")).groupby(owner).shift()
    late = N_("{file}, line {line}: valid_to must be later than valid_from (it is the first day without).")
    place = N_("{file}, line {line}: unit_code is a department's code for tier province and empty otherwise.")
    over = N_(
        "{file}, line {line}: its department ends sooner, as units.csv has it. End the line on that day, and write one "
        "for whoever has the procedure from then on."
    )
    twice = N_("{file}, line {line}: the validity overlaps with another line of the same procedure.")
    refuse(
        path.name,
        [
            (
                N_("{file}, line {line}: no such day. Dates are written yyyy-mm-dd."),
                [*unreal["valid_from"], *unreal["valid_to"]],
            ),
            (late, typed.index[typed["valid_to"] <= typed["valid_from"]]),
            (place, typed.index[misplaced]),
            (over, typed.index[_outlives(typed, units)]),
            (twice, typed.index[(by_validity["valid_from"] < ends).reindex(typed.index)]),
        ],
    )
    return typed


def _outlives(catalogue: pd.DataFrame, units: pd.DataFrame | None) -> pd.Series:
    """Whether a line holds on a day on which its department is no more: nobody would be given its procedure."""
    if units is None or "valid_to" not in units:
        return pd.Series(False, catalogue.index)
    end = catalogue["unit_code"].map(units.set_index("unit_code")["valid_to"])
    return end.notna() & (catalogue["valid_to"].isna() | (catalogue["valid_to"] > end))
