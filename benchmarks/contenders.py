"""Who computes a nation's attainment, each in a process of its own; ``benchmarks.scale`` runs and compares them.

python -m benchmarks.contenders WHO DATASET REFERENCE OUT

All are given the small tables (groups, windows, offers, procedure keys) ready made, and ours makes its own. ``ours``
and ``spark`` write every column of attainment.csv for every reading; the others numerator and denominator alone:
``sql`` (bare DuckDB) for the default reading, ``pandas`` and ``polars`` for all; ``bare`` is ``bare_sql``, which writes
all columns for all. ``floor`` merely reads the columns.
Prints the bytes that the process asked to read.
"""

import os
import resource
import sys
from datetime import date
from pathlib import Path

AS_OF = date(2020, 12, 31)
PANDAS_LIMIT = 14 * 2**30  # bytes
COLUMNS = (
    *("unit_code", "procedure_code", "level", "channel", "applicant", "source", "status"),
    *("received_at", "completed_at"),
)


def ours(dataset: Path, reference: Path, out: Path, engine: str = "duckdb", master: str = "") -> None:
    from analysis.measures.attainment import attainment_parts
    from analysis.measures.figures import write_attainment
    from analysis.reference.tables import load_reference
    from analysis.storage.backends import Engine, connect, read_dossiers

    known = load_reference(reference)
    with connect(Engine(engine, master)) as backend:
        parts = attainment_parts(read_dossiers(backend, dataset), known, known.decision("", AS_OF), AS_OF)
        write_attainment(parts, out)


def outlook(dataset: Path, reference: Path, out: Path) -> None:
    """All that ``dvctt measure`` writes, the attainment among it: the tables stand in a folder beside the others."""
    from analysis.outlook.dataset import measure
    from analysis.reference.tables import load_reference

    measure(dataset, load_reference(reference), out.with_suffix(""), as_of=AS_OF.isoformat())


def spark(dataset: Path, reference: Path, out: Path) -> None:
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 4g --conf spark.sql.shuffle.partitions=8 pyspark-shell"
    ours(dataset, reference, out, "spark", "local[2]")


def floor(dataset: Path, reference: Path, out: Path) -> None:
    import duckdb

    columns = ", ".join(f"max({name})" for name in COLUMNS)
    duckdb.sql(f"SELECT {columns} FROM '{dataset}/**/*.parquet'").fetchall()


