"""The form of a criteria file, with what may stand in it; ``criteria_files`` reads and checks whole folders."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from analysis.reference.toml_files import Frozen, Share, Words, exact

Group = Literal["province", "district", "commune", "areas"]
Period = Literal["quarter", "year", "to_date"]
Without = Literal["reweight", "neutral", "full"]
Points = Annotated[Fraction, BeforeValidator(exact), Field(ge=0)]
PositivePoints = Annotated[Fraction, BeforeValidator(exact), Field(gt=0)]


class Proportional(Frozen):
    """Points in proportion to value over minimum, capped there: as the national service index does (766/QĐ-TTg)."""

    kind: Literal["proportional"]


class Step(Frozen):
    """From a value on, a share of the points."""

    at_least: Share
    earns: Share


class Steps(Frozen):
    """The share of the points of the highest step that the value reaches; below the lowest, none."""

    kind: Literal["steps"]
    steps: tuple[Step, ...] = Field(min_length=1)


class Bonus(Frozen):
    """``at_target`` of the points in proportion up to the minimum, the rest in proportion from there to ``full_at``."""

    kind: Literal["bonus"]
    at_target: Share
    full_at: Share


class PassFail(Frozen):
    """All points at the minimum, none below."""

    kind: Literal["pass_fail"]


KINDS = tuple(get_args(form.model_fields["kind"].annotation)[0] for form in (Proportional, Steps, Bonus, PassFail))


class Substance(Frozen):
    """What has fewer than ``least_dossiers`` dossiers of a procedure is left out of both sides; of the procedures that
    are left, one counts when ``online_share`` of its dossiers came online (targets on procedures alone).
    """

    least_dossiers: int = Field(ge=1)
    online_share: Share | None = None


class AmendedFile(Frozen):
    """The text that the criteria would amend; what is not known is left out, never guessed."""

    title: Words
    number: str = ""
    issued: date | None = None
    last_amended: str = ""
    last_amended_on: date | None = None


class ComponentFile(Frozen):
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


class BandFile(Frozen):
    """One category."""

    title: Words
    at_least: Points
    cap: Share | None = None


class CriteriaFile(Frozen):
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
