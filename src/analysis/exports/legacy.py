"""Text in the fonts of before Unicode, TCVN3 (``.VnTime``) and VNI (``VNI-Times``): their letters stand in the places
of Western European ones.

The tables are viparse's, drawn from real documents. Nobody's letters tell such a font for certain: a text is taken for
one where its headings become known, and whoever has the units checks that these do, too.
"""

from __future__ import annotations

from collections.abc import Iterator

LEGACY = ("tcvn3", "vni")


def conversions(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The text in UTF-8 as each of the fonts would have it."""
    from viparse.normalize.tables import convert
    from viparse.normalize.tcvn3 import TCVN3
    from viparse.normalize.vni import VNI

    text = data.decode("latin-1")
    for name, table in zip(LEGACY, (TCVN3, VNI), strict=True):
        yield name, convert(text, table).encode()
