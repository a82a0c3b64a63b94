"""Who sends which exports when: senders, their periods, and which dossiers each of their files shows."""

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.sample.layout import Look
from analysis.sample.province import DAYS
from analysis.sample.style import DATES, Style
from analysis.sample.words import Hand
from analysis.sample.writers import FORMATS
from analysis.sample.year import Year

_KNOWN = [
    *("dossier_id", "procedure_code", "procedure_name", "unit", "received_at", "due_at", "completed_at"),
    *("channel", "level", "applicant", "source", "status"),
]
_EXTRA = [
    "person",
    "phone",
    "identity",
    "field",
    "address",
    "email",
    "birth",
    "officer",
    "note",
    "fee",
    "return_mode",
    "copies",
]
# What a sender's program leaves out.
_LACKING: tuple[list[str], ...] = (
    [],
    ["source"],
    ["level"],
    ["applicant"],
    ["status"],
    ["due_at"],
    [],
    ["procedure_name"],
)
_WITH_NAMES = ("xls", "html")
_WITHOUT_CODES = ("html",)
_DATE_WAYS = {
    True: ("cell", "dmy", "dmy_hm", "serial", "iso_hms", "dmy_hms", "cell"),
    False: ("dmy_hm", "iso_hms", "dmy", "dmy_hms", "iso", "serial"),
}
_UNIT_WAYS = (("name",), ("name", "alias"), ("old_code",), ("code",), ("name", "code", "old_code", "alias"))
_CODE_WAYS = (("full",), ("short",), ("full", "short"), ("number",), ("full", "short", "number"))
_HANDS = (
    Hand(),
    Hand(old_tones=True),
    Hand(decomposed=True),
    Hand(spacing="\u00a0"),
    Hand(shouting=True),
    Hand(old_tones=True, decomposed=True, spacing="  "),
)
_LOOKS = (
    Look(depth=7, totals=True),
    Look(depth=11, number_line=True, repeats=2, margin=True),
    Look(depth=6, two_storeys=True, number_line=True, totals=True),
    Look(depth=29, gaps=True, signature=False),
    Look(depth=8, totals=True, gaps=True, repeats=1),
    Look(depth=4, signature=False),
)


@dataclass(frozen=True)
class Sender:
    """One program that hands out exports: the numbers of its ``dossiers``, its ``periods`` (first day, last day, day
    of export), ``layout`` (``column``, ``grouped``, or ``titled``: a sheet for each unit) and how it writes; ``again``
    are dossiers of others that it shows too."""

    folder: str
    dossiers: np.ndarray
    kind: str
    periods: tuple[tuple[int, int, int], ...]
    layout: str
    style: Style
    look: Look
    dated: str
    again: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def quarters(*delays: int) -> tuple[tuple[int, int, int], ...]:
    """Quarters with their days of export, so many days after their end; the last one on 31 December."""
    return _periods([0, 91, 182, 274], delays)


def halves(*delays: int) -> tuple[tuple[int, int, int], ...]:
    """Half-years, likewise."""
    return _periods([0, 182], delays)


