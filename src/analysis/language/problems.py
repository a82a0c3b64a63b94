"""Problems that a user can mend, each with a message that says what to do.

A message is kept as an English template and its details and becomes words only at the edge
(command line, notebook, ``files.csv``), where the reader's language is known.
"""

import errno
from collections.abc import Sequence
from typing import Any

from analysis.language.texts import LANGUAGES, N_, Language

_MOST = 1000  # letters of a detail
_TOLD_AT_ONCE = 30  # further mistakes in the reference data
DISK_FULL = N_("The disk is full. Make room for the data and its results, then start again.")


class Problem(Exception):
    """Something that the user can mend; ``template`` is a gettext message id, ``details`` fill it.

    Details must never hold cell contents, except from columns that the vocabulary names other
    than ``dossier_id`` (contract §3, personal data).
    """

    def __init__(self, template: str, **details: Any) -> None:
        self.template = template
        self.details = {name: _clipped(detail) for name, detail in details.items()}
        super().__init__(template.format(**self.details))

    def told(self, language: Language) -> str:
        """The message in a language."""
        return language.text(self.template, **self.details)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: the message in each of the languages."""
        return [self.told(Language(code)) for code in LANGUAGES]

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.template, self.details))


def _clipped(detail: Any) -> Any:
    """A text as far as anybody would read it: a cell or a path may be of any length."""
    return f"{detail[:_MOST]}…" if isinstance(detail, str) and len(detail) > _MOST else detail


def system_problem(error: OSError) -> "RunProblem":
    """What the system refuses, with what to do; its own words may hold a path, never a cell."""
    if error.errno == errno.ENOSPC:
        return RunProblem(DISK_FULL)
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return RunProblem(
            N_("Too many files are open at once. Raise the limit (ulimit -n) or give --jobs 1, then start again.")
        )
    return RunProblem(
        N_("{file}: {reason}. Check that the folder is there and may be written to."),
        file=str(error.filename or "?")[:200],
        reason=error.strerror or type(error).__name__,
    )


def _rebuild(kind: type[Problem], template: str, details: dict[str, Any]) -> Problem:
    return kind(template, **details)


class UsageProblem(Problem):
    """The command was called wrongly: call it again, corrected (exit 2)."""


class ColumnProblem(UsageProblem, KeyError):
    """A table has no such column; a KeyError too, as pandas and its users expect."""

    __str__ = Problem.__str__  # KeyError would put the sentence in quotation marks


class AttributeProblem(UsageProblem, AttributeError):
    """There is nothing of that name; an AttributeError too, as Python expects."""


class ReferenceProblem(Problem):
    """A file in the reference folder is wrong: mend the file and line that it names, and what ``others`` name."""

    others: "tuple[ReferenceProblem, ...]" = ()

    @classmethod
    def of(cls, problems: "Sequence[ReferenceProblem]") -> "ReferenceProblem":
        """All of them in one, told line by line."""
        first, *others = problems
        first.others = tuple(others)
        return first

    def told(self, language: Language) -> str:
        """The message in a language, with the first of the others."""
        told = [super().told(language), *(one.told(language) for one in self.others[:_TOLD_AT_ONCE])]
        if (more := len(self.others) - _TOLD_AT_ONCE) > 0:
            told.append(language.text(N_("… and {count} more of this kind."), count=language.number(more)))
        return "\n".join(told)

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"others": self.others})


class ExportProblem(Problem):
    """An export cannot be used: it is quarantined whole and the run goes on."""


class RunProblem(Problem):
    """The run cannot go on (locked, no disk, a stage failed): previous outputs stand."""
