"""The reference data as the dictionaries that cleaning looks up, and that travel to its workers."""

from collections import defaultdict

import pandas as pd

from analysis.dossiers.further_kinds import load_kinds
from analysis.dossiers.knowledge import OPEN_END, Lookups, Offer
from analysis.exports.quoting import words_of
from analysis.language.folding import fold
from analysis.reference.keys import unit_key
from analysis.reference.tables import Reference


def make_lookups(reference: Reference) -> Lookups:
    """The reference data as the dictionaries that cleaning looks up."""
    codes = {unit_key(code): code for code in reference.units["unit_code"]}
    spellings: dict[str, set[str]] = defaultdict(set)
    for code, name, aliases in reference.units[["unit_code", "unit_name", "aliases"]].itertuples(index=False):
        for spelling in (name, *aliases.split("|")):
            if unit_key(spelling):
                spellings[unit_key(spelling)].add(code)
    names = {spelling: code for spelling, fits in spellings.items() if (code := _only(fits, reference))}
    offers: dict[str, list[Offer]] = defaultdict(list)
    bearers: dict[tuple[str, str], set[str]] = defaultdict(set)
    epoch, kin = pd.Timestamp(0), _kin(reference)
    for row in reference.catalogue.itertuples(index=False):
        end = OPEN_END if pd.isna(row.valid_to) else (row.valid_to - epoch).days
        offers[row.procedure_key] += [
            Offer(row.procedure_code, row.tier, unit, row.level, (row.valid_from - epoch).days, end)
            for unit in kin.get(row.unit_code, [row.unit_code])
        ]
        bearers[row.tier, fold(row.procedure_name)].add(row.procedure_key)
    for name, key in reference.vocabulary.procedures.items():
        for offer in offers.get(key, ()):
            bearers[offer.tier, name].add(key)
    return Lookups(
        vocabulary=reference.vocabulary,
        units=names | codes,
        tiers=dict(zip(reference.units["unit_code"], reference.units["tier"], strict=True)),
        days=_days(reference),
        offers={procedure: tuple(rows) for procedure, rows in offers.items()},
        names={bearer: next(iter(fits)) for bearer, fits in bearers.items() if len(fits) == 1},
        matters=frozenset(map(fold, [*reference.catalogue["procedure_name"], *reference.catalogue["field"].unique()])),
        words=_words(reference),
        kinds=load_kinds(reference.folder),
    )


def _only(fits: set[str], reference: Reference) -> str:
    """The one unit of that name, "" for several; of those that went into one another the first, which leads on."""
    if len(fits) > 1 and reference.succession:
        fits = fits - {later for code in fits for later in reference.succession.heirs(code)}
    return next(iter(fits)) if len(fits) == 1 else ""


def _days(reference: Reference) -> dict[str, tuple[int, int]]:
    """The first day of each unit and the first without it, since 1970."""
    if not reference.succession:
        return {}
    spans = (reference.succession.days - pd.Timestamp(0)) // pd.Timedelta(days=1)
    return dict(zip(reference.succession.units["unit_code"], spans.itertuples(index=False, name=None), strict=True))


def _kin(reference: Reference) -> dict[str, list[str]]:
    """By unit: itself, who went into it and into whom it went; a dossier may have been filed under any of the names."""
    found: dict[str, list[str]] = {}
    if not reference.succession:
        return found
    for code in reference.units["unit_code"]:
        for later in reference.succession.heirs(code):
            found.setdefault(code, [code]).append(later)
            found.setdefault(later, [later]).append(code)
    return found


def _words(reference: Reference) -> frozenset[str]:
    """The folded words of everything that people wrote into the reference data."""
    vocabulary = reference.vocabulary
    texts = [
        *reference.units["unit_name"],
        *reference.units["aliases"],
        *reference.catalogue["procedure_name"].unique(),
        *reference.catalogue["field"].unique(),
        *vocabulary.headings,
        *vocabulary.total,
        *vocabulary.unit_title,
        *vocabulary.unread,
        *vocabulary.never,
        *vocabulary.procedures,
        *(value for values in vocabulary.values.values() for value in values),
    ]
    return frozenset(word for text in texts for word in words_of(text))
