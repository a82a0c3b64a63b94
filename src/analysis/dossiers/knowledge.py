"""What cleaning knows of the reference data. Imports nothing heavy, because every worker does."""

import re
from dataclasses import dataclass

from analysis.dossiers.further_kinds import Kind
from analysis.language.folding import fold
from analysis.reference.keys import UNIT_CODE, unit_key
from analysis.reference.vocabulary import Vocabulary

_NUMERAL = re.compile(
    r"^\s*(?:[(\[]?(?:[IVXLC]+|\d{1,3}(?:\.\d{1,3})*|[A-Z])(?:[.)\]/:-]+\s*|\s+[-–]?\s*)|[+*•▪-]\s*)(?=\S)"
)
_COUNT = re.compile(
    r"\s*[(\[:-]\s*(?:có|tổng số|số lượng|tổng)?\s*:?\s*\d[\d.,]*\s*(?:hồ sơ|HS)?\s*[)\]]?\s*:?\s*$"
    r"|\s+\d[\d.,]*\s*(?:hồ sơ|HS)\s*:?\s*$",
    re.IGNORECASE,
)
_CODE_FIRST = re.compile(rf"({UNIT_CODE})\s*[-–:)]?\s+\S", re.IGNORECASE)


OPEN_END = 2**31 - 1  # the first day without what has none


@dataclass(frozen=True)
class Offer:
    """One catalogue row: who offers the procedure at which level on which days (days since 1970)."""

    procedure_code: str
    tier: str
    unit_code: str
    level: int
    first_day: int
    end_day: int


@dataclass(frozen=True)
class Lookups:
    """What cleaning needs of the reference data, as plain dictionaries that travel to workers."""

    vocabulary: Vocabulary
    units: dict[str, str]  # folded code, name or alias -> unit_code; ambiguous names are absent
    tiers: dict[str, str]  # unit_code -> tier
    days: dict[str, tuple[int, int]]  # unit_code -> first day, first without it (since 1970)
    offers: dict[str, tuple[Offer, ...]]  # procedure key -> catalogue rows
    names: dict[tuple[str, str], str]  # (tier, folded name) -> procedure key; ambiguous names are absent
    matters: frozenset[str]  # folded names of procedures and fields: lines that begin with them name no unit
    words: frozenset[str]  # the folded words of names, aliases, headings and values: none of them is a person's alone
    kinds: tuple[Kind, ...]  # of files that are no exports

    def title_unit(self, line: str) -> str | None:
        """The unit that a title line names and nothing else, if it is known; None for any other line."""
        return line if unit_key(line) in self.units else None

    def group_unit(self, line: str) -> str | None:
        """The unit's name in a group line, without numeral, label and count; None for a line that names none.

        What begins as agencies do is taken for one, too: the rows below an unknown one are not the unit's above it.
        """
        line = " ".join(line[:1000].split())
        if whole := next((text for text in (line, _COUNT.sub("", line)) if unit_key(text) in self.units), None):
            return whole  # «X. Hòa Thắng» has no numeral before it
        for text in (line, _NUMERAL.sub("", line)):
            if (code := _CODE_FIRST.match(text)) and unit_key(code[1]) in self.units:
                return code[1]
        name = _COUNT.sub("", _NUMERAL.sub("", line))
        label, colon, rest = name.partition(":")
        if colon and rest.strip() and self._is_unit_label(label):
            return rest.strip()
        words = fold(name)
        for label in self.vocabulary.unit_title:  # «Đơn vị - Sở Xây dựng»
            if (
                words.startswith(f"{label} ")
                and unit_key(after := words.removeprefix(label).strip(" -–")) in self.units
            ):
                return after
        if unit_key(name) in self.units:
            return name
        kinds = tuple(f"{kind} " for kind in self.vocabulary.unit_kind)
        agency = words.startswith(kinds) and not words.startswith(self.vocabulary.no_unit) and words not in self.matters
        return name if agency else None

    def _is_unit_label(self, label: str) -> bool:
        words = fold(label)
        return words in self.vocabulary.unit_title or self.vocabulary.headings.get(words, ("",))[0] == "unit"
