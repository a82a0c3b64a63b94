"""A decision (quyết định giao chỉ tiêu): its targets and the readings of its text, as data."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Share, Unfit, Words, toml_content, validated, written_text

Measure = Literal["dossiers_online", "procedures_online", "dossiers_via_portal"]
PROCEDURES, PORTAL = "procedures_online", "dossiers_via_portal"
DEFAULT = "default"  # the reading that counts unless another is asked for
ATTAINED, NOT_ATTAINED, NOT_APPLICABLE = "attained", "not_attained", "not_applicable"  # verdicts


class Conditions(Frozen):
    """What a dossier must be to count; a condition that is not given admits every dossier."""

    channel: tuple[Literal["online", "counter", "post"], ...] | None = None
    source: (
        tuple[Literal["provincial_portal", "national_portal", "one_stop", "ministry_system", "paper"], ...] | None
    ) = None
    resolved: tuple[bool, ...] | None = None

    def items(self) -> list[tuple[str, tuple[str | bool, ...]]]:
        """The conditions that are given, as (column, admitted values)."""
        return [(name, values) for name in type(self).model_fields if (values := getattr(self, name)) is not None]


class Target(Frozen):
    """One target (chỉ tiêu): a measure at a level and its minimum, a share of one."""

    id: str = Field(min_length=1)
    measure: Measure
    level: int | None = Field(default=None, ge=1, le=4)
    scope: Literal["all", "agency"] = "all"
    minimum: Share
    title: Words
    clause: Words
    definition: Words

    @model_validator(mode="after")
    def _needs_level(self) -> "Target":
        if (self.level is None) != (self.measure == PORTAL):
            raise Unfit(
                N_(
                    "{file}, line {line}: {key}: level goes with procedures_online and dossiers_online and is needed "
                    "there, not with dossiers_via_portal. Add it or leave it out."
                )
            )
        return self


class Reading(Frozen):
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
            raise Unfit(
                N_(
                    "{file}, line {line}: {key}: denominator is «offered» or «active» for procedures_online, "
                    "conditions for the other measures. Mend it."
                )
            )
        if of_procedures != (self.count is not None):
            raise Unfit(
                N_(
                    "{file}, line {line}: {key}: count goes with procedures_online alone and is needed there. "
                    "Add it or leave it out."
                )
            )
        return self


class Decision(Frozen):
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
            raise Unfit(
                N_("{file}, line {line}: valid_to is before valid_from. Exchange or mend the days."), "valid_to"
            )
        if self.valid_from.day != 1 or (self.valid_to + timedelta(days=1)).day != 1:
            raise Unfit(
                N_(
                    "{file}, line {line}: the period must begin and end with a month. "
                    "Mend valid_from, a month's first day, or valid_to, a month's last."
                ),
                "valid_from" if self.valid_from.day != 1 else "valid_to",
            )
        if self.valid_to.year - self.valid_from.year >= 5:  # expressions.MOST_MONTHS
            raise Unfit(
                N_("{file}, line {line}: the period spans more than five calendar years. Mend valid_from or valid_to."),
                "valid_to",
            )
        for name, keys in (
            ("targets", [target.id for target in self.targets]),
            ("readings", [(reading.measure, reading.id) for reading in self.readings]),
        ):
            if len(set(keys)) < len(keys):
                raise Unfit(N_("{file}, line {line}: an id stands twice in {key}. Give each its own."), name)
        for target in self.targets:
            if not any(reading.id == DEFAULT for reading in self.readings_of(target)):
                raise Unfit(
                    N_("{file}, line {line}: the measure {measure} has no reading with the id default. Add it."),
                    "readings",
                    measure=target.measure,
                )
        return self

    def readings_of(self, target: Target) -> tuple[Reading, ...]:
        """The readings that touch a target's measure."""
        return tuple(reading for reading in self.readings if reading.measure == target.measure)


def load_decision(path: Path) -> Decision:
    """Read one decision file; its id is the file's name without the ending.

    Raises ReferenceProblem that names the file, the line and what is wanted.
    """
    file = f"{path.parent.name}/{path.name}"
    text = written_text(path, file)
    content = toml_content(file, text)
    _complete_readings(content)
    return validated(file, text, {**content, "id": path.stem}, Decision)


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
