"""The command ``dvctt``: ``new`` makes a folder of one's own, ``catalogue`` brings its procedures, ``check`` looks into
exports, ``run`` does the whole job, ``measure`` computes the tables of a dataset of dossiers, ``lab`` opens the
notebooks, ``sample`` writes made-up exports (contract §6).
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from analysis.language.edge import say, stumbled
from analysis.language.problems import Problem, UsageProblem, system_problem
from analysis.language.texts import LANGUAGES, N_, Language
from analysis.publication.order import STAGES, Order, check_day
from analysis.storage.backends import ENGINES, Engine
from analysis.storage.places import OWN_REFERENCE, PROJECT

if TYPE_CHECKING:
    from analysis.publication.run import Outcome

DONE, FAILED, WRONG_USAGE, DOUBTFUL = range(4)  # exit codes
_MOST_TOLD = 5  # days that are later than the rest
INTERRUPTED, TERMINATED = 130, 143  # as shells have it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = Language(_asked_language(given))
    try:
        chosen, unknown = _parser(language).parse_known_args(given)
        if "command" not in chosen:
            raise UsageProblem(
                N_("Say what to do: dvctt new, catalogue, check, run, lab, measure or sample. See dvctt --help.")
            )
        if unknown and chosen.command is not _lab:  # which hands them on
            raise UsageProblem(N_("Unknown: {unknown}. See dvctt --help."), unknown=" ".join(unknown))
        chosen.more = unknown
        with _ended_tidily():
            return int(chosen.command(chosen, language))
    except UsageProblem as problem:
        _complain(problem.told(language))
        return WRONG_USAGE
    except (Problem, OSError) as problem:
        told = system_problem(problem) if isinstance(problem, OSError) else problem
        _complain(told.told(language))
        return FAILED
    except KeyboardInterrupt as end:
        _complain(language.text(N_("Interrupted. What was published before stands.")))
        return TERMINATED if isinstance(end, _Terminated) else INTERRUPTED
    except MemoryError:
        _complain(language.text(N_("Memory ran out. Close other programs, or give --jobs 1, then start again.")))
        return FAILED
    except Exception as error:  # a fault of ours
        _complain(stumbled(error, language))
        return FAILED


class _Terminated(KeyboardInterrupt):
    """Somebody ended the program (SIGTERM): it tidies up as for Ctrl+C."""


@contextmanager
def _ended_tidily() -> Iterator[None]:
    """What a run has begun is cleared away when it is ended, too."""

    def end(*_: object) -> NoReturn:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(words: str) -> None:
    say(words, sys.stdout)


def _complain(words: str) -> None:
    say(f"dvctt: {words}", sys.stderr)


def _asked_language(given: list[str]) -> str:
    """The language for help and errors, before the arguments are understood."""
    for place, argument in enumerate(given):
        code = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        code = given[place + 1] if argument == "--lang" and place + 1 < len(given) else code
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


class _Parser(argparse.ArgumentParser):
    """argparse whose own words are in the reader's language."""

    def __init__(self, language: Language, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)
        self.text = language.text
        self._optionals.title = self.text(N_("options"))
        self._positionals.title = self.text(N_("commands"))
        self.add_argument("-h", "--help", action="help", help=self.text(N_("show this help and exit")))

    def format_help(self) -> str:
        """The help, with argparse's own word for usage translated too."""
        return super().format_help().replace("usage:", self.text(N_("usage:")), 1)

    def _print_message(self, message: str, file: Any = None) -> None:
        say(message.rstrip("\n"), file)

    def error(self, message: str) -> NoReturn:
        raise UsageProblem(N_("wrong usage ({message}). See {program} --help."), message=message, program=self.prog)

    def add_folder(self, flag: str, default: Path | None, words: str) -> None:
        """An option that names a folder; ``words`` explain it."""
        self.add_argument(flag, type=Path, default=default, metavar=self.text(N_("FOLDER")), help=self.text(words))

    def add_number(self, flag: str, default: int, words: str) -> None:
        """An option for a whole number from 0."""
        self.add_argument(flag, type=_count, default=default, metavar="N", help=self.text(words))

    def add_decision(self) -> None:
        """The options that say by which decision and on which day."""
        words = self.text(N_("the decision (default: the one in force)"))
        self.add_argument("--decision", default="", metavar="ID", help=words)
        words = self.text(N_("the as-of day (default: the latest in the data)"))
        self.add_argument("--as-of", default="", metavar="YYYY-MM-DD", help=words)

    def add_choice(self, flag: str, default: str, known: Sequence[str], words: str) -> None:
        """An option that takes one of the ``known`` words."""
        known = tuple(known)
        choice = partial(_one_of, flag, known)
        self.add_argument(flag, type=choice, default=default, metavar="|".join(known), help=self.text(words))


