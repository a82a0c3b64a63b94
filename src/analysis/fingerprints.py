"""What a unit's report depends on, as one digest: a report whose digest is known need not be made again.

A report tells of a unit among its peers: it depends on the rows of its tier, of its area and of the groups, and
on what every report says (the day, the notices, the definitions, the code).
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.attainment import group_names
from analysis.figures import Report
from analysis.worker import code_version

Digests = dict[str, bytes]
_TEMPLATES = Path(__file__).with_name("templates")
_LOCALE = Path(__file__).with_name("locale")


def fingerprints(report: Report, tables: Mapping[str, pd.DataFrame], notebook: Path) -> dict[str, str]:
    """By code of a unit or group (without ``ALL``): the digest of all that its report depends on.

    ``tables`` are those of the report that have a column ``unit_code``.
    """
    common = _common(report, notebook)
    rows = row_digests(tables)
    names = group_names(report.reference)
    tiers = dict(zip(names["unit_code"], names["tier"], strict=True))
    of_tier: dict[str, list[str]] = {}
    for code, tier in tiers.items():
        of_tier.setdefault(tier, []).append(code)
    tier_digests = {tier: _joined(rows, codes) for tier, codes in of_tier.items()}
    area = _areas(report)
    return {
        code: hashlib.sha256(
            b"\n".join([common, code.encode(), tier_digests[tier], _joined(rows, ["ALL", *area.get(code, [])])])
        ).hexdigest()
        for code, tier in tiers.items()
        if code != "ALL"
    }


def row_digests(tables: Mapping[str, pd.DataFrame]) -> Digests:
    """By unit or group: a digest of its rows in all the tables, in their order."""
    parts: dict[str, list[bytes]] = {}
    for name, table in sorted(tables.items()):
        hashes = pd.util.hash_pandas_object(table, index=False).to_numpy()
        codes, index = np.unique(table["unit_code"].to_numpy(dtype=str), return_inverse=True)
        order = np.argsort(index, kind="stable")
        edges = np.searchsorted(index[order], np.arange(len(codes) + 1))
        for place, code in enumerate(codes):
            some = hashes[order[edges[place] : edges[place + 1]]]
            parts.setdefault(str(code), []).append(name.encode() + hashlib.sha256(some.tobytes()).digest())
    return {code: hashlib.sha256(b"".join(found)).digest() for code, found in parts.items()}


def _areas(report: Report) -> dict[str, list[str]]:
    """By unit or area: a district with its communes, for each of them."""
    units = report.reference.units
    area = units["parent_code"].where(units["tier"] == "commune", units["unit_code"])
    found: dict[str, list[str]] = {}
    for district, some in units[units["tier"] != "province"].groupby(area):
        members = [f"AREA:{district}", *sorted(some["unit_code"])]
        found |= dict.fromkeys(members, members)
    return found


def _common(report: Report, notebook: Path) -> bytes:
    """The digest of what every report of a run shares."""
    digest = hashlib.sha256(code_version().encode())
    sources = [notebook, *_files(_TEMPLATES), *_files(_LOCALE), *_files(report.reference.folder)]
    for path in sources:
        digest.update(path.read_bytes())
    totals = report.totals
    facts = [
        *(report.decision.id, report.as_of, report.month, report.language.code, report.synthetic),
        *(len(report.quarantined), totals["read"], totals["rejected"]),
    ]
    digest.update(repr(facts).encode())
    return digest.digest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _joined(rows: Digests, codes: Iterable[str]) -> bytes:
    return hashlib.sha256(b"".join(code.encode() + rows.get(code, b"") for code in codes)).digest()