def sql(dataset: Path, reference: Path, out: Path) -> None:
    import duckdb

    small = reference / "small"
    duckdb.sql(
        f"""
        CREATE TEMP VIEW groups AS FROM '{small}/groups.parquet';
        CREATE TEMP VIEW windows AS FROM '{small}/windows.parquet';
        CREATE TEMP VIEW offers AS FROM '{small}/offers.parquet';
        CREATE TEMP VIEW keys AS FROM '{small}/keys.parquet';
        CREATE TEMP VIEW arising AS
            SELECT unit_code, procedure_code, level, source,
                channel = 'online' AS online, applicant = 'agency' AS agency,
                12 * year(received_at) + month(received_at) - 1 AS month,
                coalesce(completed_at::DATE <= DATE '{AS_OF}', status IN ('resolved', 'refused'), false) AS resolved
            FROM '{dataset}/**/*.parquet'
            WHERE received_at >= '2020-01-01' AND received_at < '2021-01-01'
                AND coalesce(status, '') NOT IN ('withdrawn', 'not_accepted');
        """
    )
    counts = {
        "l3-dossiers": ("online AND resolved", "level = 3"),
        "l4-dossiers": ("online AND resolved", "level = 4"),
        "l3-interagency": ("online AND resolved", "level = 3 AND agency"),
        "l4-interagency": ("online AND resolved", "level = 4 AND agency"),
        "portal": ("source IN ('provincial_portal', 'national_portal', 'one_stop')", "source IS NOT NULL"),
    }
    filters = ", ".join(
        f"count(*) FILTER ({top} AND {base}) AS n{place}, count(*) FILTER ({base}) AS d{place}"
        for place, (top, base) in enumerate(counts.values())
    )
    sums = ", ".join(f"sum({part}{place})::BIGINT AS {part}{place}" for place in range(len(counts)) for part in "nd")
    whole = " UNION ALL ".join(
        f"SELECT '{target}' AS target_id, *, coalesce(n{place}, 0) AS numerator, coalesce(d{place}, 0) AS denominator"
        " FROM grid LEFT JOIN sums USING (unit_code, window_name, month)"
        for place, target in enumerate(counts)
    )
    procedures = " UNION ALL ".join(
        f"SELECT 'l{level}-procedures' AS target_id, *, coalesce(n, 0) AS numerator, coalesce(d, 0) AS denominator"
        f" FROM grid LEFT JOIN (FROM procedures WHERE level = {level}) USING (unit_code, window_name, month)"
        for level in (3, 4)
    )
    duckdb.sql(
        f"""
        COPY (
            WITH by_unit AS (SELECT unit_code, month, {filters} FROM arising GROUP BY ALL),
            by_group AS (SELECT group_code, month, {sums} FROM by_unit JOIN groups USING (unit_code) GROUP BY ALL),
            sums AS (
                SELECT group_code AS unit_code, window_name, windows.month, {sums} FROM by_group JOIN windows
                ON by_group.month BETWEEN first AND windows.month GROUP BY ALL
            ),
            hit AS (
                SELECT unit_code, procedure_key, bit_or(1::BIGINT << (month % 60)) AS hits
                FROM arising JOIN keys USING (procedure_code) WHERE online GROUP BY ALL
            ),
            given AS (
                SELECT group_code, procedure_key, level, bit_or(months) AS months, bit_or(coalesce(hits, 0)) AS own
                FROM offers JOIN groups USING (unit_code) LEFT JOIN hit USING (unit_code, procedure_key) GROUP BY ALL
            ),
            elsewhere AS (  -- a unit may be asked for what the catalogue does not give to it
                SELECT group_code, procedure_key, bit_or(hits) AS hits
                FROM hit JOIN groups USING (unit_code) GROUP BY ALL
            ),
            procedures AS (
                SELECT group_code AS unit_code, window_name, month, level, count(*) AS d,
                    count(*) FILTER (coalesce(hits, 0) & bits <> 0) AS n
                FROM given LEFT JOIN elsewhere USING (group_code, procedure_key)
                JOIN windows ON months & (1::BIGINT << (month % 60)) <> 0
                GROUP BY ALL
            ),
            grid AS (SELECT DISTINCT group_code AS unit_code, window_name, month FROM groups, windows)
            SELECT target_id, 'default' AS reading, unit_code, window_name, month, numerator, denominator
            FROM ({whole.replace("*, ", "unit_code, window_name, month, ")} UNION ALL
                  {procedures.replace("*, ", "unit_code, window_name, month, ")})
        ) TO '{out}' (FORMAT csv)
        """
    )


def bare(dataset: Path, reference: Path, out: Path) -> None:
    from benchmarks import bare_sql

    bare_sql.write(dataset, reference, out)


