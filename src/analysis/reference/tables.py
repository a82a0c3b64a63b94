"""Reference data (contract §2): units, the catalogue of procedures, decisions, the vocabulary."""

import csv
import os
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import StringIO
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.language.folding import fold
from analysis.language.problems import ReferenceProblem, UsageProblem
from analysis.language.texts import N_
from analysis.reference.criteria import Criteria
from analysis.reference.criteria_files import load_criteria
from analysis.reference.decision import Decision, load_decision
from analysis.reference.keys import procedure_key, unit_key
from analysis.reference.toml_files import written_text
from analysis.reference.vocabulary import Vocabulary, load_vocabulary
from analysis.storage.places import page_name

TIERS = ("province", "district", "commune")
UNITS = pa.DataFrameSchema(
    {
        "unit_code": pa.Column(str, pa.Check.str_length(min_value=1), unique=True, description="Mã định danh cơ quan"),
        "unit_name": pa.Column(str, pa.Check.str_length(min_value=1), description="Tên cơ quan"),
        "tier": pa.Column(str, pa.Check.isin(TIERS), description="Cấp"),
        "parent_code": pa.Column(str, description="Huyện của một xã; để trống với cấp khác"),
        "aliases": pa.Column(str, description="Tên gọi khác, cách nhau bằng |"),
        "province_code": pa.Column(str, required=False, description="Mã tỉnh; chỉ khi có nhiều tỉnh"),
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
        "tier": pa.Column(str, pa.Check.isin(TIERS), description="Cấp"),
        "unit_code": pa.Column(str, description="Sở có thủ tục; để trống với thủ tục cấp huyện, cấp xã"),
        "level": pa.Column(str, pa.Check.isin(["1", "2", "3", "4"]), description="Mức độ 1 đến 4"),
        "valid_from": pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$"), description="Có hiệu lực từ ngày"),
        "valid_to": pa.Column(str, pa.Check.str_matches(r"^(\d{4}-\d{2}-\d{2})?$"), description="Đến trước ngày"),
    },
    strict=True,
    ordered=True,
)


