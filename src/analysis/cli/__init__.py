"""The command ``dvctt``: ``new`` makes a folder of one's own, ``catalogue`` brings its procedures, ``check`` looks into
exports, ``run`` does the whole job, ``measure`` computes the tables of a dataset of dossiers, ``lab`` opens the
notebooks, ``sample`` writes made-up exports (contract §6).
"""

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NoReturn

from analysis.cli import preparing, running
from analysis.cli.parser import DONE, DOUBTFUL, FAILED, WRONG_USAGE, Parser, complain
from analysis.language.edge import stumbled
from analysis.language.problems import Problem, UsageProblem, system_problem
from analysis.language.texts import LANGUAGES, N_, Language

INTERRUPTED, TERMINATED = 130, 143  # as shells have it
__all__ = ["DONE", "DOUBTFUL", "FAILED", "INTERRUPTED", "TERMINATED", "WRONG_USAGE", "main"]


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
        if unknown and chosen.command is not running.lab:  # which hands them on
            raise UsageProblem(N_("Unknown: {unknown}. See dvctt --help."), unknown=" ".join(unknown))
        chosen.more = unknown
        with _ended_tidily():
            return int(chosen.command(chosen, language))
    except UsageProblem as problem:
        complain(problem.told(language))
        return WRONG_USAGE
    except (Problem, OSError) as problem:
        told = system_problem(problem) if isinstance(problem, OSError) else problem
        complain(told.told(language))
        return FAILED
    except KeyboardInterrupt as end:
        complain(language.text(N_("Interrupted. What was published before stands.")))
        return TERMINATED if isinstance(end, _Terminated) else INTERRUPTED
    except MemoryError:
        complain(language.text(N_("Memory ran out. Close other programs, or give --jobs 1, then start again.")))
        return FAILED
    except Exception as error:  # a fault of ours
        complain(stumbled(error, language))
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


def _asked_language(given: list[str]) -> str:
    """The language for help and errors, before the arguments are understood."""
    for place, argument in enumerate(given):
        code = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        code = given[place + 1] if argument == "--lang" and place + 1 < len(given) else code
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


def _parser(language: Language) -> Parser:
    parser = Parser(language, "dvctt", language.text(N_("Measures online public services against their targets.")))
    parser.add_language()
    commands = parser.add_subparsers(  # type: ignore[call-overload]
        metavar=language.text(N_("COMMAND")), parser_class=partial(Parser, language)
    )
    preparing.add_commands(commands, language)
    running.add_commands(commands, language)
    return parser
