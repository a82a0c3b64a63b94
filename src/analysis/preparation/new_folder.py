"""A folder of one's own for another province: its units, forms in its name, notebooks, and what to do next.

The units are those of a list of the General Statistics Office (``data/places.csv``) with its codes; the departments are
those that the project's own province has. What only the province can say (decision, catalogue, the codes in use)
stands there to be filled in, and the reports say so until it is.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
import tomlkit
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.language.folding import fold, plain
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_
from analysis.reference.forms import Province, load_province
from analysis.reference.tables import CATALOGUE, UNITS, Reference, load_reference
from analysis.reference.tiers import TIERS
from analysis.reference.toml_files import Frozen, Words, read_toml
from analysis.storage.places import OWN_REFERENCE, PROJECT
from analysis.storage.writing import write_csv

_TEMPLATES = Path(__file__).parent / "folder"
_COPIED = (
    "vocabulary.toml",
    "columns.toml",
    "waiting.toml",
    "difficulties.toml",
    "substance.toml",
    "catalogue-lists.toml",
    "counts.toml",
    "unit-reports.toml",
    "satisfaction.toml",
    "explanations.toml",
    "report-form.toml",
    "criteria-form.toml",
    "form.docx",
)
_OF_THIS_PROVINCE = ("number", "issued", "last_amended", "last_amended_on")  # what criteria amend, elsewhere another


class _Names(Frozen):
    province: dict[str, str]
    short: dict[str, list[str]]
    also: dict[str, str]
    aliases: dict[str, list[str]]


@dataclass(frozen=True)
class Made:
    """What was made: the province, which year's list its units are of, and how many there are by tier."""

    province: Province
    year: int
    units: dict[str, int]


def make_folder(folder: Path, name: str, year: int | None = None) -> Made:
    """Make ``folder``, absent or empty, for a province with its units of a year (the last that is known).

    Raises UsageProblem for a folder that holds something, a province or a year that is not known.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblem(N_("{folder} is not empty. Give a new or an empty folder."), folder=folder)
    names = read_toml(PROJECT / "data/places.toml", _Names)
    places = pd.read_csv(PROJECT / "data/places.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    found, listed = _list_of(places, name, year)
    kind, place = _parts(found["name"], names.province)
    province = Province(
        name=Words(vi=f"{kind} {place}", en=names.province[kind].format(name=place)),
        place=place,
    )
    own = load_reference(OWN_REFERENCE)
    units = pd.DataFrame(
        [*_departments(found["code"], province, own), *_places(places, found["code"], listed, names)],
        columns=[*UNITS.columns][:5],
    )
    _write(folder, province, units, year or listed, own)
    load_reference(folder / "data/reference")  # by what a run checks
    counts = units["tier"].value_counts()
    return Made(province, listed, {tier: int(counts.get(tier, 0)) for tier in TIERS})


def _list_of(places: pd.DataFrame, name: str, year: int | None) -> tuple[dict[str, str], int]:
    """The province's line, and the year of the list to take: the last that is not after ``year``, else the first."""
    lists = sorted({int(one) for text in places["lists"].unique() for one in text.split()})
    if year is not None and year > lists[-1] + 1:
        raise UsageProblem(
            N_("The units of {year} are not known: from 1 July 2025 there are no districts. Known: up to {last}."),
            year=year,
            last=lists[-1],
        )
    wanted = max((one for one in lists if year is None or one <= year), default=lists[0])
    provinces = places[places["parent"] == ""].to_dict("records")
    called = {
        plain(text): one for one in provinces for text in (one["name"], re.sub(r"^(Tỉnh|Thành phố) ", "", one["name"]))
    }
    if plain(name) not in called:
        near = get_close_matches(plain(name), called, 3)
        raise UsageProblem(
            N_("There is no province «{name}». Like it: {near}. All of them stand in {file}."),
            name=name,
            near=", ".join(dict.fromkeys(called[one]["name"] for one in near)) or "–",
            file="data/places.csv",
        )
    return called[plain(name)], wanted


def _parts(name: str, kinds: Iterable[str]) -> tuple[str, str]:
    """``Thị trấn Chí Thạnh`` → ``thị trấn``, ``Chí Thạnh``."""
    kind = next(one for one in kinds if fold(name).startswith(f"{one} "))
    return kind, " ".join(name.split()[len(kind.split()) :])


