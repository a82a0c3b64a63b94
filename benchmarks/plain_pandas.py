"""The same table as an analyst would make it: pandas and openpyxl, one script, no shortcuts.

This is what ``dvctt run --until attainment`` is measured against. It knows enough of the exports'
mess to come to the same figures on the benchmark's workbooks, and no more.

    python -m benchmarks.plain_pandas RAW REFERENCE AS_OF OUT.csv
"""

import re
import sys
import tomllib
import unicodedata
from fractions import Fraction
from pathlib import Path

import pandas as pd

DATES = ("received_at", "due_at", "completed_at")
CODED = ("channel", "level", "applicant", "source", "status")
MONTHS = range(1, 13)
KEYS = ["target_id", "reading", "unit_code", "window", "month"]


def main(raw: Path, reference: Path, as_of: pd.Timestamp, out: Path) -> None:
    vocabulary = tomllib.loads((reference / "vocabulary.toml").read_text(encoding="utf-8"))
    decision = tomllib.loads(next((reference / "decisions").glob("*.toml")).read_text(encoding="utf-8"))
    units = pd.read_csv(reference / "units.csv", dtype=str, keep_default_na=False)
    catalogue = pd.read_csv(reference / "catalogue.csv", dtype=str, keep_default_na=False)
    catalogue["procedure"] = catalogue["procedure_code"].map(short_code)
    catalogue["level"] = catalogue["level"].astype(int)
    exports = [read_workbook(path, vocabulary) for path in sorted(raw.rglob("*.xlsx"))]
    dossiers = clean(pd.concat(exports, ignore_index=True), vocabulary, units, catalogue)
    attainment(dossiers, units, catalogue, decision, as_of).to_csv(out, index=False)


def fold(text: object) -> str:
    words = unicodedata.normalize("NFC", str(text)).casefold()
    words = " ".join(words.split()).strip(" .,:;*()-–")
    for old, new in (("oà", "òa"), ("oá", "óa"), ("oả", "ỏa"), ("oã", "õa"), ("oạ", "ọa"), ("uỷ", "ủy"), ("uý", "úy")):
        words = words.replace(old, new)
    return words


def short_code(code: object) -> str | None:
    return None if pd.isna(code) else ".".join(str(code).strip().split(".")[:2])


def read_workbook(path: Path, vocabulary: dict) -> pd.DataFrame:
    """All sheets that have the headings, with the columns that we know."""
    meaning = {fold(word): column for column, words in vocabulary["columns"].items() for word in words}
    parts = []
    for cells in pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine="openpyxl").values():
        heads = [[meaning.get(fold(cell)) for cell in row] for row in cells.head(30).itertuples(index=False)]
        top = max(range(len(heads)), key=lambda row: sum(name is not None for name in heads[row]), default=None)
        if top is None or "dossier_id" not in heads[top]:
            continue
        wanted = {name: position for position, name in reversed(list(enumerate(heads[top]))) if name}
        table = cells.iloc[top + 1 :, list(wanted.values())].set_axis(list(wanted), axis=1)
        first = cells.iloc[top + 1 :].bfill(axis=1).iloc[:, 0].map(fold)
        is_row = (table.notna().sum(axis=1) >= 3) & ~first.str.match(r"(tổng |)cộng\b|tổng số\b")
        is_row &= ~table["channel"].map(fold).isin(meaning)
        title = " ".join(str(cell) for cell in cells.head(top).stack())
        parts.append(table[is_row].assign(exported=export_date(title, path), file=str(path)))
    return pd.concat(parts, ignore_index=True)


def export_date(title: str, path: Path) -> pd.Timestamp:
    if found := re.search(r"Ngày xuất: (\d+/\d+/\d+)", unicodedata.normalize("NFC", title)):
        return pd.to_datetime(found[1], dayfirst=True)
    named = re.findall(r"(?<!\d)\d{8}(?!\d)", path.stem)
    if named:
        return pd.to_datetime(named[-1], format="%Y%m%d")
    ends = re.findall(r"đến ngày (\d+/\d+/\d+)", unicodedata.normalize("NFC", title))
    return pd.to_datetime(ends[-1], dayfirst=True) if ends else pd.Timestamp(path.stat().st_mtime, unit="s").normalize()