@dataclass(frozen=True)
class Reference:
    """What the analysis takes as given.

    ``units``: unit_code, unit_name, tier, parent_code, aliases (text, "" when absent), and province_code where there
    are several provinces.
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

    @cached_property
    def illustrative(self) -> bool:
        """Whether the catalogue says of itself that it is made up (minh họa)."""
        return any(fold(field).endswith("minh họa") for field in self.catalogue["field"].unique())

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
    """Read and check the reference folder; raises ReferenceProblem on the first thing to mend."""
    folder = Path(folder)
    for name in ("units.csv", "catalogue.csv", "vocabulary.toml", "decisions"):
        if not os.path.lexists(folder / name):
            raise ReferenceProblem(
                N_("{folder} has no {name}. Give the folder of the reference data with --reference."),
                folder=folder,
                name=name,
            )
    units = _read_table(folder / "units.csv", UNITS)
    _check_parents(folder / "units.csv", units)
    provinces = _read_provinces(folder, units)
    catalogue = _read_table(folder / "catalogue.csv", CATALOGUE)
    catalogue = _typed_catalogue(folder / "catalogue.csv", catalogue, units)
    decisions = {path.stem: load_decision(path) for path in sorted((folder / "decisions").glob("*.toml"))}
    if not decisions:
        raise ReferenceProblem(
            N_("{folder} has no decision. Add one after the example of 766-qd-ubnd-2020.toml."),
            folder=folder / "decisions",
        )
    vocabulary, criteria = load_vocabulary(folder / "vocabulary.toml"), load_criteria(folder, decisions)
    return Reference(folder, units, provinces, catalogue, decisions, vocabulary, criteria)


def _read_table(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    reader = csv.reader(StringIO(written_text(path, path.name)), strict=True)
    rows: list[list[str]] = []
    try:
        for row in filter(None, reader):
            rows.append(row)
            if len(row) != len(rows[0]):
                raise csv.Error
    except csv.Error:
        raise ReferenceProblem(
            N_(
                "{file}, line {line}: more or fewer cells than headings. A cell with a comma, a line break or a "
                "quotation mark in it must stand in quotation marks."
            ),
            file=path.name,
            line=reader.line_num,
        ) from None
    head = [cell.strip() for cell in rows[0]] if rows else []
    if len(set(head)) < len(head) or not rows:
        raise _wrong_columns(path, schema)
    table = pd.DataFrame(rows[1:], columns=head, dtype="str")
    try:
        return schema.validate(table)
    except pa.errors.SchemaErrors as errors:  # pandera gathers what is wrong with the columns as a whole
        raise _schema_problem(path, errors.schema_errors[0], schema) from None
    except pa.errors.SchemaError as error:
        raise _schema_problem(path, error, schema) from None


def _schema_problem(path: Path, error: pa.errors.SchemaError, schema: pa.DataFrameSchema) -> ReferenceProblem:
    cases = error.failure_cases
    column = getattr(error.schema, "name", None)
    if column is None or not isinstance(cases, pd.DataFrame) or cases["index"].isna().all():
        return _wrong_columns(path, schema)
    return ReferenceProblem(
        N_("{file}, line {line}: «{value}» does not fit the column {column} ({rule}). Mend that cell."),
        file=path.name,
        line=int(cases["index"].iloc[0]) + 2,
        value=cases["failure_case"].iloc[0],
        column=column,
        rule=cases["check"].iloc[0] if "check" in cases else error.check,
    )


def _wrong_columns(path: Path, schema: pa.DataFrameSchema) -> ReferenceProblem:
    return ReferenceProblem(
        N_("{file}, line 1: the columns must be exactly {columns}."),
        file=path.name,
        columns=",".join(name for name, column in schema.columns.items() if column.required),
    )


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
    provinces = _read_table(folder / "provinces.csv", PROVINCES)
    own = units["province_code"]
    parent = units["parent_code"].map(dict(zip(units["unit_code"], own, strict=True))).fillna(own)
    for line in units.index[~own.isin(provinces["province_code"]) | (own != parent)]:
        raise ReferenceProblem(
            N_("{file}, line {line}: province_code must be a code of provinces.csv, and for a commune its district's."),
            file="units.csv",
            line=line + 2,
        )
    return provinces[provinces["province_code"].isin(own)].reset_index(drop=True)


def _check_parents(path: Path, units: pd.DataFrame) -> None:
    districts = set(units.loc[units["tier"] == "district", "unit_code"])
    communes = units["tier"] == "commune"
    wrong = (communes & ~units["parent_code"].isin(districts)) | (~communes & (units["parent_code"] != ""))
    keys = units["unit_code"].map(unit_key)
    for line in units.index[wrong]:
        raise ReferenceProblem(
            N_("{file}, line {line}: the parent of a commune is a district's code, other units have none."),
            file=path.name,
            line=line + 2,
        )
    # Their pages and anchors are named by them; AREA-H45.22 is the page of a group.
    pages = units["unit_code"].map(page_name).str.casefold()
    of_groups = pages.isin(["all"]) | pages.str.startswith(("area-", "tier-", "province-"))
    for line in units.index[keys.duplicated() | pages.duplicated() | of_groups]:
        raise ReferenceProblem(
            N_(
                "{file}, line {line}: the code is another unit's or a group's, or differs from one by no letter, digit "
                "or dot. Give every unit its own."
            ),
            file=path.name,
            line=line + 2,
        )


def _typed_catalogue(path: Path, catalogue: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    typed = catalogue.assign(
        level=catalogue["level"].astype("int64"),
        valid_from=pd.to_datetime(catalogue["valid_from"], format="%Y-%m-%d", errors="coerce"),
        valid_to=pd.to_datetime(catalogue["valid_to"], format="%Y-%m-%d", errors="coerce"),
        procedure_key=catalogue["procedure_code"].map(procedure_key),
    )
    departments = set(units.loc[units["tier"] == "province", "unit_code"])
    of_department = typed["tier"] == "province"
    unreal = typed["valid_from"].isna() | (typed["valid_to"].isna() & (catalogue["valid_to"] != ""))
    by_validity = typed.sort_values("valid_from", kind="stable")
    owner = [by_validity[name] for name in ("procedure_key", "tier", "unit_code")]
    ends = by_validity["valid_to"].fillna(pd.Timestamp("2200-01-01")).groupby(owner).shift()
    for wrong, template in (
        (unreal, N_("{file}, line {line}: no such day. Dates are written yyyy-mm-dd.")),
        (
            typed["valid_to"] <= typed["valid_from"],
            N_("{file}, line {line}: valid_to must be later than valid_from (it is the first day without)."),
        ),
        (
            of_department != typed["unit_code"].isin(departments),
            N_("{file}, line {line}: unit_code is a department's code for tier province and empty otherwise."),
        ),
        (
            (by_validity["valid_from"] < ends).reindex(typed.index),
            N_("{file}, line {line}: the validity overlaps with another line of the same procedure."),
        ),
    ):
        for line in typed.index[wrong]:
            raise ReferenceProblem(template, file=path.name, line=line + 2)
    return typed
