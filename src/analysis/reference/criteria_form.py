"""The form of a criteria file, with what may stand in it; ``criteria_files`` reads and checks whole folders."""

import re
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from analysis.reference.decision import Words

Group = Literal["province", "district", "commune", "areas"]
Period = Literal["quarter", "year", "to_date"]
Without = Literal["reweight", "neutral", "full"]
# Of a size that a floating number holds: "1e400" would end the run, "1e999999999" its patience.
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,20}|/0*[1-9][0-9]{0,8})?")


def _exact(value: Any) -> Fraction:
    """``"0.60"``, ``0.6``, ``15`` or ``"1/3"`` without loss. Raises ValueError, which pydantic gathers, for others."""
    if isinstance(value, Fraction):
        return value
    if not _NUMBER.fullmatch(str(value)):
        raise ValueError("a number is wanted")
    return Fraction(str(value))


Share = Annotated[Fraction, BeforeValidator(_exact), Field(ge=0, le=1)]
Points = Annotated[Fraction, BeforeValidator(_exact), Field(ge=0)]
PositivePoints = Annotated[Fraction, BeforeValidator(_exact), Field(gt=0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Proportional(_Frozen):
    """Points in proportion to value over minimum, capped there: as the national service index does (766/QĐ-TTg)."""

    kind: Literal["proportional"]


class Step(_Frozen):
    """From a value on, a share of the points."""

    at_least: Share
    earns: Share


class Steps(_Frozen):
    """The share of the points of the highest step that the value reaches; below the lowest, none."""

    kind: Literal["steps"]
    steps: tuple[Step, ...] = Field(min_length=1)


class Bonus(_Frozen):
    """``at_target`` of the points in proportion up to the minimum, the rest in proportion from there to ``full_at``."""

    kind: Literal["bonus"]
    at_target: Share
    full_at: Share


class PassFail(_Frozen):
    """All points at the minimum, none below."""

    kind: Literal["pass_fail"]


KINDS = tuple(get_args(form.model_fields["kind"].annotation)[0] for form in (Proportional, Steps, Bonus, PassFail))


class Substance(_Frozen):
    """What has fewer than ``least_dossiers`` dossiers of a procedure is left out of both sides; of the procedures that
    are left, one counts when ``online_share`` of its dossiers came online (targets on procedures alone).
    """

    least_dossiers: int = Field(ge=1)
    online_share: Share | None = None


class AmendedFile(_Frozen):
    """The text that the criteria would amend; what is not known is left out, never guessed."""

    title: Words
    number: str = ""
    issued: date | None = None
    last_amended: str = ""
    last_amended_on: date | None = None


class ComponentFile(_Frozen):
    """One criterion."""

    target: str
    reading: str = "default"
    weight: PositivePoints
    scoring: Annotated[Proportional | Steps | Bonus | PassFail, Field(discriminator="kind")]
    least: int = Field(default=1, ge=1)
    without: Without = "reweight"
    neutral: Share | None = None
    substance: Substance | None = None
    source: Words | None = None


class BandFile(_Frozen):
    """One category."""

    title: Words
    at_least: Points
    cap: Share | None = None


class CriteriaFile(_Frozen):
    """A whole file, what it inherits filled in."""

    status: Literal["proposal"]
    rival_of: str = ""
    title: Words
    label: Words
    purpose: Words
    decision: str
    applies_from: date | None = None
    applies_to: date | None = None
    amends: AmendedFile
    rates: tuple[Group, ...] = Field(min_length=1)
    period: Period
    maximum: PositivePoints
    components: tuple[ComponentFile, ...] = Field(min_length=1)
    bands: tuple[BandFile, ...] = Field(min_length=2)
