"""Reads lists of procedures as others write them: the national database's, a province's, an annex to a decision.

A line becomes a ``Listed`` for each tier that it names, or is refused with a reason. Codes are repaired where they can
be read in one way alone; names are never matched by likeness. The words are those of ``catalogue-lists.toml``.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from analysis.dossiers.knowledge import Lookups
from analysis.exports.lists import find_head, lines_of
from analysis.exports.moments import odd_moment
from analysis.exports.quoting import is_procedure_code
from analysis.exports.reading import Export, read_export
from analysis.language.folding import fold
from analysis.language.problems import ExportProblem
from analysis.language.texts import N_
from analysis.reference.catalogue_words import OTHER, CatalogueWords
from analysis.reference.keys import procedure_key, unit_key

REPAIRED = "repaired"
# Why a line gives nothing, in the order in which they are tried.
BAD_CODE, ENDED, OTHER_TIER, BAD_DAY = "bad_code", "ended", "other_tier", "bad_day"
UNKNOWN_LEVEL, UNKNOWN_UNIT = "unknown_level", "unknown_unit"
_STANDING = "standing"
_PARTS = re.compile(r"[,;/\n]|\bvà\b")
_TAIL = re.compile(r"(?:\.\d{3}\.\d{2}\.\d{2})?\.[A-Z]\d{2}$", re.IGNORECASE)
_NUMERAL = re.compile(r"^(?:[IVXLC]+|\d{1,3}|[A-Z])[.)\s/:-]+\s*(?=\S)")
_CELLS = 3  # of a line under the headings that is one of the list


@dataclass(frozen=True)
class Listed:
    """One line of a list for one tier, and one department of the province's; "" or None what it does not say.

    ``named`` are the units of the tier that it names; ``decision`` the number as it is written.
    """

    procedure_code: str
    procedure_name: str = ""
    field: str = ""
    tier: str = ""
    unit_code: str = ""
    level: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    place: str = ""
    named: tuple[str, ...] = ()
    decision: str = ""
    decided_at: date | None = None
    published_at: date | None = None

    @property
    def key(self) -> str:
        return procedure_key(self.procedure_code)


@dataclass
class Lists:
    """What files list: ``lines`` read, what was ``taken``, and (place, reason, text) of what was ``told`` of others.

    ``ended`` is what a list says to be no longer in force; ``told`` has it too.
    """

    lines: int = 0
    taken: list[Listed] = field(default_factory=list)
    ended: list[Listed] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def join(self, other: "Lists") -> None:
        """Add what others list."""
        self.lines += other.lines
        self.taken += other.taken
        self.ended += other.ended
        self.told += other.told


@dataclass(frozen=True)
class ListedSheet:
    """A sheet that lists procedures: the ``title`` lines above its headings, which ``columns`` it names, its lists."""

    name: str
    title: tuple[str, ...]
    columns: frozenset[str]
    lists: Lists


def read_lists(paths: list[Path], lookups: Lookups, words: CatalogueWords) -> Lists:
    """The lines of every list; raises ExportProblem for a file without a column of procedures' codes."""
    lists = Lists()
    for path in paths:
        found = listed_sheets(read_export(path, headings=words.headings), path.name, lookups, words)
        for sheet in found:
            lists.join(sheet.lists)
        if not found:
            raise ExportProblem(
                N_("{file}: no column of procedures' codes. Its heading is one of: {known}. Add it to {words}."),
                file=path.name,
                known=", ".join(word for word, (name, _) in words.headings.items() if name == "procedure_code"),
                words="catalogue-lists.toml",
            )
    return lists