def _parser(language: Language) -> _Parser:
    parser = _Parser(language, "dvctt", language.text(N_("Measures online public services against their targets.")))
    commands = parser.add_subparsers(  # type: ignore[call-overload]
        metavar=language.text(N_("COMMAND")), parser_class=partial(_Parser, language)
    )
    summary = language.text(N_("read the exports, compute the attainment and write the report"))
    run = commands.add_parser("run", prog="dvctt run", help=summary, description=summary)
    run.set_defaults(command=_run)
    run.add_folder("--raw", Order.raw, N_("the portal's exports (default data/raw)"))
    run.add_folder("--reference", Order.reference, N_("the reference data (default data/reference)"))
    run.add_folder("--processed", Order.processed, N_("for the results (default data/processed)"))
    run.add_folder("--reports", Order.reports, N_("for the reports (default reports)"))
    run.add_choice("--until", Order.until, [stage.name for stage in STAGES], N_("the last stage (default report)"))
    words = language.text(
        N_("reports to make: all, none, codes with commas, criteria for those of the criteria (default all)")
    )
    run.add_argument("--units", type=_codes, default=Order.units, metavar="all|none|criteria|CODE,…", help=words)
    run.add_number("--jobs", 0, N_("files read, or reports made, at once (default: one per core)"))
    _add_preparation(commands, language)
    summary = language.text(N_("look into the exports: what is understood, what is not, what would mend it"))
    check = commands.add_parser("check", prog="dvctt check", help=summary, description=summary)
    check.set_defaults(command=_check)
    check.add_folder("--raw", Order.raw, N_("the portal's exports (default data/raw)"))
    check.add_folder("--reference", Order.reference, N_("the reference data (default data/reference)"))
    check.add_number("--jobs", 0, N_("files read, or reports made, at once (default: one per core)"))
    words = language.text(N_("ask of each proposal whether to add it to the reference data"))
    check.add_argument("--apply", action="store_true", help=words)
    summary = language.text(N_("open the notebooks in JupyterLab; further options are those of jupyter lab"))
    lab = commands.add_parser("lab", prog="dvctt lab", help=summary, description=summary)
    lab.set_defaults(command=_lab)
    summary = language.text(N_("compute the tables from a dataset of dossiers that is there already"))
    measure = commands.add_parser("measure", prog="dvctt measure", help=summary, description=summary)
    measure.set_defaults(command=_measure)
    measure.add_argument(
        "--dossiers",
        default="",
        metavar="PARQUET",
        help=language.text(N_("a Parquet file like dossiers.parquet, or a folder of such, partitioned or not")),
    )
    measure.add_folder("--out", None, N_("for the tables"))
    measure.add_folder("--reference", Order.reference, N_("the reference data (default data/reference)"))
    for command in (run, measure):
        command.add_decision()
        command.add_choice("--engine", ENGINES[0], ENGINES, N_("what computes (default duckdb)"))
        words = language.text(N_("with --engine spark: its master, such as spark://host:7077"))
        command.add_argument("--master", default="", metavar="URL", help=words)
    summary = language.text(N_("write made-up exports to try things out"))
    sample = commands.add_parser("sample", prog="dvctt sample", help=summary, description=summary)
    sample.set_defaults(command=_sample)
    sample.add_folder("--out", None, N_("an empty or new folder"))
    sample.add_number("--dossiers", 60_000, N_("how many dossiers (default 60000)"))
    sample.add_number("--seed", 1, N_("another number, another year (default 1)"))
    sample.add_argument(
        "--formats", nargs="+", metavar="F", help=language.text(N_("formats of the files (default all)"))
    )
    sample.add_folder("--reference", Order.reference, N_("the reference data (default data/reference)"))
    for command in (parser, check, run, lab, measure, sample):
        command.add_choice("--lang", LANGUAGES[0], LANGUAGES, N_("language (default vi)"))
    return parser


