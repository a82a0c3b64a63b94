"""What is done before a run: a folder of one's own, the catalogue, a look into the exports, made-up exports."""

import argparse
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from analysis.cli.parser import DONE, DOUBTFUL, Parser, complain, say
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_, Language
from analysis.publication.order import check_day
from analysis.storage.places import OWN_REFERENCE, TWO_TIERS

SCHEMES = ("2020", "2025")  # of the sample


def add_commands(commands: Any, language: Language) -> None:
    """Add ``new``, ``catalogue``, ``check`` and ``sample`` to the commands of the parser."""
    text = language.text
    summary = text(N_("make a folder of one's own for a province"))
    new: Parser = commands.add_parser("new", prog="dvctt new", help=summary, description=summary)
    new.set_defaults(command=make_folder)
    new.add_argument("folder", type=Path, metavar=text(N_("FOLDER")), help=text(N_("an empty or new folder")))
    new.add_argument("--province", default="", metavar=text(N_("NAME")), help=text(N_("its name")))
    new.add_number("--year", 0, N_("the year whose units and period are wanted (default: the last that is known)"))
    new.add_language()
    _add_catalogue(commands, language)
    summary = text(N_("look into the exports: what is understood, what is not, what would mend it"))
    check: Parser = commands.add_parser("check", prog="dvctt check", help=summary, description=summary)
    check.set_defaults(command=look_into)
    check.add_exports()
    check.add_reference()
    words = text(N_("ask of each proposal whether to add it to the reference data"))
    check.add_argument("--apply", action="store_true", help=words)
    check.add_language()
    summary = text(N_("write made-up exports to try things out"))
    sample: Parser = commands.add_parser("sample", prog="dvctt sample", help=summary, description=summary)
    sample.set_defaults(command=make_up)
    sample.add_folder("--out", None, N_("an empty or new folder"))
    sample.add_number("--dossiers", 60_000, N_("how many dossiers (default 60000)"))
    sample.add_number("--seed", 1, N_("another number, another year (default 1)"))
    sample.add_argument("--formats", nargs="+", metavar="F", help=text(N_("formats of the files (default all)")))
    sample.add_argument("--filing", action="store_true", help=text(N_("exports say when each dossier was filed")))
    words = N_("which province: of 2020, or of 2025 without districts from July on, with its reference data")
    sample.add_choice("--scheme", SCHEMES[0], SCHEMES, words)
    sample.add_reference()
    sample.add_language()


def _add_catalogue(commands: Any, language: Language) -> None:
    text = language.text
    summary = text(N_("bring the catalogue of procedures from lists of others, or draft it from exports"))
    catalogue: Parser = commands.add_parser("catalogue", prog="dvctt catalogue", help=summary, description=summary)
    ways = catalogue.add_subparsers(  # type: ignore[call-overload]
        metavar=text(N_("COMMAND")), parser_class=partial(Parser, language), required=True, dest="way"
    )
    summary = text(N_("read lists: the national database's, a province's, an annex to a decision"))
    lists: Parser = ways.add_parser("import", prog="dvctt catalogue import", help=summary, description=summary)
    lists.set_defaults(command=take_lists)
    lists.add_argument("lists", nargs="+", type=Path, metavar=text(N_("FILE")))
    words = text(N_("since when a procedure without a day is in force (default: the decision's first day)"))
    lists.add_argument("--from", dest="first_day", default="", metavar="YYYY-MM-DD", help=words)
    summary = text(N_("draft it from exports whose rows carry a level"))
    draft: Parser = ways.add_parser("draft", prog="dvctt catalogue draft", help=summary, description=summary)
    draft.set_defaults(command=draft_catalogue)
    draft.add_exports()
    for way in (lists, draft):
        way.add_reference()
        way.add_language()


def make_folder(chosen: argparse.Namespace, language: Language) -> int:
    """``new``: a folder of one's own."""
    from analysis.preparation import new_folder  # heavy: only now

    if not chosen.province:
        raise UsageProblem(N_("Say whose it is: --province NAME."))
    made = new_folder.make_folder(chosen.folder, chosen.province, chosen.year or None)
    counts = {tier: language.number(count) for tier, count in made.units.items()}
    units = N_("{name}: {province} departments, {district} districts, {commune} communes, by the list of {year}.")
    say(language.text(units, name=made.province.name[language.code], year=made.year, **counts))
    say(language.text(N_("What to do next stands in {path}."), path=chosen.folder / "README.md"))
    return DONE