def _departments(code: str, province: Province, reference: Reference) -> Iterable[tuple[str, ...]]:
    """The own province's departments in the name of another."""
    own, units = load_province(reference.folder), reference.units
    kind = province.name.vi.removesuffix(f" {province.place}")
    for number, unit in enumerate(units[units["tier"] == "province"].itertuples(index=False), 1):
        names = [
            text.replace(own.name.vi, province.name.vi).replace(own.place, province.place).replace(" tỉnh", f" {kind}")
            for text in (unit.unit_name, *unit.aliases.split("|"))
        ]
        yield f"{code}.{number:02d}", names[0], "province", "", "|".join(dict.fromkeys(names[1:]))


def _places(places: pd.DataFrame, province: str, year: int, names: _Names) -> Iterable[tuple[str, ...]]:
    """The districts of a province, each before its communes."""
    there = places[places["lists"].str.split().map(lambda lists: str(year) in lists)]
    for district in there[there["parent"] == province].itertuples(index=False):
        yield district.code, district.name, "district", "", _aliases(district.name, names, "district")
        within = _spellings(district.name, names)
        for commune in there[there["parent"] == district.code].itertuples(index=False):
            yield commune.code, commune.name, "commune", district.code, _aliases(commune.name, names, "commune", within)


def _spellings(name: str, names: _Names) -> list[str]:
    kind, bare = _parts(name, names.short)
    return [f"{before} {one}" for one in _also(bare, names) for before in (kind, *names.short[kind])]


def _also(name: str, names: _Names) -> list[str]:
    """A name in each of its spellings, the list's first."""
    return [name, *(name.replace(one, other) for one, other in names.also.items() if one in name)]


def _aliases(name: str, names: _Names, tier: str, districts: Iterable[str] = ("",)) -> str:
    kind, bare = _parts(name, names.short)
    found = [f"{kind} {one}" for one in _also(bare, names)[1:]]
    found += [
        form.format(kind=kind, name=one, short=short, district=district)
        for one in _also(bare, names)
        for form in names.aliases[tier]
        for short in names.short[kind]
        for district in districts
    ]
    return "|".join(dict.fromkeys(f"{one[0].upper()}{one[1:]}" for one in found))


def _write(folder: Path, province: Province, units: pd.DataFrame, year: int, own_reference: Reference) -> None:
    reference = folder / "data/reference"
    for path in (folder / "data/raw", folder / "data/processed", folder / "reports", reference / "decisions"):
        path.mkdir(parents=True)
    for file in _COPIED:
        shutil.copyfile(OWN_REFERENCE / file, reference / file)
    write_csv(units, reference / "units.csv")
    write_csv(pd.DataFrame(columns=[*CATALOGUE.columns]), reference / "catalogue.csv")
    name = tomlkit.inline_table()
    name.update({"vi": province.name.vi, "en": province.name.en})
    own = tomlkit.parse((OWN_REFERENCE / "province.toml").read_text(encoding="utf-8"))
    own["name"], own["place"] = name, province.place
    for address in ("portal", "site"):  # not the other province's
        own.pop(address, None)
    (reference / "province.toml").write_text(tomlkit.dumps(own), encoding="utf-8")
    decision = f"chi-tieu-{year}"
    targets = own_reference.decision("").id
    text = (OWN_REFERENCE / f"decisions/{targets}.toml").read_text(encoding="utf-8")
    templates = Environment(loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True)
    facts = {"province": province, "year": year, "decision": decision, "targets": text[text.index("[[targets]]") :]}
    for template, path in (
        ("decision.toml.j2", reference / f"decisions/{decision}.toml"),
        ("README.md.j2", folder / "README.md"),
        ("gitignore.j2", folder / ".gitignore"),
    ):
        path.write_text(templates.get_template(template).render(facts), encoding="utf-8")
    _write_criteria(reference / "criteria", decision)
    notebooks = shutil.ignore_patterns(".*")
    shutil.copytree(PROJECT / "notebooks", folder / "notebooks", ignore=notebooks)


def _write_criteria(folder: Path, decision: str) -> None:
    """The drafts of criteria, for this decision; what they amend is for the province to name."""
    folder.mkdir()
    for path in sorted((OWN_REFERENCE / "criteria").glob("*.toml")):
        content = tomlkit.parse(path.read_text(encoding="utf-8"))
        if "decision" in content:
            content["decision"] = decision
        for key in _OF_THIS_PROVINCE:
            content.get("amends", {}).pop(key, None)
        (folder / path.name).write_text(tomlkit.dumps(content), encoding="utf-8")
