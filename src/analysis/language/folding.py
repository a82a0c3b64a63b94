"""Folding: the one way in which text from exports is compared with text that we know (contract §3)."""

import re
import unicodedata
from functools import lru_cache

# The two schools of tone placement differ only in open oa, oe, uy: hoà = hòa, thuý = thúy.
# Moving the mark to the first vowel everywhere, also where only one placement is right
# (hoàn), is harmless: both sides of a comparison are folded.
_OLD_STYLE = {
    f"{first}{second}": f"{marked_first}{plain_second}"
    for first, plain_second, toned in (("o", "a", "àáảãạ"), ("o", "e", "èéẻẽẹ"), ("u", "y", "ỳýỷỹỵ"))
    for second, marked_first in zip(toned, {"o": "òóỏõọ", "u": "ùúủũụ"}[first], strict=True)
}
_OLD_STYLE_PATTERN = re.compile("|".join(_OLD_STYLE))
# Zero-width characters are white space to the eye of nobody, yet they come along from web pages.
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """``text`` in the form in which two spellings of the same words are equal.

    NFC, case folding, one tone placement, white space of every kind collapsed and trimmed,
    punctuation at the ends (and so a trailing ``(*)``) stripped. Idempotent.
    """
    words = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold()
    words = unicodedata.normalize("NFC", words)
    words = _OLD_STYLE_PATTERN.sub(lambda match: _OLD_STYLE[match[0]], words)
    return _strip_punctuation(" ".join(words.split()))


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """``text`` folded and without any mark, as people type it in haste: ``Huyện Đồng Xuân`` → ``huyen dong xuan``."""
    return "".join(map(_unmarked, unicodedata.normalize("NFD", fold(text)))).replace("đ", "d")


@lru_cache(maxsize=4096)
def _unmarked(letter: str) -> str:
    return "" if unicodedata.category(letter).startswith("M") else letter


def _strip_punctuation(words: str) -> str:
    start, end = 0, len(words)
    while start < end and _is_edge(words[start]):
        start += 1
    while end > start and _is_edge(words[end - 1]):
        end -= 1
    return words[start:end]


def _is_edge(character: str) -> bool:
    return character == " " or unicodedata.category(character).startswith("P")