def _add_preparation(commands: Any, language: Language) -> None:
    """What is done before the first run."""
    summary = language.text(N_("make a folder of one's own for a province"))
    new = commands.add_parser("new", prog="dvctt new", help=summary, description=summary)
    new.set_defaults(command=_new)
    new.add_argument(
        "folder", type=Path, metavar=language.text(N_("FOLDER")), help=language.text(N_("an empty or new folder"))
    )
    new.add_argument("--province", default="", metavar=language.text(N_("NAME")), help=language.text(N_("its name")))
    new.add_number("--year", 0, N_("the year whose units and period are wanted (default: the last that is known)"))
    new.add_choice("--lang", LANGUAGES[0], LANGUAGES, N_("language (default vi)"))
    summary = language.text(N_("bring the catalogue of procedures from lists of others, or draft it from exports"))
    catalogue = commands.add_parser("catalogue", prog="dvctt catalogue", help=summary, description=summary)
    ways = catalogue.add_subparsers(
        metavar=language.text(N_("COMMAND")), parser_class=partial(_Parser, language), required=True, dest="way"
    )
    summary = language.text(N_("read lists: the national database's, a province's, an annex to a decision"))
    lists = ways.add_parser("import", prog="dvctt catalogue import", help=summary, description=summary)
    lists.set_defaults(command=_import)
    lists.add_argument("lists", nargs="+", type=Path, metavar=language.text(N_("FILE")))
    words = language.text(N_("since when a procedure without a day is in force (default: the decision's first day)"))
    lists.add_argument("--from", dest="first_day", default="", metavar="YYYY-MM-DD", help=words)
    summary = language.text(N_("draft it from exports whose rows carry a level"))
    draft = ways.add_parser("draft", prog="dvctt catalogue draft", help=summary, description=summary)
    draft.set_defaults(command=_draft)
    draft.add_folder("--raw", Order.raw, N_("the portal's exports (default data/raw)"))
    draft.add_number("--jobs", 0, N_("files read, or reports made, at once (default: one per core)"))
    for way in (lists, draft):
        way.add_folder("--reference", Order.reference, N_("the reference data (default data/reference)"))
        way.add_choice("--lang", LANGUAGES[0], LANGUAGES, N_("language (default vi)"))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise UsageProblem(N_("«{value}» is not a whole number from 0."), value=text)
    return int(text)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip()) or ("",)


def _one_of(flag: str, known: tuple[str, ...], text: str) -> str:
    if text not in known:
        raise UsageProblem(
            N_("{flag} {value}: unknown. Known: {known}."), flag=flag, value=text, known=", ".join(known)
        )
    return text


def _new(chosen: argparse.Namespace, language: Language) -> int:
    from analysis.preparation.new_folder import make_folder  # heavy: only now

    if not chosen.province:
        raise UsageProblem(N_("Say whose it is: --province NAME."))
    made = make_folder(chosen.folder, chosen.province, chosen.year or None)
    counts = {tier: language.number(count) for tier, count in made.units.items()}
    units = N_("{name}: {province} departments, {district} districts, {commune} communes, by the list of {year}.")
    _say(language.text(units, name=made.province.name[language.code], year=made.year, **counts))
    _say(language.text(N_("What to do next stands in {path}."), path=chosen.folder / "README.md"))
    return DONE


def _import(chosen: argparse.Namespace, language: Language) -> int:
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
    _say(language.text(N_("Lines read: {count}."), count=language.number(lists.lines)))
    for line in made.told_in(language):
        _say(line)
    _say(language.text(N_("Written: {files}."), files=write_catalogue(made, reference)))
    return DONE if made.clear else DOUBTFUL


def _draft(chosen: argparse.Namespace, language: Language) -> int:
    from analysis.preparation.catalogue_draft import draft  # heavy: only now
    from analysis.preparation.catalogue_file import make_catalogue, write_catalogue
    from analysis.reference.tables import load_reference

    reference = load_reference(chosen.reference)
    listed, told, silent = draft(chosen.raw, reference, chosen.jobs)
    made = make_catalogue(listed, told, reference, reference.first_day)
    for file, problem in silent:
        _complain(f"{file}: {problem.told(language)}")
    for line in made.told_in(language):
        _say(line)
    _say(language.text(N_("It holds the procedures that had dossiers in the exports alone: complete it.")))
    _say(language.text(N_("Written: {files}."), files=write_catalogue(made, reference)))
    return DONE if made.clear and not silent else DOUBTFUL


def _check(chosen: argparse.Namespace, language: Language) -> int:
    from analysis.dossiers.inspection import inspect  # heavy: only now
    from analysis.preparation.asking import ask
    from analysis.reference.tables import load_reference

    reference = load_reference(chosen.reference)
    found = inspect(chosen.raw, reference, chosen.jobs, language)
    for line in found.told(language):
        _say(line)
    if chosen.apply:
        ask(found.proposals, reference, language, _say, sys.stdin.readline)
    return DONE if found.understood else DOUBTFUL


def _run(chosen: argparse.Namespace, language: Language) -> int:
    # Jupyter asks for its new folders to be chosen; without it every run prints a warning.
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    from analysis.publication.run import run  # heavy: only now

    order = Order(
        raw=chosen.raw,
        reference=chosen.reference,
        processed=chosen.processed,
        reports=chosen.reports,
        notebooks=_notebooks(),
        decision=chosen.decision,
        as_of=chosen.as_of,
        until=chosen.until,
        jobs=chosen.jobs,
        units=chosen.units,
        language=language,
        engine=Engine(chosen.engine, chosen.master),
    )
    outcome = run(order)
    _tell(outcome, chosen, language)
    return FAILED if outcome.units.failed or outcome.criteria.failed else DOUBTFUL if outcome.doubtful else DONE


