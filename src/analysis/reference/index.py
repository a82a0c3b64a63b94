"""A composite index (chỉ số tổng hợp): which targets bring how many points, and in what order units stand, as data."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Unfit, Words, exact

Positive = Annotated[Fraction, BeforeValidator(exact), Field(gt=0)]
READING = "default"


class Member(Frozen):
    """A target that brings points to its group: all of them from ``full_at`` on (its minimum, where that is not said).

    Below it ``linear`` brings as large a part of them as the value is of it, ``threshold`` nothing. Above it ``linear``
    goes on up to ``most`` times the points, which makes up for other members of the group.
    """

    target: str = Field(min_length=1)
    weight: Positive = Fraction(1)
    full_at: Annotated[Fraction, BeforeValidator(exact), Field(gt=0, le=1)] | None = None
    rule: Literal["linear", "threshold"] = "linear"
    most: Annotated[Fraction, BeforeValidator(exact), Field(ge=1)] = Fraction(1)
    reading: str = READING


class IndexGroup(Frozen):
    """A part of the index: ``weight`` are its points, ``cap`` the most that it brings of them, shared out among the
    members by their weights. A member with nothing to count, or not measured, leaves its part to the others.
    """

    id: str = Field(min_length=1)
    title: Words
    weight: Positive
    cap: Positive | None = None
    members: tuple[Member, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _cap_is_no_more(self) -> "IndexGroup":
        if self.cap is not None and self.cap > self.weight:
            raise Unfit(
                N_("{file}, line {line}: {key} is more than the group's weight. Mend one of the two numbers."), "cap"
            )
        return self


class Index(Frozen):
    """``order``: whether a unit stands among those of its ``tier`` or among ``all``, the highest value first.

    ``caution`` is what readers must know of its text.
    """

    id: str = Field(min_length=1)
    title: Words
    definition: Words
    caution: Words | None = None
    order: Literal["tier", "all"] = "tier"
    groups: tuple[IndexGroup, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _groups_differ(self) -> "Index":
        ids = [group.id for group in self.groups]
        if len(set(ids)) < len(ids):
            raise Unfit(N_("{file}, line {line}: an id stands twice in {key}. Give each its own."), "groups")
        return self
