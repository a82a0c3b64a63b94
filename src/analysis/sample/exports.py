"""Writes a folder of sample exports and tells the truth about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.sample.broken import leave_owner_file, write_broken
from analysis.sample.difficulties import write_difficulties
from analysis.sample.faults import REASONS, Faults
from analysis.sample.filings import plant, told
from analysis.sample.layout import Sheet, Title, iso_day, lay_out
from analysis.sample.people import SOMEBODY
from analysis.sample.plan import Sender, plan_files, plan_province, shown_in
from analysis.sample.portal_lists import write_portal_lists
from analysis.sample.province import read_province
from analysis.sample.rows import Scribe
from analysis.sample.style import Rows, Style
from analysis.sample.truth import Truth, judge
from analysis.sample.unit_reports import write_unit_reports
from analysis.sample.watching import write_watching
from analysis.sample.words import heading
from analysis.sample.writers import BIFF, FORMATS, writable
from analysis.sample.year import Year, live

ALL = tuple(FORMATS)
_MOST_SHEETS = 40
_TWICE = 0.0015  # share of rows that a file holds twice


@dataclass(frozen=True)
class _Part:
    """One sheet to be: its name, its dossiers, and the unit that its title names."""

    name: str
    dossiers: np.ndarray
    unit: int | None = None


def write_sample(
    out: Path | str,
    reference: Path | str,
    dossiers: int,
    seed: int,
    formats: Sequence[str] = ALL,
    *,
    files: int | None = None,
    faults: float = 0.005,
    marker: str | None = None,
    broken: bool = False,
    filing: bool = False,
) -> Truth:
    """Write exports of ``dossiers`` made-up dossiers of 2020 into the empty or new folder ``out``, and beside those of
    a whole province the difficulties that its units state, what watched the portal, and what it has open.

    ``formats`` are keys of ``FORMATS``. ``files`` asks for so many files of like size instead of a
    province's senders; ``faults`` is the share of bad rows; ``marker`` is put into every personal
    cell; ``broken`` adds files that must be quarantined; with ``filing`` exports say when each
    dossier was filed, and some units file for the count. The same arguments give the same bytes.
    Raises UsageProblem for a folder that holds something, or an unknown format.
    """
    out = Path(out)
    _check(out, dossiers, formats, files)
    rng = np.random.default_rng(seed)
    year = live(read_province(Path(reference)), dossiers, rng)
    senders = plan_files(year, formats, files, rng) if files else plan_province(year, formats, rng)
    if filing:
        year, senders = plant(year, np.random.default_rng([seed, 7])), [told(sender) for sender in senders]
    # Every reason comes about, in a small sample too.
    share = max(faults, (len(REASONS) + 2) / max(dossiers, 1)) if faults else 0.0
    scribe = Scribe(year, Faults(min(share, 0.2)), marker)
    rows, ledger = [], []
    for number, sender in enumerate(senders):
        for turn in range(len(sender.periods)):
            made = _write_file(out, scribe, sender, turn, np.random.default_rng([seed, number, turn]))
            if made:
                rows.append(made[0])
                ledger.append(made[1])
    workbooks = [out / str(entry["file"]) for entry in ledger if FORMATS[str(entry["kind"])].sheets]
    if workbooks and not files:
        leave_owner_file(workbooks[0], marker or SOMEBODY)
    if not files:
        write_difficulties(out / "kho-khan.csv", year.province, np.random.default_rng([seed, len(senders)]))
        write_watching(out / "may-chu", np.random.default_rng([seed, len(senders), 1]))
        write_portal_lists(out / "danh-muc", year.province, np.random.default_rng([seed, len(senders), 2]))
    if broken:
        ledger += write_broken(out)
    table = pd.concat(rows, ignore_index=True)
    truth = judge(table, pd.DataFrame(ledger).sort_values("file", ignore_index=True), year.roles)
    if not files:
        write_unit_reports(out / "bao-cao", truth.rows, year.province, np.random.default_rng([seed, len(senders), 3]))
    return truth


def _check(out: Path, dossiers: int, formats: Sequence[str], files: int | None) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageProblem(N_("{folder} is not an empty folder. Name a new one for the sample."), folder=out)
    if unknown := [name for name in formats if name not in FORMATS] or (not formats and ["–"]):
        raise UsageProblem(
            N_("Unknown format {unknown}. Known: {known}."), unknown=", ".join(unknown), known=", ".join(FORMATS)
        )
    if BIFF in formats and BIFF not in writable():
        raise UsageProblem(
            N_("The format {format} needs the package xlwt: pip install xlwt, or name other --formats."), format=BIFF
        )
    if dossiers < 1 or (files is not None and files < 1):
        raise UsageProblem(N_("A sample needs at least one dossier and one file."))


def _write_file(
    out: Path, scribe: Scribe, sender: Sender, turn: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, object]] | None:
    """One file of a sender, with its truth; None where the period has no dossier."""
    shown = shown_in(scribe.year, sender, turn)
    if not len(shown):
        return None
    shown = np.sort(np.append(shown, rng.permutation(shown)[: rng.binomial(len(shown), _TWICE)]))
    period = sender.periods[turn]
    style, parts = _parts(scribe.year, sender, turn, shown)
    headings = [heading(column, style.hand, rng) for column in style.columns]
    sheets, truths = [], []
    for index, part in enumerate(parts):
        rows = scribe.write(part.dossiers, period[2], style, rng)
        sheets.append(
            lay_out(
                part.name, rows, style, sender.look, _title(scribe, sender, period, part, rows), headings, scribe.marker
            )
        )
        truths.append(_placed(rows, sheets[-1], index, sender.kind))
    path = out / _file_name(sender, turn)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = FORMATS[sender.kind]
    kind.write(path, [*_cover(sender, turn), *sheets])
    name = path.relative_to(out).as_posix()
    entry = {
        "file": name,
        "kind": sender.kind,
        "format": kind.name,
        "encoding": kind.encoding,
        "export_date": iso_day(_export_day(sender, turn)).isoformat(),
        "skipped_lines": sum(sheet.skipped_lines for sheet in sheets),
        "blank_lines": sum(sheet.blank_lines for sheet in sheets),
        "quarantined": False,
    }
    return pd.concat(truths, ignore_index=True).assign(file=name), entry


def _placed(rows: Rows, sheet: Sheet, index: int, kind: str) -> pd.DataFrame:
    texts = rows.truth.select_dtypes(["object", "str"]).columns
    name = sheet.name if FORMATS[kind].sheets else ""
    return rows.truth.astype(dict.fromkeys(texts, "str")).assign(sheet=name, sheet_index=index, row=sheet.rows)


def _parts(year: Year, sender: Sender, turn: int, shown: np.ndarray) -> tuple[Style, list[_Part]]:
    """How the dossiers are dealt out to sheets; a layout that the format cannot bear becomes a grouped one."""
    kind, style = FORMATS[sender.kind], sender.style
    unit = year.dossiers["unit"].to_numpy()[shown]
    units = np.unique(unit)
    if sender.layout == "titled" and (len(units) == 1 or (kind.sheets and len(units) <= _MOST_SHEETS)):
        codes = year.province.units["unit_code"]
        return style, list(
            _cut([_Part(codes[number], shown[unit == number], number) for number in units], kind.most_rows)
        )
    if sender.layout == "titled":
        style = replace(style, grouped=True)
    month = year.dossiers["day"].to_numpy()[shown] // 31
    halves = [shown[month <= np.median(month)], shown[month > np.median(month)]]
    if kind.sheets and sender.layout == "column" and turn % 2 and len(sender.periods) > 1 and len(halves[1]):
        return style, list(_cut([_Part("Đầu kỳ", halves[0]), _Part("Cuối kỳ", halves[1])], kind.most_rows))
    return style, list(_cut([_Part("Danh sách", shown)], kind.most_rows if kind.sheets else len(shown)))


def _cut(parts: list[_Part], most: int) -> Iterator[_Part]:
    """Sheets that have no more rows than their format bears."""
    for part in parts:
        for turn, start in enumerate(range(0, len(part.dossiers), most)):
            name = part.name if turn == 0 else f"{part.name} ({turn + 1})"
            yield _Part(name, part.dossiers[start : start + most], part.unit)


def _title(scribe: Scribe, sender: Sender, period: tuple[int, int, int], part: _Part, rows: Rows) -> Title:
    """What stands above the table; half of the grouped ones name the first group's unit there, not above its rows."""
    unit = None
    if part.unit is not None:
        unit = sender.style.hand.spell(scribe.units["name"][part.unit][0])
    elif sender.layout == "grouped" and len(sender.periods) == 2 and rows.truth["unit_code"].iloc[0]:
        unit = rows.groups[0]
    return Title(unit, (period[0], period[1]), period[2] if sender.dated == "line" else None)


