"""What an unknown word may mean: by its likeness to known ones, by a unit named within it, by the cells under it."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

import pyarrow as pa
import pyarrow.compute as pc

from analysis.dossiers.knowledge import Lookups
from analysis.exports.headings import REQUIRED, Unnamed, bare
from analysis.exports.moments import moments
from analysis.exports.quoting import is_a_persons, is_shape, words_of
from analysis.language.folding import fold, plain
from analysis.reference.additions import HEADING, PROCEDURE, UNIT
from analysis.reference.keys import procedure_key, unit_key
from analysis.reference.vocabulary import CODED_COLUMNS, DATE_COLUMNS, EXPORT_COLUMNS

LIKE, NEAREST = 0.72, 3  # how like a proposal is at least (difflib's ratio); how many are shown
_MANY = 50  # spellings that are looked at
_FITS = 0.9  # of a column's cells, so that they tell what it holds
_FITS_CODED, _FEW_VALUES = 0.6, 20  # where they are of few different values; the others are asked about
_SEEN = 1000  # cells that are looked at
_DOSSIER_CODE = re.compile(r"(?=.*\d\d)(?=.*\D)[\w./-]+")
_NUMBER = re.compile(r"(?:\+84|0)[\d .-]{7,13}\d|\d{9}|\d{12}")  # of a telephone or a person
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")  # of birth, where days lie years apart
_BARE_CODE = re.compile(r"[1-9](?:\d{5,7}|\d{9,10}|\d{12,})")  # none of these
_PERIOD = timedelta(days=3 * 366)  # more than an export covers


@dataclass(frozen=True)
class Guess:
    """Known words like an unknown one with what they mean, all that it may mean, and the one that is proposed."""

    nearest: str
    meanings: tuple[str, ...]
    proposal: str


def guess(kind: str, text: str, lookups: Lookups, lacking: Collection[str], content: Collection[str]) -> Guess:
    """Of a heading the columns are looked at that its files are ``lacking``; ``content`` are those that the cells under
    it fit. A unit is like those each word of whose own name is; a shape is like nothing.
    """
    known = {} if is_shape(text) else _known(kind, lookups)
    if kind == PROCEDURE:
        near = _procedures_like(text, known)
        keys = tuple(dict.fromkeys(known[name] for name in near))
        return Guess(", ".join(f"{name} → {known[name]}" for name in near), keys, keys[0] if len(keys) == 1 else "")
    if kind == HEADING:
        known = {word: column for word, column in known.items() if column in lacking}
    near = (
        _units_like(text, known, lookups) if kind == UNIT else _in_brackets(text, known) or _like(text, known, lookups)
    )
    told = ", ".join(f"{word} → {known[word]}" for word in near)
    if kind != HEADING:
        meanings = tuple(dict.fromkeys(known.values())) if kind in CODED_COLUMNS else ()
        return Guess(told, meanings, known[near[0]] if near else "")
    fits = [column for column in content if column in lacking]
    fits = [column for column in fits if column in REQUIRED] or fits  # without these the file is not used at all
    by_word = list(dict.fromkeys(known[word] for word in near))
    meanings = tuple([column for column in by_word if column in fits] or dict.fromkeys([*fits, *by_word]))
    return Guess(told, meanings, meanings[0] if len(meanings) == 1 else "")


def _in_brackets(text: str, known: dict[str, str]) -> list[str]:
    """The known words that stand in brackets: «Nội dung giải quyết (tên TTHC)»."""
    return [fold(part) for part in re.findall(r"\(([^()]+)\)", text) if fold(part) in known]


def _like(text: str, known: dict[str, str], lookups: Lookups) -> list[str]:
    """Known words that differ in some letters; none that says the contrary: «chưa hoàn thành» is not «hoàn thành»."""
    denies = lookups.vocabulary.negations
    denied = not denies.isdisjoint(words_of(text))
    return get_close_matches(
        fold(text), [word for word in known if denied is not denies.isdisjoint(words_of(word))], NEAREST, LIKE
    )


def columns_by_content(unnamed: Sequence[Unnamed], lookups: Lookups) -> list[tuple[str, ...]]:
    """The columns that nearly all cells of each fit: their days, codes, units or known values; none where that says
    nothing. The days of receipt are those that lie before all others of their rows.
    """
    days = [_days(one.cells) for one in unnamed]
    received = _received([found for found in days if found is not None])
    return [
        _by_content(_texts(one.cells), lookups)
        if found is None
        else DATE_COLUMNS
        if found is received
        else DATE_COLUMNS[1:]
        for one, found in zip(unnamed, days, strict=True)
    ]


def impossible(cells: pa.Array, lookups: Lookups) -> frozenset[str]:
    """The columns that the cells under a heading cannot be: codes and days have digits, persons are none of them, and
    neither telephone numbers nor what is another in each row are one of a few values.
    """
    texts = _texts(cells)
    if not texts:
        return frozenset()
    worded = sum(not re.search(r"\d", text) for text in texts) >= _FITS * len(texts)
    different = set(texts)
    if all(fold(text) in lookups.vocabulary.mark for text in different):
        return frozenset(EXPORT_COLUMNS)  # a tick alone tells nothing
    addresses = sum("," in text and bool(_named_within(text, lookups.units)[1]) for text in list(different)[:_MANY])
    if 2 * addresses > min(len(different), _MANY):
        return frozenset(EXPORT_COLUMNS)
    agencies = tuple(f"{kind} " for kind in lookups.vocabulary.unit_kind)
    named = [text for text in different if not fold(text).startswith(agencies)]
    people = sum(is_a_persons(text, lookups.vocabulary.surnames) for text in named)
    if 2 * people > len(different):
        return frozenset(EXPORT_COLUMNS)
    # Codes and days have figures, and codes no blanks.
    found = {"dossier_id", "procedure_code", *DATE_COLUMNS} if worded else set()
    found |= {"dossier_id", "procedure_code"} if 2 * sum(" " in text for text in texts) > len(texts) else set()
    numbers = sum(bool(_NUMBER.fullmatch(text)) for text in texts) >= _FITS * len(texts)
    found |= {"procedure_code", "procedure_name"} if numbers else set()
    if numbers or (len(texts) >= _FEW_VALUES and 2 * len(different) > len(texts)):
        known = any(unit_key(text) in lookups.units for text in different)
        listed = any(fold(text) in lookups.matters for text in different)
        found |= {*CODED_COLUMNS, *(() if known else ("unit",)), *(() if listed else ("procedure_name",))}
    return frozenset(found)


def coded_in_part(cells: pa.Array, lookups: Lookups) -> tuple[str, ...]:
    """The columns of values of which some stand among the few under a heading."""
    texts = {fold(text) for text in _texts(cells)} if may_be_coded(cells) else set()
    return tuple(name for name in CODED_COLUMNS if not texts.isdisjoint(lookups.vocabulary.values[name]))


def may_be_coded(cells: pa.Array) -> bool:
    """Whether a few words stand under a heading again and again, so that it may be a column of values."""
    texts = _texts(cells)
    different = set(texts)
    few = 1 < len(different) <= _FEW_VALUES and 2 * len(different) <= len(texts)
    return few and not any(re.search(r"\d{3}", text) for text in different)


def _texts(cells: pa.Array) -> list[str]:
    return [text for cell in cells.slice(0, _SEEN).to_pylist() if cell and (text := bare(cell))]


def _days(cells: pa.Array) -> pa.Array | None:
    """The moments of a column in which nearly all are some, none of them years apart: no dates of birth."""
    texts = _texts(cells)
    if not texts or all(map(str.isdigit, texts)):
        return None
    found = moments(pa.array([bare(cell) if cell else None for cell in cells.slice(0, _SEEN).to_pylist()], pa.string()))
    span = pc.min_max(found).as_py()
    enough = len(found) - found.null_count >= _FITS * len(texts)
    return found if enough and span["max"] - span["min"] <= _PERIOD else None


def _received(days: list[pa.Array]) -> pa.Array | None:
    """The one whose days lie before those of all others in nearly all rows that have both, be they blank in many; where
    rows do not tell, the one that is earliest on the whole.
    """

    def before(one: pa.Array, other: pa.Array) -> bool:
        told = pc.less_equal(pc.floor_temporal(one, unit="day"), pc.floor_temporal(other, unit="day"))
        both = len(told) - told.null_count
        return both > 0 and pc.sum(told).as_py() >= _FITS * both

    first = [one for one in days if all(before(one, other) for other in days if other is not one)]
    return min(first or days, key=lambda one: pc.mean(one.cast(pa.int64())).as_py(), default=None)


def _by_content(texts: list[str], lookups: Lookups) -> tuple[str, ...]:
    def fit(is_one: Callable[[str], bool], share: float = _FITS) -> bool:
        return sum(map(is_one, texts)) >= share * len(texts)

    def is_coded(name: str) -> bool:
        known = lookups.vocabulary.values[name]
        share = _FITS_CODED if len(set(map(fold, texts))) <= _FEW_VALUES else _FITS
        return fit(lambda text: fold(text) in known, share)

    different = set(texts)
    alike = len(set(map(_outline, texts))) <= max(NEAREST, len(texts) // _FEW_VALUES)
    numbered = alike and len(different) >= _FITS * len(texts)
    if not texts or fit(str.isdigit):  # a number is many a thing's
        return ("dossier_id",) if texts and numbered and fit(lambda text: bool(_BARE_CODE.fullmatch(text))) else ()
    # Addresses end with units, too, but hardly one is like another.
    again = len(texts) < _FEW_VALUES or 2 * len(different) <= len(texts)
    few = _FITS_CODED if again and len(different) <= _FEW_VALUES else _FITS
    if 1 < len(different) <= _MANY and again:  # units in spellings of the export's own
        near = {text for text in different if _units_like(text, lookups.units, lookups)}
        if fit(near.__contains__, few):
            return ("unit",)
    for column, is_one, share in (
        ("procedure_code", lambda text: procedure_key(text) in lookups.offers, _FITS),
        ("unit", lambda text: unit_key(text) in lookups.units, _FITS),
        ("procedure_name", lambda text: fold(text) in lookups.matters, few),
    ):
        if fit(is_one, share):
            return (column,)
    if coded := tuple(filter(is_coded, CODED_COLUMNS)):
        return coded

    def is_code(text: str) -> bool:
        return bool(_DOSSIER_CODE.fullmatch(text)) and not _NUMBER.fullmatch(text) and not _DATE.fullmatch(text)

    return ("dossier_id",) if numbered and fit(is_code) else ()


def _outline(text: str) -> str:
    """What is left of a code without its digits' values."""
    return re.sub(r"\d+", "9", text)


