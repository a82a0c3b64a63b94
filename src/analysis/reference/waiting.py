"""What is said of dossiers that wait, as data (``waiting.toml``): bands of age, when a procedure takes much longer."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Unfit, exact, read_definitions

Days = Annotated[int, Field(ge=0)]


class Longer(Frozen):
    """Much longer than promised: at least so many ``times`` the days, and so many ``days`` more."""

    times: Annotated[Fraction, BeforeValidator(exact)]
    days: Days


class WaitingRules(Frozen):
    """``bands``: the last day of each band of age, in calendar days; the last band has no end. ``unseen_after``: days
    after which the state of a dossier is old, counted from the export that it was last seen in.
    """

    bands: tuple[Days, ...] = Field(min_length=1)
    unseen_after: Days
    longer: Longer

    @field_validator("bands")
    @classmethod
    def _ascend(cls, bands: tuple[int, ...]) -> tuple[int, ...]:
        if any(last <= before for before, last in pairwise(bands)):
            raise Unfit(N_("{file}, line {line}: {key}: each day must be above the one before. Mend the numbers."))
        return bands

    @property
    def spans(self) -> list[tuple[int, int | None]]:
        """First and last day of each band; None for the one without end."""
        firsts = [0, *(last + 1 for last in self.bands)]
        return list(zip(firsts, [*self.bands, None], strict=True))

    def is_longer(self, days: int, promised: int) -> bool:
        """Whether ``days`` are much more than were ``promised``."""
        return days >= self.longer.times * promised and days >= promised + self.longer.days


def load_waiting(folder: Path) -> WaitingRules:
    """Read ``waiting.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "waiting.toml", WaitingRules)
