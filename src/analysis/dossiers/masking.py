"""Masks what free text may say of a person: numbers, addresses of e-mail, dossier codes (DOMAIN §6 in short)."""

import re
import unicodedata
from collections.abc import Callable

MASK = "[đã che]"  # in the data, which are Vietnamese whatever the report's language
_GAP = r"[ .\u00a0\-]{0,2}"
# A digit after "3." or "3-" goes on with a number, such as a procedure's code; after "ĐT." it begins one.
_START = r"(?<!\d)(?<!\d[.\-])"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]+)+",  # a long word without @ is looked through once
        # Dossier codes: 000.00.53.H45-220921-0099, H45.12-201105-0003, H45.12.01-201105-0003.
        r"(?:\d{3}\.\d{2}\.\d{2}\.)?\bH\d{2}(?:\.\d{2}){0,2}\s?[-–—_]\s?\d{6}\s?[-–—_]\s?\d+",
        r"(?<!\d)0\d{2}(?:[ .\u00a0]\d{3}){3}(?!\d)",  # identity cards of 12 digits, in groups
        rf"{_START}(?:\(?\+\s?84\)?|0084)(?:{_GAP}\d){{8,10}}(?!\d)",
        rf"{_START}\(?0(?:[ .\u00a0)\-]{{0,2}}\d){{8,10}}(?!\d)",
        r"(?<!\d)(?<!\d[ \u00a0])\d{3}(?:[ \u00a0]\d{3}){2}(?![ \u00a0]?\d)",  # identity cards of 9 digits
        r"\d{9,}",  # either kind, taxpayers of 10, the dossier codes of 14 digits
    )
)


def masked(text: str, mask: str | Callable[[re.Match[str]], str] = MASK) -> tuple[str, int]:
    """``text`` with ``mask`` in the place of whatever looks personal, and how often."""
    count = 0
    for pattern in _PATTERNS:
        text, found = pattern.subn(mask, text)
        count += found
    return text, count


def plain(text: str) -> str:
    """``text`` composed, on one line, digits as 0 to 9, without the invisible marks that could hide a number."""
    seen = (" " if letter.isspace() else _plain_letter(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join("".join(seen).split())


def shortened(text: str, most: int) -> str:
    """``text``, cut to ``most`` letters with a … for what is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _plain_letter(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.digit(letter))
    return "" if category in ("Cc", "Cf", "Co", "Cs", "Cn") else letter