def _known(kind: str, lookups: Lookups) -> dict[str, str]:
    """The folded words that are known of a kind, and what each means."""
    if kind == HEADING:
        return {word: column for word, (column, _) in lookups.vocabulary.headings.items()}
    if kind == UNIT:
        return lookups.units
    if kind == PROCEDURE:
        return {name: key for (_, name), key in lookups.names.items()}
    return lookups.vocabulary.values.get(kind, {})


def _procedures_like(text: str, known: dict[str, str]) -> list[str]:
    """Names that have all words of the text, the shortest first; else such as differ in some letters."""
    words = set(words_of(text))
    whole = sorted((name for name in known if words and words <= set(words_of(name))), key=len)
    return whole[:NEAREST] or get_close_matches(fold(text), known, NEAREST, LIKE)


def _units_like(text: str, known: dict[str, str], lookups: Lookups) -> list[str]:
    """Spellings of units each word of whose own name is like one of the text: «thị xã An Nhơn» is not «Hoài Nhơn»; else
    of the one that is named within it: ``Phòng Quản lý đô thị – Sở Xây dựng``.
    """
    begins, ends = _named_within(text, known)
    kinds = "|".join(sorted((re.escape(plain(kind)) for kind in lookups.vocabulary.unit_kind), key=len, reverse=True))
    before = re.compile(rf"(?:(?:{kinds}|[^aeiouy\d\W]{{1,2}})\W+)*")  # TP, TX and P stand for such a kind, too

    def own(spelling: str) -> list[str]:
        """The words behind the kind of unit."""
        return re.findall(r"\w+", before.sub("", plain(spelling), count=1))

    def kind(spelling: str) -> str:
        """The initials of the words before: «TT» and «thị trấn» are one, «huyện» is another."""
        told = before.match(plain(spelling))
        words = re.findall(r"\w+", told[0] if told else "")
        return "".join(word if re.fullmatch(r"[^aeiouy]{2,}", word) else word[0] for word in words if word != "ubnd")

    wanted = own(text)
    near = {known[spelling]: spelling for spelling in begins}
    for spelling in get_close_matches(fold(text), known, _MANY, LIKE):
        name = own(spelling)
        if name and all(get_close_matches(word, wanted, 1, LIKE) for word in name):
            near.setdefault(known[spelling], spelling)
    told = kind(text)

    def same(spelling: str) -> bool:
        """Whether the kind is the same, or the whole name: a district may have become a town."""
        name = own(spelling)
        return (told and kind(spelling) == told) or all(get_close_matches(word, name, 1, LIKE) for word in wanted)

    alike = [spelling for spelling in near.values() if kind(spelling) == told] or list(near.values())
    # Behind a comma it is where somebody lives: «Thôn 8, huyện Ninh Sơn».
    return ([spelling for spelling in alike if same(spelling)] or ([] if "," in text else ends))[:NEAREST]


def _named_within(text: str, known: dict[str, str]) -> tuple[list[str], list[str]]:
    """The longest spelling of two words or more that begins the text, and that which ends it, if any."""
    words = re.findall(r"\w+", fold(text))
    by_words = {" ".join(re.findall(r"\w+", spelling)): spelling for spelling in known}
    begins = [" ".join(words[:end]) for end in range(len(words) - 1, 1, -1)]
    ends = [" ".join(words[start:]) for start in range(1, len(words) - 1)]
    first, last = ([by_words[part] for part in parts if part in by_words][:1] for parts in (begins, ends))
    return first, last