def pandas(dataset: Path, reference: Path, out: Path) -> None:
    import pandas as pd

    resource.setrlimit(resource.RLIMIT_AS, (PANDAS_LIMIT, PANDAS_LIMIT))  # rather than all that the machine has

    groups, windows, offers, keys = (
        pd.read_parquet(reference / f"small/{name}.parquet") for name in ("groups", "windows", "offers", "keys")
    )
    rows = pd.read_parquet(dataset, columns=list(COLUMNS))
    rows = rows[(rows["received_at"] >= "2020-01-01") & (rows["received_at"] < "2021-01-01")]
    rows = rows[~rows["status"].isin(["withdrawn", "not_accepted"])]
    online = rows["channel"] == "online"
    done = rows["completed_at"] < pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    done |= rows["completed_at"].isna() & rows["status"].isin(["resolved", "refused"])
    rows = rows.assign(month=12 * rows["received_at"].dt.year + rows["received_at"].dt.month - 1)
    counts = {}
    for level in (3, 4):
        for scope in ("dossiers", "interagency"):
            base = rows["level"] == level
            base &= True if scope == "dossiers" else rows["applicant"] == "agency"
            of = f"l{level}-{scope}"
            counts[of, "default"] = (base & online & done, base)
            counts[of, "received"] = (base & online, base)
            counts[of, "online_base"] = (base & online & done, base & online)
            counts[of, "no_post"] = (base & online & done, base & (rows["channel"] != "post"))
    portals = rows["source"].isin(["provincial_portal", "national_portal", "one_stop"])
    counts["portal", "default"] = (portals, rows["source"].notna())
    counts["portal", "provincial_only"] = (rows["source"] == "provincial_portal", rows["source"].notna())
    flags = {(*count, part): flag for count, sides in counts.items() for part, flag in zip("nd", sides, strict=True)}
    by_unit = pd.DataFrame(flags).groupby([rows["unit_code"], rows["month"]]).sum()
    by_unit.columns = ["|".join(name) for name in flags]
    by_group = groups.merge(by_unit.reset_index(), on="unit_code").drop(columns="unit_code")
    by_group = by_group.groupby(["group_code", "month"], as_index=False).sum()
    parts = []
    for span in windows.itertuples():
        inside = by_group[by_group["month"].between(span.first, span.month)]
        summed = inside.drop(columns="month").groupby("group_code").sum()
        parts.append(summed.assign(window_name=span.window_name, month=span.month))
    whole = pd.concat(parts).reset_index()
    grid = groups[["group_code"]].drop_duplicates().merge(windows[["window_name", "month"]], how="cross")
    whole = grid.merge(whole, how="left").fillna(0)
    tables = [
        whole[["group_code", "window_name", "month"]].assign(
            target_id=target,
            reading=reading,
            numerator=whole[f"{target}|{reading}|n"],
            denominator=whole[f"{target}|{reading}|d"],
        )
        for target, reading in counts
    ]
    hits = rows[["unit_code", "procedure_code", "month"]].assign(online=online)
    hits = hits.groupby(["unit_code", "procedure_code", "month"], as_index=False)["online"].any().merge(keys)
    hits = hits.merge(groups)
    once = offers.merge(groups)
    of_groups = once["group_code"] != once["unit_code"]
    for span in windows.itertuples():
        given = once[(once["months"].to_numpy() & (1 << (span.month % 60))) != 0]
        inside = hits[hits["month"].between(span.first, span.month)]
        seen = inside.groupby(["group_code", "procedure_key"], as_index=False)["online"].any().assign(active=True)
        found = given[["group_code", "procedure_key", "level"]].drop_duplicates().merge(seen, how="left")
        on, active = (found[name].eq(True).fillna(False) for name in ("online", "active"))
        own = inside.groupby(["group_code", "unit_code", "procedure_key"], as_index=False)["online"].any()
        pairs = given[of_groups[given.index]].merge(own, how="left", on=["group_code", "unit_code", "procedure_key"])
        paired = pairs["online"].eq(True).fillna(False)
        sides = {
            "default": (found, on, on | True),
            "active_base": (found, on, active),
            "any_channel": (found, active, on | True),
            "pairs": (pairs, paired, paired | True),
        }
        for reading, (table, numerator, denominator) in sides.items():
            flags = pd.DataFrame({"numerator": numerator, "denominator": denominator})
            summed = flags.groupby([table["group_code"], table["level"]]).sum().reset_index()
            for level in (3, 4):
                wanted = groups["group_code"].drop_duplicates().to_frame()
                if reading == "pairs":
                    wanted = wanted[~wanted["group_code"].isin(groups["unit_code"])]
                of = wanted.merge(summed[summed["level"] == level], how="left").fillna(0)
                names = {"target_id": f"l{level}-procedures", "reading": reading}
                tables.append(of.assign(**names, window_name=span.window_name, month=span.month))
    columns = ["target_id", "reading", "unit_code", "window_name", "month", "numerator", "denominator"]
    whole = pd.concat(tables).rename(columns={"group_code": "unit_code"})[columns]
    whole.astype({"numerator": "int64", "denominator": "int64"}).to_csv(out, index=False)


