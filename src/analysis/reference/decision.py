"""A decision (quyết định giao chỉ tiêu): its targets and the readings of its text, as data."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from analysis.language.texts import LANGUAGES, N_
from analysis.reference.index import Index
from analysis.reference.toml_files import Frozen, Share, Unfit, Words, toml_content, validated, written_text

Measure = Literal[
    "dossiers_online", "procedures_online", "dossiers_via_portal", "on_time", "paid_online", "digitised", "satisfaction"
]
# Of exports, and the table on satisfaction.
Column = Literal[
    "channel",
    "applicant",
    "source",
    "status",
    "level",
    "due_at",
    "completed_at",
    "payment",
    "digitised",
    "satisfaction",
]
Level = Annotated[int, Field(ge=1, le=4)]
DOSSIERS, PROCEDURES, PORTAL, ON_TIME = "dossiers_online", "procedures_online", "dossiers_via_portal", "on_time"
PAID_ONLINE, DIGITISED, SATISFACTION = "paid_online", "digitised", "satisfaction"
NO_LEVEL = (PORTAL, SATISFACTION)  # have none
WITHOUT_LEVEL = (*NO_LEVEL, ON_TIME, PAID_ONLINE, DIGITISED)  # need none
DUE = "due"  # the day by which a reading counts, in place of that of the receipt
ANY = "any"  # in place of levels: no dossier or procedure is left out for its level
DEFAULT = "default"  # the reading that counts unless another is asked for
ATTAINED, NOT_ATTAINED, NOT_APPLICABLE = "attained", "not_attained", "not_applicable"  # verdicts
# Of several in a list one is enough.
Needed = tuple[Column | tuple[Column, ...], ...]


class Conditions(Frozen):
    """What a dossier must be to count; a condition that is not given admits every dossier."""

    channel: tuple[Literal["online", "counter", "post"], ...] | None = None
    source: (
        tuple[Literal["provincial_portal", "national_portal", "one_stop", "ministry_system", "paper"], ...] | None
    ) = None
    resolved: tuple[bool, ...] | None = None
    on_time: tuple[bool, ...] | None = None
    payment: tuple[Literal["online", "otherwise", "none"], ...] | None = None
    digitised: tuple[bool, ...] | None = None
    satisfied: tuple[bool, ...] | None = None

    def items(self) -> list[tuple[str, tuple[str | bool, ...]]]:
        """The conditions that are given, as (column, admitted values)."""
        return [(name, values) for name in type(self).model_fields if (values := getattr(self, name)) is not None]


class LevelGroup(Frozen):
    """Levels with a name of their own, as một phần or toàn trình."""

    levels: tuple[Level, ...] = Field(min_length=1)
    title: Words


class Target(Frozen):
    """One target (chỉ tiêu): a measure at a level and its minimum, a share of one.

    ``levels`` are several levels that count as one, or ``any``; one alone is the ``level``. In a file they may be named
    by groups of levels; ``level_title`` is then what they are called.
    """

    id: str = Field(min_length=1)
    measure: Measure
    level: Level | None = None
    levels: tuple[Level, ...] | Literal["any"] | None = None
    level_title: Words | None = None
    scope: Literal["all", "agency"] = "all"
    minimum: Share
    title: Words
    clause: Words
    definition: Words
    columns: Needed = ()

    @property
    def foretold(self) -> bool:
        """Whether it is about how dossiers are filed, which alone is judged by month, foretold and asked for."""
        return self.measure not in (ON_TIME, PAID_ONLINE, DIGITISED, SATISFACTION)

    @property
    def admitted(self) -> tuple[int, ...] | None:
        """The levels that count; None where no level is asked for."""
        if self.level is not None:
            return (self.level,)
        return None if self.levels in (None, ANY) else tuple(self.levels)  # type: ignore[arg-type]

    def admits(self, levels: Any) -> np.ndarray:
        """Whether each of an array of levels counts."""
        return np.ones(len(levels), bool) if self.admitted is None else np.isin(levels, self.admitted)

    @model_validator(mode="before")
    @classmethod
    def _one_level(cls, given: Any) -> Any:
        """Several levels in their order; where they are but one, it is the level."""
        levels = given.get("levels") if isinstance(given, dict) else None
        if not isinstance(levels, list | tuple):
            return given
        for one in levels:
            if not isinstance(one, int):
                raise Unfit(
                    N_(
                        "{file}, line {line}: {key} names «{level}», which is no level and no group of [level_groups]. "
                        "Correct it or add the group."
                    ),
                    "levels",
                    level=one,
                )
        several = tuple(sorted(set(levels)))
        if len(several) != 1 or given.get("level") is not None:
            return {**given, "levels": several}
        return {**given, "levels": None, "level": several[0]}

    @model_validator(mode="after")
    def _needs_level(self) -> "Target":
        if self.level is not None and self.levels is not None:
            raise Unfit(
                N_("{file}, line {line}: {key}: level and levels say the same thing twice. Mend it: keep one of them.")
            )
        _check_columns(self.measure, self.columns)
        if self.measure == SATISFACTION and self.scope != "all":
            raise Unfit(
                N_("{file}, line {line}: {key} is not for satisfaction: nobody tells who was asked. Leave it out."),
                "scope",
            )
        if self.levels == ():
            raise Unfit(N_("{file}, line {line}: {key} names no level. Write the levels that count, or any."), "levels")
        levelled = self.level is not None or self.levels is not None
        if (levelled and self.measure in NO_LEVEL) or not (levelled or self.measure in WITHOUT_LEVEL):
            raise Unfit(
                N_(
                    "{file}, line {line}: {key}: level, or levels, goes with procedures_online and dossiers_online and "
                    "is needed there, not with dossiers_via_portal. Add it or leave it out."
                )
            )
        return self


class Reading(Frozen):
    """One way to read a measure (contract §5).

    ``numerator`` and ``denominator`` are conditions on dossiers; for ``procedures_online`` the
    denominator is ``offered`` (all procedures that the catalogue gives) or ``active`` (those with
    a dossier), and ``count`` says whether a group counts ``procedures`` once or unit-procedure
    ``pairs``. ``day`` is that by which a dossier belongs to a month. ``columns`` are those without which nothing can be
    measured, as for a target; of several in a list one is enough.
    """

    id: str = Field(min_length=1)
    measure: Measure
    numerator: Conditions
    denominator: Conditions | Literal["offered", "active"]
    count: Literal["procedures", "pairs"] | None = None
    day: Literal["received", "due"] = "received"
    columns: Needed = ()
    title: Words
    definition: Words

    def asks(self, condition: str) -> bool:
        """Whether either side has the condition."""
        sides = (side for side in (self.numerator, self.denominator) if isinstance(side, Conditions))
        return any(name == condition for side in sides for name, _ in side.items())

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
        named = {
            name
            for side in (self.numerator, self.denominator)
            if isinstance(side, Conditions)
            for name, _ in side.items()
        }
        if (self.measure == SATISFACTION and named - {"satisfied"}) or (
            self.measure != SATISFACTION and "satisfied" in named
        ):
            raise Unfit(
                N_(
                    "{file}, line {line}: {key}: satisfied goes with satisfaction alone, which has no other condition. "
                    "Mend it."
                )
            )
        if self.day == DUE and self.measure != ON_TIME:
            raise Unfit(N_("{file}, line {line}: {key} = «due» is for on_time alone. Mend it or leave it out."), "day")
        _check_columns(self.measure, self.columns)
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
    level_groups: dict[str, LevelGroup] = Field(default_factory=dict)
    targets: tuple[Target, ...] = Field(min_length=1)
    readings: tuple[Reading, ...] = Field(min_length=1)
    index: tuple[Index, ...] = ()

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
            ("index", [index.id for index in self.index]),
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
        known = {(target.id, reading.id) for target in self.targets for reading in self.readings_of(target)}
        for member in (member for index in self.index for group in index.groups for member in group.members):
            if (member.target, member.reading) not in known:
                raise Unfit(
                    N_(
                        "{file}, line {line}: {key} counts the target «{target}» under the reading «{reading}», which "
                        "there is not. Correct one of them."
                    ),
                    "index",
                    target=member.target,
                    reading=member.reading,
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
    _named_levels(file, text, content)
    return validated(file, text, {**content, "id": path.stem}, Decision)


def _check_columns(measure: str, columns: Needed) -> None:
    if measure == PROCEDURES and columns:  # the catalogue says what is in question, whatever exports hold
        raise Unfit(N_("{file}, line {line}: {key} is for measures of dossiers. Mend it: leave it out."), "columns")


class _LevelGroups(Frozen):
    level_groups: dict[str, LevelGroup]


def _named_levels(file: str, text: str, content: dict[str, Any]) -> None:
    """Groups of levels, where targets name them, become their levels."""
    groups = content.get("level_groups", {})
    known = validated(file, text, {"level_groups": groups}, _LevelGroups).level_groups
    targets = content.get("targets")
    for target in targets if isinstance(targets, list) else []:
        levels = target.get("levels") if isinstance(target, dict) else None
        if not isinstance(levels, list):
            continue
        named = [one for one in levels if isinstance(one, str) and one in known]
        if levels and len(levels) == len(named):
            target.setdefault("level_title", _together([known[one].title for one in named]))
        target["levels"] = [level for one in levels for level in (known[one].levels if one in named else [one])]


def _together(titles: list[Words]) -> dict[str, str]:
    """Several titles as one: ``Một phần, toàn trình``."""
    first, *others = titles
    return {
        lang: ", ".join([first[lang], *(f"{one[lang][:1].lower()}{one[lang][1:]}" for one in others)])
        for lang in LANGUAGES
    }


def _complete_readings(content: dict[str, Any]) -> None:
    """A further reading states only what it changes: the rest is its measure's default reading."""
    readings = content.get("readings")
    if not isinstance(readings, list):
        return
    defaults = {r.get("measure"): r for r in readings if isinstance(r, dict) and r.get("id") == DEFAULT}
    for reading in readings:
        if isinstance(reading, dict):
            for part in ("numerator", "denominator", "count", "day", "columns"):
                inherited = defaults.get(reading.get("measure"), {}).get(part)
                if inherited is not None:
                    reading.setdefault(part, inherited)