def _periods(starts: list[int], delays: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    ends = [*(start - 1 for start in starts[1:]), DAYS - 1]
    delays = [*delays, *[2] * len(starts)][: len(starts) - 1]
    exported = [*(end + delay for end, delay in zip(ends[:-1], delays, strict=True)), DAYS - 1]
    return tuple(zip(starts, ends, exported, strict=True))


def plan_province(year: Year, formats: Sequence[str], rng: np.random.Generator) -> list[Sender]:
    """The senders of a whole province: the big ones write workbooks, small ones everything else."""
    units, dossiers = year.province.units, year.dossiers
    counts = np.bincount(dossiers["unit"], minlength=len(units))
    of = {tier: np.flatnonzero(units["tier"] == tier) for tier in ("province", "district", "commune")}
    by_size = {tier: members[np.argsort(counts[members], kind="stable")] for tier, members in of.items()}
    taking_part = {code for part in ("worsening", "near_miss", "leading") for code in year.roles[part]}
    small = [unit for unit in by_size["province"] if counts[unit] and units["unit_code"][unit] not in taking_part]
    alone = dict(zip(small[:6], ("csv-xls", "html", "csv-1258", "xls", "csv", "csv-plain"), strict=False))
    first = dict(zip(by_size["district"][:1], ("csv-utf16",), strict=False))
    blueprint: list[tuple[str, np.ndarray, str, tuple[tuple[int, int, int], ...], str]] = []
    centre = np.setdiff1d(of["province"], [*alone])
    blueprint.append(("trung-tam-hcc", centre, "xlsx", quarters(2, 3, 1), "column"))
    for unit, kind in alone.items():
        periods = quarters(4, 1, 5) if kind in ("html", "xls") else halves(5)
        layout = "titled" if kind in ("html", "csv-plain") else "column"
        blueprint.append((f"so-nganh/{slug(units['unit_name'][unit])}", np.array([unit]), kind, periods, layout))
    blueprint.append(("cap-huyen", np.setdiff1d(of["district"], [*first]), "xlsx", quarters(3, 2, 2), "titled"))
    for unit, kind in first.items():
        blueprint.append((f"huyen/{slug(units['unit_name'][unit])}", np.array([unit]), kind, halves(3), "column"))
    for turn, unit in enumerate(by_size["district"]):
        communes = of["commune"][(units["parent_code"].iloc[of["commune"]] == units["unit_code"][unit]).to_numpy()]
        kind, layout = ("xls", "grouped") if turn == 0 else ("xlsx", ("grouped", "column", "titled")[turn % 3])
        periods = halves(6 - turn % 4) if turn % 2 == 0 else quarters(2, 4, 3)
        blueprint.append((f"xa/{slug(units['unit_name'][unit])}", communes, kind, periods, layout))
    unit_of, source = dossiers["unit"].to_numpy(), dossiers["source"].to_numpy()
    blueprint.append(("quoc-gia", np.empty(0, np.int64), "xlsx", halves(3), "column"))
    senders = []
    for number, (folder, members, kind, periods, layout) in enumerate(blueprint):
        shown = np.flatnonzero(np.isin(unit_of, members) if len(members) else source == 1)
        kind = kind if kind in formats else formats[number % len(formats)]
        senders.append(_sender(number, folder, shown, kind, periods, layout, rng))
    return senders


def plan_files(year: Year, formats: Sequence[str], files: int, rng: np.random.Generator) -> list[Sender]:
    """So many files of like size with all units in each and fifteen columns, as benchmarks want them."""
    days = year.dossiers["day"].to_numpy()
    cuts = np.linspace(0, len(days), files + 1).astype(np.int64)
    senders = []
    for turn, (start, end) in enumerate(itertools.pairwise(cuts)):
        kind = formats[turn % len(formats)]
        # The same rows whatever the format: real dates in workbooks say what text says elsewhere.
        way = ("cell" if FORMATS[kind].sheets else "dmy_hm", "dmy_hm", "iso_hms")[turn % 3]
        style = Style(
            columns=(*_KNOWN, "person", "phone", "identity"),
            dates=dict.fromkeys(DATES, way),
            codes=_CODE_WAYS[turn % 3],
            numbers=FORMATS[kind].sheets,
        )
        last = int(days[max(end - 1, 0)])
        period = (0, last, DAYS - 1 if turn == files - 1 else last)
        again = rng.permutation(start)[: (end - start) // 33]
        folder = f"phan-{turn + 1:02d}"
        senders.append(Sender(folder, np.arange(start, end), kind, (period,), "column", style, Look(), "line", again))
    return senders


def _sender(
    number: int,
    folder: str,
    dossiers: np.ndarray,
    kind: str,
    periods: tuple[tuple[int, int, int], ...],
    layout: str,
    rng: np.random.Generator,
) -> Sender:
    """A sender with ways of its own; its number goes through all kinds of mess in turn."""
    workbook = FORMATS[kind].sheets
    ways = _DATE_WAYS[workbook]
    lacking = {*_LACKING[number % len(_LACKING)], *([] if layout == "column" else ["unit"])}
    extra = [str(column) for column in rng.permutation(_EXTRA)[: 1 + number % 4]]
    if kind != "xlsx":  # uncompressed files stay small
        extra = ["person", "phone", "number"][: 2 + number % 2]
        lacking |= set() if kind in _WITH_NAMES else {"procedure_name"}
    if kind in _WITHOUT_CODES and "procedure_name" not in lacking:
        lacking.add("procedure_code")
    columns = [column for column in _KNOWN if column not in lacking]
    # A personal column stands in every export; the number of the line comes first, where there is one.
    order = [str(column) for column in rng.permutation([*columns, *extra, *({"person"} - set(extra))])]
    style = Style(
        columns=(*(["number"] if number % 3 != 2 and "number" not in order else []), *order),
        hand=_HANDS[number % len(_HANDS)],
        dates={column: ways[(number + place) % len(ways)] for place, column in enumerate(DATES)},
        units=_UNIT_WAYS[number % len(_UNIT_WAYS)],
        codes=_CODE_WAYS[number % len(_CODE_WAYS)],
        channel_numbers=folder == "quoc-gia",
        numbers=workbook,
        grouped=layout == "grouped",
    )
    look = _LOOKS[number % len(_LOOKS)]
    if kind == "html" or not workbook:
        look = Look(look.depth, False, look.number_line, look.repeats, look.totals, look.gaps, look.signature, False)
    return Sender(folder, dossiers, kind, periods, layout, style, look, ("line", "name", "period")[number % 3])


def shown_in(year: Year, sender: Sender, turn: int) -> np.ndarray:
    """The dossiers in the sender's file of its period ``turn``: those received in it, and those the file before left
    open, which are so seen again."""
    first, last, _ = sender.periods[turn]
    dossiers = year.dossiers.iloc[sender.dossiers]
    day, done = dossiers["day"].to_numpy(), dossiers["done"].to_numpy()
    shown = (day >= first) & (day <= last)
    if turn:
        before = sender.periods[turn - 1][2]
        open_then = (done > before) | ((done < 0) & (dossiers["final"] == 2).to_numpy())
        shown |= (day < first) & open_then
    return np.concatenate([sender.dossiers[shown], sender.again])


def slug(name: str) -> str:
    """``Sở Xây dựng`` → ``so-xay-dung``, for names of files and folders."""
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(letter for letter in bare if letter.isascii())).strip("-")
