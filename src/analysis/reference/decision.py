"""A decision (quyết định giao chỉ tiêu): its targets and the readings of its text, as data."""

import re
import tomllib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_

Measure = Literal["dossiers_online", "procedures_online", "dossiers_via_portal"]
PROCEDURES = "procedures_online"
DEFAULT = "default"  # the reading that counts unless another is asked for
ATTAINED, NOT_ATTAINED, NOT_APPLICABLE = "attained", "not_attained", "not_applicable"  # verdicts


def _exact_share(value: Any) -> Fraction:
    """``"0.60"`` or ``0.6`` as an exact share of one."""
    share = Fraction(str(value))
    if not 0 <= share <= 1:
        raise ValueError("a share of one, from 0 to 1, is wanted")
    return share


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Words(_Frozen):
    """A text in the languages of the reports."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, code: str) -> str:
        return str(getattr(self, code))


class Conditions(_Frozen):
    """What a dossier must be to count; a condition that is not given admits every dossier."""

    channel: tuple[Literal["online", "counter", "post"], ...] | None = None
    source: (
        tuple[Literal["provincial_portal", "national_portal", "one_stop", "ministry_system", "paper"], ...] | None
    ) = None
    resolved: tuple[bool, ...] | None = None

    def items(self) -> list[tuple[str, tuple[str | bool, ...]]]:
        """The conditions that are given, as (column, admitted values)."""
        return [(name, values) for name in type(self).model_fields if (values := getattr(self, name)) is not None]


class Target(_Frozen):
    """One target (chỉ tiêu): a measure at a level and its minimum, a share of one."""

    id: str = Field(min_length=1)
    measure: Measure
    level: int | None = Field(default=None, ge=1, le=4)
    scope: Literal["all", "agency"] = "all"
    minimum: Annotated[Fraction, BeforeValidator(_exact_share)]
    title: Words
    clause: Words
    definition: Words

    @model_validator(mode="after")
    def _needs_level(self) -> "Target":
        if (self.level is None) != (self.measure == "dossiers_via_portal"):
            raise ValueError("`level` goes with procedures_online and dossiers_online, not with dossiers_via_portal")
        return self


class Reading(_Frozen):
    """One way to read a measure (contract §5).

    ``numerator`` and ``denominator`` are conditions on dossiers; for ``procedures_online`` the
    denominator is ``offered`` (all procedures that the catalogue gives) or ``active`` (those with
    a dossier), and ``count`` says whether a group counts ``procedures`` once or unit-procedure
    ``pairs``.
    """

    id: str = Field(min_length=1)
    measure: Measure
    numerator: Conditions
    denominator: Conditions | Literal["offered", "active"]
    count: Literal["procedures", "pairs"] | None = None
    title: Words
    definition: Words

    @model_validator(mode="after")
    def _fits_measure(self) -> "Reading":
        of_procedures = self.measure == "procedures_online"
        if of_procedures != isinstance(self.denominator, str):
            raise ValueError('`denominator` is "offered" or "active" for procedures_online, conditions otherwise')
        if of_procedures != (self.count is not None):
            raise ValueError("`count` goes with procedures_online alone")
        return self


class Decision(_Frozen):
    """A decision with its period (both days inclusive), targets and readings."""

    id: str
    number: str = Field(min_length=1)
    issued: date
    valid_from: date
    valid_to: date
    title: Words
    authority: Words
    caution: Words | None = None  # what readers must know of its text; {day} is the day of issue
    targets: tuple[Target, ...] = Field(min_length=1)
    readings: tuple[Reading, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> "Decision":
        if self.valid_to < self.valid_from:
            raise ValueError("`valid_to` is before `valid_from`")
        if self.valid_from.day != 1 or (self.valid_to + timedelta(days=1)).day != 1:
            raise ValueError("the period must begin and end with a month")
        if self.valid_to.year - self.valid_from.year >= 5:  # expressions.MOST_MONTHS
            raise ValueError("the period spans more than five calendar years")
        for name, keys in (
            ("targets", [target.id for target in self.targets]),
            ("readings", [(reading.measure, reading.id) for reading in self.readings]),
        ):
            if len(set(keys)) < len(keys):
                raise ValueError(f"an id stands twice in `{name}`")
        for target in self.targets:
            if not any(reading.id == DEFAULT for reading in self.readings_of(target)):
                raise ValueError(f"measure {target.measure} has no reading with the id {DEFAULT}")
        return self

    def readings_of(self, target: Target) -> tuple[Reading, ...]:
        """The readings that touch a target's measure."""
        return tuple(reading for reading in self.readings if reading.measure == target.measure)


def load_decision(path: Path) -> Decision:
    """Read one decision file; its id is the file's name without the ending.

    Raises ReferenceProblem that names the file, the line and what is wanted.
    """
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ReferenceProblem(
            N_("{file}: not valid TOML: {reason}. Mend that line."), file=path.name, reason=error
        ) from None
    _complete_readings(content)
    try:
        return Decision.model_validate({**content, "id": path.stem})
    except ValidationError as error:
        first = error.errors()[0]
        raise ReferenceProblem(
            N_("{file}, line {line}: {key}: {reason}. Mend it after the example of 766-qd-ubnd-2020.toml."),
            file=path.name,
            line=_line_of(text, first["loc"]),
            key=".".join(str(part) for part in first["loc"]) or path.stem,
            reason=first["msg"],
        ) from None


def _complete_readings(content: dict[str, Any]) -> None:
    """A further reading states only what it changes: the rest is its measure's default reading."""
    readings = content.get("readings")
    if not isinstance(readings, list):
        return
    defaults = {r.get("measure"): r for r in readings if isinstance(r, dict) and r.get("id") == DEFAULT}
    for reading in readings:
        if isinstance(reading, dict):
            for part in ("numerator", "denominator", "count"):
                inherited = defaults.get(reading.get("measure"), {}).get(part)
                if inherited is not None:
                    reading.setdefault(part, inherited)


def _line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line on which the table or key of a validation error stands; 1 when it cannot be told."""
    lines = text.splitlines()
    start = 0
    if len(location) > 1 and isinstance(location[1], int):
        headers = [number for number, line in enumerate(lines) if line.strip() == f"[[{location[0]}]]"]
        start = headers[location[1]] if location[1] < len(headers) else 0
    key = next((part for part in reversed(location) if isinstance(part, str)), "")
    for number in range(start, len(lines)):
        if re.match(rf"\s*\[*{re.escape(key)}\b", lines[number]):
            return number + 1
        if number > start and lines[number].startswith("[["):
            break
    return start + 1
