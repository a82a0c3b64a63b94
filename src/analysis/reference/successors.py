"""The days of units, and who came after whom (``successors.csv``), checked before anything rests on them."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from analysis.language.texts import N_
from analysis.reference.csv_files import read_csv, refuse

DAYS = ("valid_from", "valid_to")
SUCCESSORS = pa.DataFrameSchema(
    {
        "old_code": pa.Column(str, pa.Check.str_length(min_value=1), description="Mã đơn vị thôi hoạt động"),
        "new_code": pa.Column(str, pa.Check.str_length(min_value=1), description="Mã đơn vị kế tục"),
        "from": pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$"), description="Từ ngày"),
        "share": pa.Column(str, pa.Check.str_length(min_value=1), description="Phần chuyển sang đơn vị mới"),
    },
    strict=True,
    ordered=True,
)


def with_days(file: str, units: pd.DataFrame) -> pd.DataFrame:
    """The units with their days as days (NaT: open), where the file has them; the index are its lines."""
    found = units.assign(**{name: _days(units[name]) for name in DAYS if name in units})
    unreal = [units.index[found[name].isna() & (units[name] != "")] for name in DAYS if name in units]
    late = units.index[found["valid_to"] <= found["valid_from"]] if {*DAYS} <= {*units} else []
    refuse(
        file,
        [
            (
                N_("{file}, line {line}: no such day. Dates are written yyyy-mm-dd."),
                [line for lines in unreal for line in lines],
            ),
            (N_("{file}, line {line}: valid_to must be later than valid_from (it is the first day without)."), late),
        ],
    )
    return found


def read_successors(path: Path, units: pd.DataFrame) -> pd.DataFrame:
    """old_code, new_code, ``from`` (a day), ``share`` (a Fraction); no rows without the file.

    Raises ReferenceProblem for lines that leave open whose a dossier is: what one unit gave must sum to 1, on the day
    on which its validity ends, to units that are valid then; who got but a part must begin on that day.
    """
    if not path.exists():
        return pd.DataFrame(columns=[*SUCCESSORS.columns])
    rows = read_csv(path, SUCCESSORS)
    day, share = _days(rows["from"]), rows["share"].map(_fraction).astype(object)
    known = rows["old_code"].isin(units["unit_code"]) & rows["new_code"].isin(units["unit_code"])
    sums = share.groupby(rows["old_code"]).transform("sum")
    old, new = (_day_of(rows[name], units, "valid_to") for name in ("old_code", "new_code"))
    started = _day_of(rows["new_code"], units, "valid_from")
    there = (started.isna() | (started <= day)) & (new.isna() | (day < new)) & (rows["old_code"] != rows["new_code"])
    part = (share > 0) & (share < 1)
    checks = {
        N_("{file}, line {line}: no such day. Dates are written yyyy-mm-dd."): day.isna(),
        N_("{file}, line {line}: old_code and new_code must be codes of units.csv."): ~known,
        N_("{file}, line {line}: share must be a number above 0 and not above 1, such as 0.4 or 1/3."): ~part
        & (share != 1),
        N_("{file}, line {line}: from must be the day in valid_to of old_code in units.csv."): known & (old != day),
        N_("{file}, line {line}: new_code must be another unit, valid on the day in from."): known & ~there,
        N_(
            "{file}, line {line}: the shares of one old_code must sum to 1, each new_code once. Write a line for "
            "every unit that took over a part."
        ): (sums != 1) | rows.duplicated(["old_code", "new_code"]),
        N_(
            "{file}, line {line}: who takes over a part of a unit that was divided is a new unit from that day on: "
            "valid_from of new_code must be the day in from. Give it a code of its own."
        ): known & part & (started != day),
    }
    first: dict[int, str] = {}
    for words, wrong in checks.items():
        for line in rows.index[wrong]:
            first.setdefault(line, words)
    refuse(path.name, [(words, [line for line, told in first.items() if told == words]) for words in checks])
    return rows.assign(**{"from": day, "share": share}).reset_index(drop=True)


def _days(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")


def _day_of(codes: pd.Series, units: pd.DataFrame, name: str) -> pd.Series:
    """The first or last day of each unit, NaT for an open one and one that is not known."""
    days = units.set_index("unit_code")[name] if name in units else pd.Series(dtype="datetime64[s]")
    return pd.Series(days.reindex(codes).to_numpy(), codes.index)


def _fraction(text: str) -> Fraction:
    """The share as it is written, exactly; 0 for what is no number."""
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return Fraction(0)