def _measure(chosen: argparse.Namespace, language: Language) -> int:
    from analysis.outlook.dataset import measure  # heavy: only now
    from analysis.reference.tables import load_reference

    if not chosen.dossiers or chosen.out is None:
        raise UsageProblem(N_("Say what to read and where to write: --dossiers PARQUET --out FOLDER."))
    check_day(chosen.as_of)
    engine = Engine(chosen.engine, chosen.master)
    reference = load_reference(chosen.reference)
    day = measure(chosen.dossiers, reference, chosen.out, chosen.decision, chosen.as_of, engine)
    _say(language.text(N_("As-of day: {day}."), day=language.date(day)))
    _say(language.text(N_("Results: {path}"), path=chosen.out))
    return DONE


def _tell(outcome: "Outcome", chosen: argparse.Namespace, language: Language) -> None:
    """What the run came to; the last line says it in one."""
    counted = {name: language.number(value) for name, value in vars(outcome).items() if isinstance(value, int)}
    _say(language.text(N_("Files: {files}, of these quarantined: {quarantined}."), **counted))
    ledger = N_("Rows read: {read} = accepted {accepted} + rejected {rejected} + superseded {superseded}.")
    _say(language.text(ledger, **counted))
    if outcome.decision:
        _say(language.text(N_("Decision: {decision}."), decision=outcome.decision))
    if outcome.as_of:
        _say(language.text(N_("As-of day: {day}."), day=language.date(outcome.as_of)))
    for one in outcome.left_out[:_MOST_TOLD]:
        told = language.text(N_("Not counted, later than the rest: {day}, in {file}, row {row}."), **one)
        _complain(told)
    if len(outcome.left_out) > _MOST_TOLD:
        more = N_("Further days that are not counted stand under left_out in {file}.")
        _complain(language.text(more, file=chosen.processed / "clean.json"))
    for doubt in outcome.doubts:
        from analysis.dossiers import doubts

        _complain(doubts.words(doubt, language))
    if outcome.doubtful:
        warning = N_("Look at files.csv and rejects.csv in {folder} before you rely on the figures.")
        _complain(language.text(warning, folder=chosen.processed))
    for code, reason in {**outcome.units.failed, **outcome.criteria.failed}.items():
        failed = N_("The report of {code} was not made: {reason}. The others were.")
        _complain(language.text(failed, code=code, reason=reason))
    for key in outcome.criteria.left_out:
        words = N_("The criteria {name} rate no unit of {file} and were left out.")
        told = language.text(words, name=key.rpartition(":")[2], file=chosen.reference / "units.csv")
        _complain(told)
    if outcome.report:
        _say(language.text(N_("Report: {path}"), path=outcome.report))
    else:
        _say(language.text(N_("Results: {path}"), path=chosen.processed))
    summary = N_("Done in {seconds} s: {rows} rows; reports of units: {made} made, {kept} unchanged, {failed} failed.")
    units = {name: language.number(len(codes)) for name, codes in vars(outcome.units).items()}
    seconds = language.number(round(outcome.seconds))
    _say(language.text(summary, seconds=seconds, rows=counted["read"], **units))


def _notebooks() -> Path:
    """The notebooks of the folder that one stands in, else those of the project."""
    return Order.notebooks if Order.notebooks.is_dir() else PROJECT / Order.notebooks


def _lab(chosen: argparse.Namespace, language: Language) -> int:
    from analysis.explorer.lab import open_lab  # heavy: only now

    folder = _notebooks().parent
    if not (folder / Order.processed / "attainment.csv").is_file():
        _say(language.text(N_("There are no figures yet: dvctt run makes them, then the explorer shows them.")))
    open_lab(folder, language, chosen.more)
    return DONE


def _sample(chosen: argparse.Namespace, language: Language) -> int:
    from analysis.sample import writable, write_sample

    if chosen.out is None:
        raise UsageProblem(N_("Say where to write: --out FOLDER."))
    formats = [name for entry in chosen.formats or writable() for name in entry.split(",") if name]
    reference = chosen.reference if chosen.reference.is_dir() else OWN_REFERENCE
    truth = write_sample(chosen.out, reference, chosen.dossiers, chosen.seed, formats)
    _say(
        language.text(
            N_("Synthetic data: {rows} rows in {files} files, in {folder}."),
            rows=language.number(len(truth.rows)),
            files=language.number(len(truth.files)),
            folder=chosen.out,
        )
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
