"""What a unit's report depends on, as one digest: a report whose digest is known need not be made again.

A report tells of its subject: it depends on the rows that concern that, on the comparison with its peers, and on
what every report says (the day, the notices, the definitions, the code).
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.findings.ledger import cautions, origin
from analysis.findings.provenance import dossiers_by_file
from analysis.findings.report import Report
from analysis.findings.subject import find_subject
from analysis.reference.digests import definitions_digest
from analysis.reference.groups import PROVINCE
from analysis.storage.contents import digests, joined
from analysis.storage.version import code_version

Digests = dict[str, bytes]
_PACKAGE = Path(__file__).parents[1]


def fingerprints(report: Report, processed: Path, notebook: Path) -> dict[str, str]:
    """By code of a unit or group (without ``ALL``): the digest of all that its report depends on."""
    common = common_digest(report, notebook)
    rows = row_digests(_tables(report, processed))
    peers = _peers(report)
    found = {}
    for code in report.of_day:
        if code != PROVINCE:
            subject = find_subject(report, code)
            own = sorted({code, subject.parent, subject.area, *subject.members} - {""})
            parts = [common, code.encode(), _joined(rows, own), peers.get(subject.tier, b"")]
            found[code] = hashlib.sha256(b"\n".join(parts)).hexdigest()
    return found


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


def _tables(report: Report, processed: Path) -> dict[str, pd.DataFrame]:
    """The tables that have rows of units, and which files those came from."""
    frames = {**vars(report), **report.outlook, **report.duties}
    tables = {name: table for name, table in frames.items() if "unit_code" in getattr(table, "columns", ())}
    found = report.reference.by_holder(dossiers_by_file(processed))
    return tables | {"sources": found.merge(report.sources, "left", "file")}


def _peers(report: Report) -> Digests:
    """By tier: the digest of the comparison of its units, among which a rank is one."""
    compared = report.outlook["comparison"]
    return row_digests({"comparison": compared.assign(unit_code=compared["tier"])})


def common_digest(report: Report, *notebook: Path) -> bytes:
    """The digest of what every report of a run by the ``notebook`` shares, without one every letter; none of them tells
    of the other names of units.
    """
    digest = hashlib.sha256(code_version().encode())
    digest.update(definitions_digest(report.reference.folder).encode())
    folders = (_PACKAGE / "pages/templates", _PACKAGE / "language/locale")
    for path in [*notebook, *(path for folder in folders for path in _files(folder))]:
        digest.update(path.read_bytes())
    facts = [report.decision.id, report.as_of, report.month, report.language.code, origin(report), cautions(report)]
    digest.update(repr(facts).encode())
    return digest.digest()


def documents_digest(report: Report, processed: Path) -> str:
    """The digest of all that the documents of a month depend on: whatever table a report is read from."""
    read = sorted([*processed.glob("*.csv"), processed / "clean.json"])
    tables = dict(zip((path.name for path in read), digests(read), strict=True))
    return joined(tables | {"common": common_digest(report).hex()})


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _joined(rows: Digests, codes: Iterable[str]) -> bytes:
    return hashlib.sha256(b"".join(code.encode() + rows.get(code, b"") for code in codes)).digest()
