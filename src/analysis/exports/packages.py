"""The parts of a workbook's package by its relationships (ISO/IEC 29500-2): their names are the writer's choice.

calamine finds the workbook, its texts and styles by their usual names alone; a package that has others is written anew
with these.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING

from analysis.exports.sheets import Layout

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from lxml.etree import _Element

WORKBOOK = "xl/workbook.xml"
_USUAL = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Za-z]{1,3})(\d{1,7}):([A-Za-z]{1,3})(\d{1,7})[\"']")
_MOST_MERGED = 500_000
_FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^>]*?\bdate1904=[\"'](?:1|true|on)[\"']")
_BASE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_ROOT = (
    f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_BASE}officeDocument" Target="{WORKBOOK}"/></Relationships>'
)


def workbook_part(archive: zipfile.ZipFile) -> str:
    """The name of the part that the package says to be its main one, "" where it says none that is there."""
    names = {name.lower(): name for name in archive.namelist()}
    for _, kind, target in _targets(archive, "", names):
        if kind == "officeDocument":
            return names.get(target.lower(), "")
    return names.get(WORKBOOK, "")


def usual_package(data: bytes) -> bytes:
    """The package with its parts under their usual names: as it is where they have them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        main = workbook_part(archive)
        targets = list(_targets(archive, main, names))
        usual = {identity: _usual_name(kind, number) for number, (identity, kind, _) in enumerate(targets)}
        known = [(usual[identity], kind, identity, names.get(target.lower(), "")) for identity, kind, target in targets]
        known = [one for one in known if one[0] and one[3]]
        if main == WORKBOOK and all(
            name == _USUAL.get(kind, name) and name.startswith("xl/") for _, kind, _, name in known
        ):
            return data
        return _written(archive, main, known)


def package_layout(data: bytes, merging: Container[str]) -> Layout:
    """What a workbook says of its sheets beside their cells; none but the parts ``merging`` cells are looked at."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        main = workbook_part(archive)
        parts = {identity: names.get(target.lower(), "") for identity, _, target in _targets(archive, main, names)}
        if not main:
            return Layout({}, False)
        workbook, found = archive.read(main), {}
        for sheet in _parsed(workbook).iter("{*}sheet"):
            identity = next((value for key, value in sheet.attrib.items() if str(key).endswith("}id")), "")
            if (part := parts.get(str(identity), "")) and part in merging:
                found[str(sheet.get("name"))] = tuple(_merges(archive.read(part)))
        return Layout(found, bool(_FROM_1904.search(workbook)))


def column_number(letters: bytes) -> int:
    """The number of a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _merges(sheet: bytes) -> Iterator[tuple[int, int, int]]:
    left = _MOST_MERGED
    for first_column, first, last_column, last in _MERGED.findall(sheet):
        if int(first) < int(last):
            for column in range(column_number(first_column), column_number(last_column) + 1):
                left -= 1
                if left < 0:
                    return
                yield column - 1, int(first) - 1, int(last) - 1


def _targets(archive: zipfile.ZipFile, part: str, names: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Identity, kind and target of each relationship of a part within the package; of the package itself for ""."""
    folder, name = posixpath.split(part)
    listed = names.get(posixpath.join(folder, "_rels", f"{name}.rels").lower())
    if not listed:
        return
    for relation in _parsed(archive.read(listed)).iter("{*}Relationship"):
        if relation.get("TargetMode") != "External":
            target = str(relation.get("Target", ""))
            place = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield str(relation.get("Id", "")), str(relation.get("Type", "")).rpartition("/")[2], place


def _usual_name(kind: str, number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml" if kind == "worksheet" else _USUAL.get(kind, "")


def _written(archive: zipfile.ZipFile, main: str, known: list[tuple[str, str, str, str]]) -> bytes:
    from lxml import etree

    relations = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written:
        written.writestr("_rels/.rels", _ROOT)
        written.writestr(WORKBOOK, archive.read(main))
        for usual, kind, identity, name in known:
            written.writestr(usual, archive.read(name))
            etree.SubElement(
                relations,
                f"{{{_RELATIONS}}}Relationship",
                {"Id": identity, "Type": _BASE + kind, "Target": usual.removeprefix("xl/")},
            )
        written.writestr("xl/_rels/workbook.xml.rels", etree.tostring(relations))
    return packed.getvalue()


def _parsed(content: bytes) -> _Element:
    from lxml import etree

    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
