"""The run, the tables of a dataset that is there already, and JupyterLab."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cli.parser import DONE, DOUBTFUL, FAILED, Parser, complain, say
from analysis.language.problems import UsageProblem
from analysis.language.texts import N_, Language
from analysis.publication.order import STAGES, Order, check_day
from analysis.storage.backends import ENGINES, Engine
from analysis.storage.places import PROJECT

if TYPE_CHECKING:
    from analysis.publication.outcome import Outcome

_MOST_TOLD = 5  # days that are later than the rest


def add_commands(commands: Any, language: Language) -> None:
    """Add ``run``, ``measure`` and ``lab`` to the commands of the parser."""
    text = language.text
    summary = text(N_("read the exports, compute the attainment and write the report"))
    whole: Parser = commands.add_parser("run", prog="dvctt run", help=summary, description=summary)
    whole.set_defaults(command=run)
    whole.add_exports()
    whole.add_reference()
    whole.add_folder("--processed", Order.processed, N_("for the results (default data/processed)"))
    whole.add_folder("--reports", Order.reports, N_("for the reports (default reports)"))
    whole.add_choice("--until", Order.until, [stage.name for stage in STAGES], N_("the last stage (default report)"))
    words = text(N_("reports to make: all, none, codes with commas, criteria for those of the criteria (default all)"))
    whole.add_argument("--units", type=_codes, default=Order.units, metavar="all|none|criteria|CODE,…", help=words)
    summary = text(N_("compute the tables from a dataset of dossiers that is there already"))
    tables: Parser = commands.add_parser("measure", prog="dvctt measure", help=summary, description=summary)
    tables.set_defaults(command=measure)
    words = text(N_("a Parquet file like dossiers.parquet, or a folder of such, partitioned or not"))
    tables.add_argument("--dossiers", default="", metavar="PARQUET", help=words)
    tables.add_folder("--out", None, N_("for the tables"))
    tables.add_reference()
    for command in (whole, tables):
        command.add_decision()
        command.add_choice("--engine", ENGINES[0], ENGINES, N_("what computes (default duckdb)"))
        words = text(N_("with --engine spark: its master, such as spark://host:7077"))
        command.add_argument("--master", default="", metavar="URL", help=words)
        command.add_language()
    summary = text(N_("open the notebooks in JupyterLab; further options are those of jupyter lab"))
    notebooks: Parser = commands.add_parser("lab", prog="dvctt lab", help=summary, description=summary)
    notebooks.set_defaults(command=lab)
    notebooks.add_language()


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip()) or ("",)


def run(chosen: argparse.Namespace, language: Language) -> int:
    """``run``: the whole job."""
    # Jupyter asks for its new folders to be chosen; without it every run prints a warning.
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    # Where jsonschema, which nbformat loads, finds a grammar of international addresses it compiles it, for 0,7 s: no
    # schema of notebooks has any. This process is ours, and validates nothing else.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from analysis.publication import run as publishing  # heavy: only now

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
    outcome = publishing.run(order)
    _tell(outcome, chosen, language)
    return FAILED if outcome.units.failed or outcome.criteria.failed else DOUBTFUL if outcome.doubtful else DONE


def measure(chosen: argparse.Namespace, language: Language) -> int:
    """``measure``: the tables of a dataset."""
    from analysis.outlook import dataset  # heavy: only now
    from analysis.reference.tables import load_reference

    if not chosen.dossiers or chosen.out is None:
        raise UsageProblem(N_("Say what to read and where to write: --dossiers PARQUET --out FOLDER."))
    check_day(chosen.as_of)
    engine = Engine(chosen.engine, chosen.master)
    reference = load_reference(chosen.reference)
    day = dataset.measure(chosen.dossiers, reference, chosen.out, chosen.decision, chosen.as_of, engine)
    say(language.text(N_("As-of day: {day}."), day=language.date(day)))
    say(language.text(N_("Results: {path}"), path=chosen.out))
    return DONE


def _tell(outcome: "Outcome", chosen: argparse.Namespace, language: Language) -> None:
    """What the run came to; the last line says it in one."""
    counted = {name: language.number(value) for name, value in vars(outcome).items() if type(value) is int}
    say(language.text(N_("Files: {files}, of these quarantined: {quarantined}."), **counted))
    ledger = N_("Rows read: {read} = accepted {accepted} + rejected {rejected} + superseded {superseded}.")
    say(language.text(ledger, **counted))
    if outcome.decision:
        say(language.text(N_("Decision: {decision}."), decision=outcome.decision))
    if outcome.as_of:
        say(language.text(N_("As-of day: {day}."), day=language.date(outcome.as_of)))
    for one in outcome.left_out[:_MOST_TOLD]:
        told = language.text(N_("Not counted, later than the rest: {day}, in {file}, row {row}."), **one)
        complain(told)
    if len(outcome.left_out) > _MOST_TOLD:
        more = N_("Further days that are not counted stand under left_out in {file}.")
        complain(language.text(more, file=chosen.processed / "clean.json"))
    for doubt in outcome.doubts:
        from analysis.dossiers import doubts

        complain(doubts.words(doubt, language))
    if outcome.doubtful:
        warning = N_("Look at files.csv and rejects.csv in {folder} before you rely on the figures.")
        complain(language.text(warning, folder=chosen.processed))
    for code, reason in {**outcome.units.failed, **outcome.criteria.failed}.items():
        failed = N_("The report of {code} was not made: {reason}. The others were.")
        complain(language.text(failed, code=code, reason=reason))
    for key in outcome.criteria.left_out:
        words = N_("The criteria {name} rate no unit of {file} and were left out.")
        told = language.text(words, name=key.rpartition(":")[2], file=chosen.reference / "units.csv")
        complain(told)
    if outcome.report:
        say(language.text(N_("Report: {path}"), path=outcome.report))
    else:
        say(language.text(N_("Results: {path}"), path=chosen.processed))
    if not outcome.anew:
        say(language.text(N_("Nothing has changed since the last run: what it published stands.")))
        return
    summary = N_("Done in {seconds} s: {rows} rows; reports of units: {made} made, {kept} unchanged, {failed} failed.")
    units = {name: language.number(len(codes)) for name, codes in vars(outcome.units).items()}
    seconds = language.number(round(outcome.seconds))
    say(language.text(summary, seconds=seconds, rows=counted["read"], **units))


def _notebooks() -> Path:
    """The notebooks of the folder that one stands in, else those of the project."""
    return Order.notebooks if Order.notebooks.is_dir() else PROJECT / Order.notebooks


def lab(chosen: argparse.Namespace, language: Language) -> int:
    """``lab``: the notebooks in JupyterLab."""
    from analysis.explorer.lab import open_lab  # heavy: only now

    folder = _notebooks().parent
    if not (folder / Order.processed / "attainment.csv").is_file():
        say(language.text(N_("There are no figures yet: dvctt run makes them, then the explorer shows them.")))
    open_lab(folder, language, chosen.more)
    return DONE