def polars(dataset: Path, reference: Path, out: Path) -> None:
    import polars as pl

    groups, windows, offers, keys = (
        pl.scan_parquet(reference / f"small/{name}.parquet") for name in ("groups", "windows", "offers", "keys")
    )
    received, completed, status = pl.col("received_at"), pl.col("completed_at"), pl.col("status")
    rows = (
        pl.scan_parquet(dataset / "**/*.parquet")
        .filter(received >= date(2020, 1, 1), received < date(2021, 1, 1))
        .filter(~status.is_in(["withdrawn", "not_accepted"]))
        .with_columns(
            online=pl.col("channel") == "online",
            done=(completed.dt.date() <= AS_OF).fill_null(status.is_in(["resolved", "refused"])),
            month=12 * received.dt.year().cast(pl.Int64) + received.dt.month() - 1,
        )
    )
    online, done, source = pl.col("online"), pl.col("done"), pl.col("source")
    counts = {}
    for level in (3, 4):
        for scope in ("dossiers", "interagency"):
            base = pl.col("level") == level
            if scope == "interagency":
                base &= (pl.col("applicant") == "agency").fill_null(False)
            counts[f"l{level}-{scope}", "default"] = (base & online & done, base)
            counts[f"l{level}-{scope}", "received"] = (base & online, base)
            counts[f"l{level}-{scope}", "online_base"] = (base & online & done, base & online)
            counts[f"l{level}-{scope}", "no_post"] = (base & online & done, base & (pl.col("channel") != "post"))
    portals = source.is_in(["provincial_portal", "national_portal", "one_stop"])
    counts["portal", "default"] = (portals, source.is_not_null())
    counts["portal", "provincial_only"] = (source == "provincial_portal", source.is_not_null())
    sums = {
        f"{part}{place}": flag
        for place, sides in enumerate(counts.values())
        for part, flag in zip("nd", sides, strict=True)
    }
    by_unit = rows.group_by("unit_code", "month").agg(
        *(flag.sum().cast(pl.Int64).alias(name) for name, flag in sums.items())
    )
    total = [pl.col(name).sum() for name in sums]
    by_group = by_unit.join(groups, on="unit_code").group_by("group_code", "month").agg(total)
    spans = windows.rename({"month": "last"})
    summed = by_group.join_where(spans, pl.col("month") >= pl.col("first"), pl.col("month") <= pl.col("last"))
    summed = summed.group_by("group_code", "window_name", "last").agg(total)
    grid = groups.select("group_code").unique().join(spans.select("window_name", "last"), how="cross")
    keyed = ["group_code", "window_name", "last"]
    whole = grid.join(summed, on=keyed, how="left").fill_null(0)
    tables = [
        whole.select(
            pl.lit(target).alias("target_id"),
            pl.lit(reading).alias("reading"),
            *keyed,
            pl.col(f"n{place}").alias("numerator"),
            pl.col(f"d{place}").alias("denominator"),
        )
        for place, (target, reading) in enumerate(counts)
    ]
    bit = pl.lit(1, pl.Int64) * 2 ** (pl.col("month") % 60)
    hits = rows.group_by("unit_code", "procedure_code").agg(
        bit.cast(pl.Int64).filter(online).bitwise_or().fill_null(0).alias("on"),
        bit.cast(pl.Int64).bitwise_or().alias("active"),
    )
    hits = (
        hits.join(keys, on="procedure_code")
        .group_by("unit_code", "procedure_key")
        .agg(pl.col("on", "active").bitwise_or())
    )
    present = (
        hits.join(groups, on="unit_code")
        .group_by("group_code", "procedure_key")
        .agg(pl.col("on", "active").bitwise_or())
    )
    given = (
        offers.join(groups, on="unit_code")
        .group_by("group_code", "procedure_key", "level")
        .agg(pl.col("months").bitwise_or())
    )
    found = given.join(present, on=["group_code", "procedure_key"], how="left").fill_null(0)
    pairs = offers.join(hits, on=["unit_code", "procedure_key"], how="left").fill_null(0).join(groups, on="unit_code")
    pairs = pairs.filter(pl.col("group_code") != pl.col("unit_code"))
    at_last = (pl.col("months") // (2 ** (pl.col("last") % 60)).cast(pl.Int64)) % 2 == 1
    on, active = ((pl.col(name) & pl.col("bits")) != 0 for name in ("on", "active"))
    several = groups.filter(pl.col("group_code") != pl.col("unit_code")).select("group_code").unique()
    for table, readings in (
        (found, {"default": (on, None), "active_base": (on, active), "any_channel": (active, None)}),
        (pairs, {"pairs": (on, None)}),
    ):
        patterns = table.group_by("group_code", "level", "months", "on", "active").agg(pl.len().alias("size"))
        seen = patterns.join(spans, how="cross").filter(at_last)
        size = pl.col("size")
        parts = [
            (size * side.cast(pl.Int64) if side is not None else size).sum().cast(pl.Int64).alias(f"{reading}|{part}")
            for reading, sides in readings.items()
            for part, side in zip("nd", sides, strict=True)
        ]
        counted = seen.group_by(*keyed, "level").agg(parts)
        own = grid if "pairs" not in readings else several.join(spans.select("window_name", "last"), how="cross")
        for level in (3, 4):
            aligned = own.join(counted.filter(pl.col("level") == level), on=keyed, how="left").fill_null(0)
            tables += [
                aligned.select(
                    pl.lit(f"l{level}-procedures").alias("target_id"),
                    pl.lit(reading).alias("reading"),
                    *keyed,
                    pl.col(f"{reading}|n").alias("numerator"),
                    pl.col(f"{reading}|d").alias("denominator"),
                )
                for reading in readings
            ]
    renamed = pl.concat(tables).rename({"group_code": "unit_code", "last": "month"})
    renamed.collect(engine="streaming").write_csv(out)


if __name__ == "__main__":
    who, *folders = sys.argv[1:]
    globals()[who](*map(Path, folders))
    counted = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    print(counted["rchar"])