def take_lists(chosen: argparse.Namespace, language: Language) -> int:
    """``catalogue import``: the catalogue from lists of others."""
    from analysis.dossiers.lookups import make_lookups  # heavy: only now
    from analysis.preparation.catalogue_file import make_catalogue, write_catalogue
    from analysis.preparation.catalogue_lists import read_lists
    from analysis.reference.catalogue_words import load_catalogue_words
    from analysis.reference.tables import load_reference

    check_day(chosen.first_day)
    reference = load_reference(chosen.reference)
    lists = read_lists(chosen.lists, make_lookups(reference), load_catalogue_words(chosen.reference))
    first_day = date.fromisoformat(chosen.first_day) if chosen.first_day else reference.first_day
    made = make_catalogue(lists.taken, lists.told, reference, first_day)
    say(language.text(N_("Lines read: {count}."), count=language.number(lists.lines)))
    for line in made.told_in(language):
        say(line)
    say(language.text(N_("Written: {files}."), files=write_catalogue(made, reference)))
    return DONE if made.clear else DOUBTFUL


def draft_catalogue(chosen: argparse.Namespace, language: Language) -> int:
    """``catalogue draft``: the catalogue from exports that carry a level."""
    from analysis.preparation.catalogue_draft import draft  # heavy: only now
    from analysis.preparation.catalogue_file import make_catalogue, write_catalogue
    from analysis.reference.tables import load_reference

    reference = load_reference(chosen.reference)
    listed, told, silent = draft(chosen.raw, reference, chosen.jobs)
    made = make_catalogue(listed, told, reference, reference.first_day)
    for file, problem in silent:
        complain(f"{file}: {problem.told(language)}")
    for line in made.told_in(language):
        say(line)
    say(language.text(N_("It holds the procedures that had dossiers in the exports alone: complete it.")))
    say(language.text(N_("Written: {files}."), files=write_catalogue(made, reference)))
    return DONE if made.clear and not silent else DOUBTFUL


def look_into(chosen: argparse.Namespace, language: Language) -> int:
    """``check``: what is understood of the exports; with ``--apply`` what is accepted is written."""
    from analysis.dossiers.inspection import Proposal, inspect  # heavy: only now
    from analysis.preparation.asking import ask
    from analysis.reference.tables import Reference, load_reference

    reference = load_reference(chosen.reference)
    found = inspect(chosen.raw, reference, chosen.jobs, language)
    for line in found.told(language):
        say(line)
    if chosen.apply:

        def again(then: Reference) -> list[Proposal]:
            return inspect(chosen.raw, then, chosen.jobs, language).proposals

        ask(found.proposals, reference, language, say, sys.stdin.readline, again)
    return DONE if found.understood else DOUBTFUL


def make_up(chosen: argparse.Namespace, language: Language) -> int:
    """``sample``: made-up exports."""
    from analysis.reference.toml_files import definitions_of  # heavy: only now
    from analysis.sample import writable, write_sample, write_scheme

    if chosen.out is None:
        raise UsageProblem(N_("Say where to write: --out FOLDER."))
    if chosen.scheme == SCHEMES[0]:
        formats = [name for entry in chosen.formats or writable() for name in entry.split(",") if name]
        reference = chosen.reference if chosen.reference.is_dir() else OWN_REFERENCE
        truth = write_sample(chosen.out, reference, chosen.dossiers, chosen.seed, formats, filing=chosen.filing)
    elif chosen.formats or chosen.filing:
        raise UsageProblem(N_("--formats and --filing are for the sample of 2020 alone. Leave them out."))
    else:
        vocabulary = definitions_of(chosen.reference, "vocabulary.toml")
        truth = write_scheme(chosen.out, TWO_TIERS, vocabulary, chosen.dossiers, chosen.seed)
    say(
        language.text(
            N_("Synthetic data: {rows} rows in {files} files, in {folder}."),
            rows=language.number(len(truth.rows)),
            files=language.number(len(truth.files)),
            folder=chosen.out,
        )
    )
    return DONE
