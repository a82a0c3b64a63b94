"""A nation's attainment in bare SQL, every reading: the rows of ``attainment.csv`` as an analyst would have DuckDB
write them, with no check and in no order.

What else ``write`` is given ready made are the small tables of ``benchmarks.nation``; the decision stands in its words.
"""

from datetime import date
from pathlib import Path

import duckdb

DECISION, AS_OF = "766-qd-ubnd-2020", date(2020, 12, 31)
MINIMUM = {  # p and q
    **{"l3-procedures": (3, 5), "l4-procedures": (3, 5), "l3-dossiers": (1, 2), "l4-dossiers": (1, 2)},
    **{"l3-interagency": (1, 1), "l4-interagency": (9, 10), "portal": (1, 1)},
}
PORTALS = "source IN ('provincial_portal', 'national_portal', 'one_stop')"
ONLINE = "channel = 'online'"
_OF_DOSSIERS = {  # numerator and denominator by reading
    "default": (f"{ONLINE} AND resolved", "true"),
    "received": (ONLINE, "true"),
    "online_base": (f"{ONLINE} AND resolved", ONLINE),
    "no_post": (f"{ONLINE} AND resolved", "channel IN ('online', 'counter')"),
}
_PROCEDURES = {  # likewise, with the months of any online dossier and of any dossier; pairs apart
    "default": ("(hits & bits) <> 0", "true"),
    "active_base": ("(hits & bits) <> 0", "(active & bits) <> 0"),
    "any_channel": ("(active & bits) <> 0", "true"),
}


def write(dataset: Path, reference: Path, out: Path) -> None:
    """Every row of ``attainment.csv``, all its columns."""
    small = reference / "small"
    for name in ("groups", "windows", "offers", "keys", "names"):
        duckdb.sql(f"CREATE TEMP VIEW {name} AS FROM '{small}/{name}.parquet'")
    duckdb.sql(_arising(dataset))
    counts = _counts()
    selects = [
        _rows(target, reading, f"n{place}", f"d{place}", "by_dossiers")
        for place, (target, reading) in enumerate(counts)
    ]
    for level in (3, 4):
        for place, reading in enumerate([*_PROCEDURES, "pairs"]):
            rows = _rows(f"l{level}-procedures", reading, f"n{place}", f"d{place}", f"by_procedures_{level}")
            selects.append(
                rows + (" WHERE unit_code = 'ALL' OR contains(unit_code, ':')" if reading == "pairs" else "")
            )
    duckdb.sql(f"COPY (WITH {_figures(counts)} {' UNION ALL '.join(selects)}) TO '{out}' (FORMAT csv)")


def _arising(dataset: Path) -> str:
    return f"""
        CREATE TEMP VIEW arising AS
            SELECT unit_code, procedure_code, level, channel, source, coalesce(applicant = 'agency', false) AS agency,
                12 * year(received_at) + month(received_at) - 1 AS month,
                coalesce(completed_at::DATE <= DATE '{AS_OF}', status IN ('resolved', 'refused'), false) AS resolved
            FROM '{dataset}/**/*.parquet'
            WHERE received_at >= '2020-01-01' AND received_at < '2021-01-01'
                AND coalesce(status, '') NOT IN ('withdrawn', 'not_accepted')
    """


def _counts() -> dict[tuple[str, str], tuple[str, str]]:
    """What numerator and denominator of each count of dossiers ask for."""
    counts = {}
    for level in (3, 4):
        for scope, within in (("dossiers", ""), ("interagency", " AND agency")):
            for reading, (top, base) in _OF_DOSSIERS.items():
                whole = f"level = {level}{within} AND {base}"
                counts[f"l{level}-{scope}", reading] = (f"{top} AND {whole}", whole)
    counts["portal", "default"] = (PORTALS, "source IS NOT NULL")
    counts["portal", "provincial_only"] = ("source = 'provincial_portal'", "source IS NOT NULL")
    return counts


