"""What is looked at in how dossiers were filed online, as data (``substance.toml``): every number is a proposal."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Share, Unfit, exact, read_definitions

_Count = Annotated[int, Field(ge=1)]
_HOUR = 60  # minutes


class Rushed(Frozen):
    """Minutes from filing to receipt, and from receipt to the result, within which both came in a rush."""

    accept_within: _Count
    complete_within: _Count


class Burst(Frozen):
    """A stretch of so many ``minutes`` is a burst when it has ``least`` dossiers, and by Poisson's law for its hour so
    many or more have this ``chance`` at most.
    """

    minutes: _Count
    least: _Count
    chance: Share

    @field_validator("minutes")
    @classmethod
    def _parts(cls, minutes: int) -> int:
        if _HOUR % minutes:
            raise Unfit(N_("{file}, line {line}: {key} must be a part of an hour, such as 10 or 15. Mend the number."))
        return minutes


class LastDays(Frozen):
    """How many days at a month's end."""

    days: Annotated[int, Field(ge=1, le=27)]


class Sequence(Frozen):
    """Seconds between two dossiers with consecutive codes."""

    seconds: _Count


class Switching(Frozen):
    """The share by which all dossiers may differ from the month before and still be flat."""

    flat: Annotated[Fraction, BeforeValidator(exact), Field(ge=0)]


class SubstanceRules(Frozen):
    """``least`` online dossiers of a unit in a window: of fewer nothing is said. ``beyond``: by how much a share must
    lie beyond that of others to be worth a question, however sure it is that it does.
    """

    least: _Count
    beyond: Share
    rushed: Rushed
    burst: Burst
    last_days: LastDays
    sequence: Sequence
    switching: Switching


def load_substance(folder: Path) -> SubstanceRules:
    """Read ``substance.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "substance.toml", SubstanceRules)
