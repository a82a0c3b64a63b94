"""The arguments of a command and what it answers, in the reader's language."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from analysis.language import edge
from analysis.language.problems import UsageProblem
from analysis.language.texts import LANGUAGES, N_, Language
from analysis.publication.order import Order

DONE, FAILED, WRONG_USAGE, DOUBTFUL = range(4)  # exit codes


def say(words: str) -> None:
    """What was asked for."""
    edge.say(words, sys.stdout)


def complain(words: str) -> None:
    """What one should know beside it."""
    edge.say(f"dvctt: {words}", sys.stderr)


class Parser(argparse.ArgumentParser):
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
        edge.say(message.rstrip("\n"), file)

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

    def add_reference(self) -> None:
        """The option that says where the reference data lie."""
        self.add_folder("--reference", Order.reference, N_("the reference data (default data/reference)"))

    def add_exports(self) -> None:
        """The options that say where the exports lie and how many are read at once."""
        self.add_folder("--raw", Order.raw, N_("the portal's exports (default data/raw)"))
        self.add_number("--jobs", 0, N_("files read, or reports made, at once (default: one per core)"))

    def add_language(self) -> None:
        """The option that says in which language."""
        self.add_choice("--lang", LANGUAGES[0], LANGUAGES, N_("language (default vi)"))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise UsageProblem(N_("«{value}» is not a whole number from 0."), value=text)
    return int(text)


def _one_of(flag: str, known: tuple[str, ...], text: str) -> str:
    if text not in known:
        raise UsageProblem(
            N_("{flag} {value}: unknown. Known: {known}."), flag=flag, value=text, known=", ".join(known)
        )
    return text