def listed_sheets(export: Export, name: str, lookups: Lookups, words: CatalogueWords) -> list[ListedSheet]:
    """The sheets of a file that list procedures; ``name`` is how places in it are called."""
    found = []
    for sheet in export.sheets:
        lines = lines_of(sheet)
        at, columns = find_head(lines, words.headings, ("procedure_code",))
        if at < 0:
            continue
        title = tuple(filter(None, (" ".join(dict.fromkeys(filter(None, line))) for line in lines[:at])))
        reader = _Reader(Lists(), columns, lookups, words, f"{name} ({sheet.name})" if sheet.name else name)
        reader.begin(title)
        reader.read(lines, at)
        found.append(ListedSheet(sheet.name, title, frozenset(columns), reader.lists))
    return found


@dataclass
class _Reader:
    """One sheet: its lines, and what the lines that name a field, a tier or a unit say of those below."""

    lists: Lists
    columns: dict[str, int]
    lookups: Lookups
    words: CatalogueWords
    place: str
    above: dict[str, str] = field(default_factory=dict)

    def begin(self, title: tuple[str, ...]) -> None:
        """What the lines above the headings say of all below."""
        if named := [section for line in title if (section := self._section(fold(line)))]:
            self.above["section"] = named[-1]

    def read(self, lines: list[list[str]], head: int) -> None:
        for number, line in enumerate(lines[head + 1 :], head + 2):
            cells = {name: line[column] for name, column in self.columns.items()}
            filled = [cell for cell in line if cell]
            if len(set(filled)) < _CELLS or self._is_heading(cells):
                self._note(" ".join(dict.fromkeys(filled)))
                continue
            if not cells["procedure_code"] and not cells.get("procedure_name"):
                continue  # a line of sums, a signature
            if re.fullmatch(r"\(?\d{1,2}\)?", cells["procedure_code"]):
                continue  # a line that numbers the columns
            self.lists.lines += 1
            self._take(cells, self.place, number)

    def _is_heading(self, cells: dict[str, str]) -> bool:
        return self.words.headings.get(fold(cells["procedure_code"]), ("",))[0] == "procedure_code"

    def _note(self, text: str) -> None:
        """A line of its own above others: ``II. Lĩnh vực Đất đai``, ``A. Thủ tục cấp huyện``, ``Sở Xây dựng``."""
        name = _NUMERAL.sub("", text)
        folded = fold(name)
        if section := self._section(folded):
            self.above["section"] = section
        if unit := self.lookups.units.get(unit_key(name)):
            self.above["unit"] = unit
        elif tiers := [code for word, code in self.words.tiers.items() if re.search(rf"\b{re.escape(word)}\b", folded)]:
            self.above["tier"] = tiers[0]
        elif label := next((word for word in self.words.field if folded.startswith(word)), ""):
            self.above["field"] = name[len(label) :].strip(" :-–")

    def _section(self, folded: str) -> str:
        """Whether a line says that what is below it is repealed, or stands; "" where it says neither or both."""
        said = [
            section
            for section, words in ((ENDED, self.words.repealed), (_STANDING, self.words.standing))
            if any(word in folded for word in words)
        ]
        return said[0] if len(said) == 1 else ""

    def _take(self, cells: dict[str, str], place: str, number: int) -> None:
        where = f"{place}:{number}"
        given = cells["procedure_code"]
        code, repaired = read_code(given)
        if not code:
            return self._tell(where, BAD_CODE, given)
        if repaired:
            self._tell(where, REPAIRED, f"{given} → {code}")
        ended = fold(cells.get("state", "")).startswith(self.words.ended) or self.above.get("section") == ENDED
        if ended:
            self._tell(where, ENDED, code)
        days = [odd_moment(cells.get(name, "")) for name in ("valid_from", "valid_to")]
        unread = any(cells.get(name) and not day for name, day in zip(("valid_from", "valid_to"), days, strict=True))
        if unread and not ended:
            return self._tell(where, BAD_DAY, code)
        if (level := self._level(cells)) is None and not ended:
            return self._tell(where, UNKNOWN_LEVEL, code)
        listed = Listed(
            procedure_code=code,
            procedure_name=" ".join(cells.get("procedure_name", "").split()),
            field=" ".join((cells.get("field") or self.above.get("field", "")).split()),
            level=level or "",
            place=where,
            valid_from=days[0] and days[0].date(),
            valid_to=days[1] and days[1].date(),
            decision=" ".join(cells.get("decision", "").split()),
            decided_at=_day(cells.get("decided_at", "")),
            published_at=_day(cells.get("published_at", "")),
        )
        self._take_tiers(listed, cells, where, self.lists.ended if ended else self.lists.taken)
        return None

    def _take_tiers(self, listed: Listed, cells: dict[str, str], where: str, into: list[Listed]) -> None:
        """One line for each tier that is named, and for each department."""
        units = self._units(cells.get("unit", ""))
        own = {self.lookups.tiers[unit] for unit in units}
        tiers = self._tiers(cells.get("tier", "")) or ({self.above["tier"]} if "tier" in self.above else own)
        if tiers == {OTHER}:
            return self._tell(where, OTHER_TIER, listed.procedure_code)
        departments = [unit for unit in units if self.lookups.tiers[unit] == "province"]
        if cells.get("unit") and not units and "province" in tiers:
            self._tell(where, UNKNOWN_UNIT, listed.procedure_code)
        for tier in sorted(tiers - {OTHER}) or [""]:
            of_tier = tuple(unit for unit in units if self.lookups.tiers[unit] == tier)
            for unit in (departments or [""]) if tier == "province" else [""]:
                into.append(replace(listed, tier=tier, unit_code=unit, named=(unit,) if unit else of_tier))
        return None

    def _tell(self, where: str, reason: str, text: str) -> None:
        self.lists.told.append((where, reason, " ".join(text.split())[:60]))

    def _level(self, cells: dict[str, str]) -> str | None:
        """The level, "" where the line says none, None where it says what nobody knows, or two."""
        marked = [name for name in ("2", "3", "4") if fold(cells.get(name, "")) in self.words.mark]
        text = fold(cells.get("level", "")).removesuffix(".0")
        known = self.words.levels.get(text) or self.lookups.vocabulary.values["level"].get(text)
        if (text and not known) or len({*marked, *filter(None, [known])}) > 1:
            return None
        return known or (marked[0] if marked else "")

    def _tiers(self, text: str) -> set[str]:
        """Those of ``Cấp huyện, cấp xã``."""
        whole = self.words.tiers.get(fold(text))
        parts = [fold(part) for part in _PARTS.split(text) if fold(part)]
        return {whole} if whole else {self.words.tiers[part] for part in parts if part in self.words.tiers}

    def _units(self, text: str) -> list[str]:
        """Those that a cell names, one or several, else that of the line above."""
        whole = self.lookups.units.get(unit_key(text))
        parts = [self.lookups.units.get(unit_key(part)) for part in re.split(r"[;\n]", text)]
        found = [whole] if whole else list(dict.fromkeys(filter(None, parts)))
        return found or ([self.above["unit"]] if not text and "unit" in self.above else [])


def _day(text: str) -> date | None:
    moment = odd_moment(text)
    return moment.date() if moment else None


def read_code(text: str) -> tuple[str, bool]:
    """A procedure's code and whether it had to be repaired; "" where it can be read in no way or in several.

    ``2.002.400`` and ``2002638`` are ``2.002400`` and ``2.002638``: all seven digits are there.
    """
    bare = re.sub(r"^(\d{7})\.0$", r"\1", "".join(text.split()).strip(".,;:'\"").replace(",", "."))
    if is_procedure_code(bare):
        return bare, bare != text.strip()
    if re.fullmatch(r"\d\.(?:\d{0,4}[1-9]|\d{7,})", bare):  # a spreadsheet took it for a number
        return procedure_key(bare), True
    tail = _TAIL.search(bare)
    body = bare[: tail.start()] if tail else bare
    digits = body.replace(".", "")
    if not re.fullmatch(r"\d{7}", digits):
        return "", False
    return f"{digits[0]}.{digits[1:]}{tail[0].upper() if tail else ''}", True