def _export_day(sender: Sender, turn: int) -> int:
    """The day that dates the file: that of export where a line or the name says it, else the period's end."""
    return sender.periods[turn][1 if sender.dated == "period" else 2]


def _file_name(sender: Sender, turn: int) -> str:
    first, last, exported = sender.periods[turn]
    suffix = FORMATS[sender.kind].suffix
    start, end = iso_day(first), iso_day(last)
    if sender.dated == "name":
        return (
            f"{sender.folder}/ho-so {start:%d-%m-%Y} xuat {iso_day(exported):%d-%m-%Y}{suffix}"
            if turn % 2
            else (f"{sender.folder}/DanhSachHoSo_{iso_day(exported):%Y%m%d}{suffix}")
        )
    if sender.dated == "line":  # the line above the table wins over the date in the name
        return f"{sender.folder}/ho_so_{start:%Y%m%d}_{end:%Y%m%d}{suffix}"
    return f"{sender.folder}/ky-{turn + 1}{suffix}"


def _cover(sender: Sender, turn: int) -> list[Sheet]:
    """A first sheet without a table, which readers must pass over."""
    if not FORMATS[sender.kind].sheets or turn != 1:
        return []
    return [Sheet("Bìa", [["Sổ theo dõi hồ sơ"], [], ["Xem các trang sau"]])]
