"""How the portal's service is told (``availability.toml``): words of monitors' files, what counts as a failure."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from analysis.language.folding import fold
from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Share, Unfit, read_definitions

State = Literal["up", "down", "pending", "maintenance"]
Column = Literal["monitor", "time", "state"]


def _zone(name: str) -> str:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unfit(
            N_("{file}, line {line}: {key} = «{found}» is no time zone. Write one as Asia/Ho_Chi_Minh or UTC.")
        ) from None
    return name


_Zone = Annotated[str, AfterValidator(_zone)]


class Zones(Frozen):
    """The zone of times that state none, by kind of file; "" refuses them."""

    kuma: _Zone
    plain: _Zone


class Limits(Frozen):
    """From what on something counts; each is told beside its key in ``availability.toml``."""

    gap: float = Field(ge=1)
    failing_requests: int = Field(ge=1)
    failing_share: Share
    expected: float = Field(gt=0)
    weeks: int = Field(ge=1)


class Office(Frozen):
    """When offices work; ``weekdays`` from 1 (Monday), ``hours`` by their beginning."""

    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...]
    days_off: tuple[date, ...] = ()


class _File(Frozen):
    columns: dict[Column, list[str]]
    states: dict[State, list[str]]
    zones: Zones
    limits: Limits
    office: Office


@dataclass(frozen=True)
class Service:
    """Folded words: ``headings`` to (column, rank), ``states`` to codes; all else as it is written."""

    headings: dict[str, tuple[str, int]]
    states: dict[str, str]
    zones: Zones
    limits: Limits
    office: Office


def load_service(folder: Path) -> Service:
    """Read ``availability.toml``; raises ReferenceProblem that says which key to mend."""
    content = read_definitions(folder, "availability.toml", _File)
    return Service(
        headings={
            fold(word): (name, rank) for name, words in content.columns.items() for rank, word in enumerate(words)
        },
        states={fold(word): code for code, words in content.states.items() for word in words},
        zones=content.zones,
        limits=content.limits,
        office=content.office,
    )