def clean(rows: pd.DataFrame, vocabulary: dict, units: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Valid rows, one per dossier, with codes for words and the catalogue's level."""
    names: dict[str, set[str]] = {}
    for unit in units.itertuples():
        old = re.sub(r"^H45\.(\d\d)$", r"000.00.\1.H45", unit.unit_code)
        old = re.sub(r"^H45\.(\d\d)\.(\d\d)$", r"000.\2.\1.H45", old)
        for name in (unit.unit_code, old, unit.unit_name, *filter(None, unit.aliases.split("|"))):
            names.setdefault(fold(name), set()).add(unit.unit_code)
    rows["unit_code"] = rows["unit"].map(
        lambda text: next(iter(names[fold(text)]), None) if len(names.get(fold(text), ())) == 1 else None
    )
    rows["procedure"] = rows["procedure_code"].map(short_code) if "procedure_code" in rows else None
    rows["tier"] = rows["unit_code"].map(units.set_index("unit_code")["tier"])
    rows = name_procedures(rows, catalogue)
    bad = pd.Series(False, rows.index)
    for column in CODED:
        given = rows[column] if column in rows else pd.Series(None, rows.index, dtype=object)
        codes = {fold(word): code for code, words in vocabulary["values"][column].items() for word in words}
        rows[column] = given.map(lambda text, codes=codes: None if pd.isna(text) else codes.get(fold(text)))
        bad |= rows[column].isna() & given.notna() & (given.map(fold) != "")
    for column in DATES:
        given = rows[column] if column in rows else pd.Series(None, rows.index, dtype=object)
        rows[column] = dates(given)
        bad |= rows[column].isna() & given.notna()
    known = rows["procedure"].isin(catalogue["procedure"]) | (rows["procedure"].notna() & rows["level"].notna())
    rows["dossier_id"] = rows["dossier_id"].map(
        lambda text: None if pd.isna(text) else re.sub(r"\s", "", str(text)).upper() or None
    )
    bad |= rows["dossier_id"].isna() | rows["unit_code"].isna() | ~known | rows["received_at"].isna()
    bad |= rows["completed_at"].dt.normalize() < rows["received_at"].dt.normalize()
    rows = rows[~bad].sort_values(["exported"], kind="stable").drop_duplicates("dossier_id", keep="last")
    rows["channel"] = rows["channel"].fillna("counter")
    return with_level(rows, catalogue)


def name_procedures(rows: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Where there is no code, the name says which procedure it is, if it is one of the tier's alone."""
    if "procedure_name" not in rows or rows["procedure"].notna().all():
        return rows
    named = catalogue.assign(name=catalogue["procedure_name"].map(fold)).drop_duplicates(["tier", "name", "procedure"])
    named = named.drop_duplicates(["tier", "name"], keep=False).set_index(["tier", "name"])["procedure"]
    wanted = pd.MultiIndex.from_arrays([rows["tier"], rows["procedure_name"].map(fold)])
    return rows.assign(procedure=rows["procedure"].fillna(pd.Series(named.reindex(wanted).to_numpy(), rows.index)))


def dates(texts: pd.Series) -> pd.Series:
    texts = texts.map(lambda text: None if pd.isna(text) else str(text).strip())
    days_first = pd.Series(pd.NaT, texts.index, dtype="datetime64[ns]")
    for pattern in (
        "%d/%m/%Y",
        "%d/%m/%Y %H:%M",
        "%d/%m/%Y %H:%M:%S",
        "%Y-%m-%d",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
    ):
        days_first = days_first.fillna(pd.to_datetime(texts, format=pattern, errors="coerce"))
    serial = pd.to_numeric(texts.where(texts.str.fullmatch(r"\d{5}(\.\d+)?", na=False)), errors="coerce")
    return days_first.fillna(pd.Timestamp("1899-12-30") + pd.to_timedelta(serial, unit="D"))


def with_level(rows: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """The catalogue's level on the day of receipt, else the export's."""
    offers = catalogue.rename(columns={"level": "offered", "unit_code": "owner"})
    pairs = rows.reset_index()[["index", "procedure", "tier", "unit_code", "received_at"]].merge(
        offers[["procedure", "tier", "owner", "offered", "valid_from", "valid_to"]], on=["procedure", "tier"]
    )
    day = pairs["received_at"].dt.strftime("%Y-%m-%d")
    valid = (pairs["valid_from"] <= day) & ((pairs["valid_to"] == "") | (day < pairs["valid_to"]))
    valid &= pairs["owner"].isin([""]) | (pairs["owner"] == pairs["unit_code"])
    offered = pairs[valid].drop_duplicates("index").set_index("index")["offered"]
    return rows.assign(level=offered.reindex(rows.index).fillna(pd.to_numeric(rows["level"])))


def attainment(
    dossiers: pd.DataFrame, units: pd.DataFrame, catalogue: pd.DataFrame, decision: dict, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Every target, reading, unit or group, window and month."""
    first, last = pd.Timestamp(decision["valid_from"]), min(as_of, pd.Timestamp(decision["valid_to"]))
    day = dossiers["received_at"].dt.normalize()
    arising = dossiers[(day >= first) & (day <= last) & ~dossiers["status"].isin(["withdrawn", "not_accepted"])].copy()
    completed = arising["completed_at"]
    arising["resolved"] = (completed.dt.normalize() <= as_of) | (
        completed.isna() & arising["status"].isin(["resolved", "refused"])
    )
    arising["month"] = arising["received_at"].dt.month
    member = members(units)
    in_groups = arising.merge(member, on="unit_code")
    months = [month for month in MONTHS if pd.Timestamp(first.year, month, 1) <= last]
    grid = pd.MultiIndex.from_product([sorted(member["group"].unique()), months], names=["group", "month"])
    tables = []
    for target in decision["targets"]:
        for reading, numerator, denominator in counted(target, in_groups, catalogue, member, months, last, grid):
            table = (
                pd.DataFrame({"numerator": numerator, "denominator": denominator})
                .rename_axis(["unit_code", "window", "month"])
                .reset_index()
            )
            tables.append(judged(table.assign(target_id=target["id"], reading=reading), Fraction(target["minimum"])))
    whole = pd.concat(tables)
    return whole.assign(month=[f"{first.year}-{month:02}" for month in whole["month"]]).sort_values(KEYS)


def members(units: pd.DataFrame) -> pd.DataFrame:
    area = units["parent_code"].where(units["tier"] == "commune", units["unit_code"])
    lists = [
        units["unit_code"],
        pd.Series("ALL", units.index),
        "TIER:" + units["tier"],
        ("AREA:" + area)[units["tier"] != "province"],
    ]
    return pd.concat([pd.DataFrame({"group": groups, "unit_code": units["unit_code"]}).dropna() for groups in lists])


def counted(target, in_groups, catalogue, member, months, last, grid):  # type: ignore[no-untyped-def]
    """(reading, numerator, denominator) for each reading of a target."""
    if target["measure"] == "procedures_online":
        yield from procedures(target["level"], in_groups, catalogue, member, months, last)
        return
    online, base = in_groups["channel"] == "online", in_groups["source"].notna()
    if target["measure"] == "dossiers_online":
        base = in_groups["level"] == target["level"]
        if target["scope"] == "agency":
            base &= in_groups["applicant"] == "agency"
        done = base & online & in_groups["resolved"]
        sides = {
            "default": (done, base),
            "received": (base & online, base),
            "online_base": (done, base & online),
            "no_post": (done, base & (in_groups["channel"] != "post")),
        }
    else:
        through = in_groups["source"].isin(["provincial_portal", "national_portal", "one_stop"])
        sides = {"default": (through, base), "provincial_only": (in_groups["source"] == "provincial_portal", base)}
    for reading, (numerator, denominator) in sides.items():
        by_month = (
            pd.DataFrame({"n": numerator, "d": denominator}).groupby([in_groups["group"], in_groups["month"]]).sum()
        )
        by_month = by_month.reindex(grid, fill_value=0).reset_index()
        windows = pd.concat(
            {
                (window, month): by_month[by_month["month"].between(begin, month)].groupby("group")[["n", "d"]].sum()
                for window, month, begin in spans(months)
            },
            names=["window", "month"],
        ).reorder_levels(["group", "window", "month"])
        yield reading, windows["n"], windows["d"]


def spans(months):  # type: ignore[no-untyped-def]
    """(window, month, first month) of every window."""
    for month in months:
        yield from (("month", month, month), ("quarter", month, month - (month - 1) % 3), ("to_date", month, 1))


def procedures(level, in_groups, catalogue, member, months, last):  # type: ignore[no-untyped-def]
    hits = in_groups.assign(online=in_groups["channel"] == "online")
    hits = hits.groupby(["group", "unit_code", "procedure", "month"], as_index=False)["online"].any()
    tier_of = pd.concat(
        [member[member["group"] == "TIER:" + tier].assign(tier=tier) for tier in ("province", "district", "commune")]
    )
    sides: dict[str, list] = {"default": [], "active_base": [], "any_channel": [], "pairs": []}
    for window, month, begin in spans(months):
        day = min(last, pd.Timestamp(last.year, month, 1) + pd.offsets.MonthEnd(0)).strftime("%Y-%m-%d")
        offers = catalogue[
            (catalogue["level"] == level)
            & (catalogue["valid_from"] <= day)
            & ((catalogue["valid_to"] == "") | (day < catalogue["valid_to"]))
        ]
        given = (
            offers[["procedure", "tier", "unit_code"]]
            .rename(columns={"unit_code": "owner"})
            .merge(tier_of[["tier", "unit_code"]], on="tier")
        )
        given = given[(given["owner"] == "") | (given["owner"] == given["unit_code"])].merge(member, on="unit_code")
        pairs = given[["group", "unit_code", "procedure"]].drop_duplicates()
        inside = hits[hits["month"].between(begin, month)]
        once = pairs[["group", "procedure"]].drop_duplicates()
        seen = inside.groupby(["group", "procedure"], as_index=False)["online"].any()
        once = once.merge(seen.assign(active=True), how="left").fillna({"online": False, "active": False})
        sums = (
            once.astype({"online": bool, "active": bool})
            .groupby("group")
            .agg(online=("online", "sum"), active=("active", "sum"), all=("online", "size"))
        )
        both = pairs.merge(
            inside[inside["online"]][["group", "unit_code", "procedure"]].drop_duplicates().assign(online=True),
            how="left",
        )
        by_pair = (
            both.assign(online=both["online"].fillna(False).astype(bool))
            .groupby("group")["online"]
            .agg(["sum", "size"])
        )
        by_pair = by_pair[~by_pair.index.isin(member["unit_code"])].reindex(
            [g for g in member["group"].unique() if g not in set(member["unit_code"])], fill_value=0
        )
        sums = sums.reindex(member["group"].unique(), fill_value=0)
        for reading, n, d in (
            ("default", sums["online"], sums["all"]),
            ("active_base", sums["online"], sums["active"]),
            ("any_channel", sums["active"], sums["all"]),
            ("pairs", by_pair["sum"], by_pair["size"]),
        ):
            sides[reading].append(
                pd.DataFrame({"n": n, "d": d, "window": window, "month": month}).rename_axis("group").reset_index()
            )
    for reading, parts in sides.items():
        table = pd.concat(parts).set_index(["group", "window", "month"])
        yield reading, table["n"], table["d"]


def judged(table: pd.DataFrame, minimum: Fraction) -> pd.DataFrame:
    numerator, denominator = table["numerator"], table["denominator"]
    needed = (-(-minimum.numerator * denominator // minimum.denominator) - numerator).clip(lower=0)
    status = (needed == 0).map({True: "attained", False: "not_attained"}).where(denominator > 0, "not_applicable")
    value = (numerator / denominator).where(denominator > 0)
    return table.assign(
        value=value, gap=value - float(minimum), shortfall=needed.where(denominator > 0, 0), status=status
    )


if __name__ == "__main__":
    raw, reference, as_of, out = sys.argv[1:]
    main(Path(raw), Path(reference), pd.Timestamp(as_of), Path(out))