def _figures(counts: dict[tuple[str, str], tuple[str, str]]) -> str:
    sums = [f"{part}{place}" for place in range(len(counts)) for part in "nd"]
    asked = [condition for sides in counts.values() for condition in sides]
    filters = ", ".join(f"count(*) FILTER ({what}) AS {name}" for name, what in zip(sums, asked, strict=True))
    summed = ", ".join(f"sum({name})::BIGINT AS {name}" for name in sums)
    whole = ", ".join(f"coalesce({name}, 0) AS {name}" for name in sums)
    sides = [
        (f"count(*) FILTER ({top} AND {base}) AS n{place}, count(*) FILTER ({base}) AS d{place}")
        for place, (top, base) in enumerate(_PROCEDURES.values())
    ]
    own = [f"{part}{place}" for place in range(len(sides)) for part in "nd"]
    of_procedures = ", ".join(f"coalesce({name}, 0) AS {name}" for name in [*own, "n3", "d3"])
    aligned = ", ".join(
        f"by_procedures_{level} AS MATERIALIZED (SELECT grid.*, {of_procedures} FROM grid LEFT JOIN"
        f" (FROM paired WHERE level = {level}) USING (unit_code, window_name, month))"
        for level in (3, 4)
    )
    return f"""
        by_unit AS (SELECT unit_code, month, {filters} FROM arising GROUP BY ALL),
        by_group AS (SELECT group_code, month, {summed} FROM by_unit JOIN groups USING (unit_code) GROUP BY ALL),
        dossiers AS (
            SELECT group_code AS unit_code, window_name, windows.month, {summed} FROM by_group JOIN windows
            ON by_group.month BETWEEN first AND windows.month GROUP BY ALL
        ),
        hit AS (
            SELECT unit_code, procedure_key, bit_or(1::BIGINT << (month % 60)) AS active,
                bit_or(1::BIGINT << (month % 60)) FILTER ({ONLINE}) AS hits
            FROM arising JOIN keys USING (procedure_code) GROUP BY ALL
        ),
        present AS (
            SELECT group_code, procedure_key, bit_or(active) AS active, bit_or(hits) AS hits
            FROM hit JOIN groups USING (unit_code) GROUP BY ALL
        ),
        given AS (
            SELECT group_code, procedure_key, level, bit_or(months) AS months
            FROM offers JOIN groups USING (unit_code) GROUP BY ALL
        ),
        alike AS (
            SELECT group_code, level, months, coalesce(hits, 0) AS hits, coalesce(active, 0) AS active, count(*) AS size
            FROM given LEFT JOIN present USING (group_code, procedure_key) GROUP BY ALL
        ),
        procedures AS (
            SELECT group_code AS unit_code, window_name, month, level,
                {", ".join(sides).replace("count(*)", "sum(size)")}
            FROM alike JOIN windows ON months & (1::BIGINT << (month % 60)) <> 0 GROUP BY ALL
        ),
        paired AS (
            SELECT * FROM procedures LEFT JOIN (
                SELECT group_code AS unit_code, window_name, month, level, sum(n0) AS n3, sum(d0) AS d3
                FROM procedures JOIN groups USING (unit_code) GROUP BY ALL
            ) USING (unit_code, window_name, month, level)
        ),
        grid AS (SELECT unit_code, unit_name, tier, window_name, month FROM names, windows),
        by_dossiers AS MATERIALIZED (
            SELECT grid.*, {whole} FROM grid LEFT JOIN dossiers USING (unit_code, window_name, month)
        ),
        {aligned}
    """


def _rows(target: str, reading: str, n: str, d: str, table: str) -> str:
    """The select of one target under one reading."""
    p, q = MINIMUM[target]
    level, kind = ("NULL", "dossiers_via_portal") if target == "portal" else (target[1], "dossiers_online")
    measure = "procedures_online" if target.endswith("procedures") else kind
    scope = "agency" if target.endswith("interagency") else "all"
    return f"""SELECT '{DECISION}' AS decision, '{target}' AS target_id, '{measure}' AS measure, {level} AS level,
        '{scope}' AS scope, '{reading}' AS reading, unit_code, unit_name, tier, window_name AS "window",
        printf('%d-%02d', month // 12, month % 12 + 1) AS month, '{AS_OF}' AS as_of,
        {n}::BIGINT AS numerator, {d}::BIGINT AS denominator,
        CASE WHEN {d} > 0 THEN format('{{:.9f}}', {n} / {d}) END AS value, '{p / q:.9f}' AS minimum,
        CASE WHEN {d} > 0 THEN format('{{:.9f}}', ({n} * {q} - {p} * {d}) / ({d} * {q})) END AS gap,
        CASE WHEN {d} > 0 THEN greatest(({p} * {d} + {q - 1}) // {q} - {n}, 0) ELSE 0 END::BIGINT AS shortfall,
        CASE WHEN {d} = 0 THEN 'not_applicable' WHEN {n} * {q} >= {p} * {d} THEN 'attained' ELSE 'not_attained' END
            AS status
        FROM {table}"""
