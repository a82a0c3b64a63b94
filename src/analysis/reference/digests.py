"""What rests on the reference data depends on its bytes; what meets no unit by name does not on the units' aliases."""

import csv
import hashlib
from pathlib import Path

UNITS, ALIASES = "units.csv", "aliases"


def without_aliases(units: Path) -> str:
    """The SHA-256 of ``units.csv`` but for its column of aliases, by which units are found in exports."""
    with units.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    kept = [place for place, name in enumerate(head) if name.strip() != ALIASES]
    cells = [[line[place] for place in kept if place < len(line)] + line[len(head) :] for line in [head, *lines]]
    return hashlib.sha256(repr(cells).encode()).hexdigest()


def definitions_digest(folder: Path) -> str:
    """A digest of all files of the reference data but for the units' aliases."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        content = without_aliases(path).encode() if name == UNITS else path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
