"""Other ways of counting that units may follow, as data (``explanations.toml``): rules, in words and conditions."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from analysis.language.texts import N_
from analysis.reference.toml_files import Frozen, Unfit, Words, read_definitions

Status = Literal["not_accepted", "processing", "supplement", "resolved", "refused", "withdrawn"]
Column = Literal["channel", "source", "status", "level", "applicant"]
Conditions = dict[Column, tuple[str | int, ...]]
AND = "+"  # between the ids of two rules that are followed at once


class Rule(Frozen):
    """One way of counting, by what it changes in the own one; each key is told in ``explanations.toml``."""

    id: str = Field(pattern=r"^[a-z0-9_]+(\+[a-z0-9_]+)?$")
    title: Words
    counted: tuple[Status, ...] = ()
    without: Conditions = Field(default={})
    only: Conditions = Field(default={})
    received_by: Literal["submitted_at"] | None = None
    first_day: Annotated[int, Field(ge=2, le=28)] | None = None
    communes: bool = False
    carried_over: Literal["received", "left_out"] | None = None
    on_time: tuple[Status, ...] = ()
    due_day: Literal["early"] | None = None

    @property
    def changes(self) -> set[str]:
        """The keys that it sets."""
        return self.model_fields_set - {"id", "title"}

    def beside(self, other: "Rule") -> "Rule | None":
        """Both at once; None where they set the same key otherwise than by a list that holds both."""
        if any(getattr(self, name) for name in self.changes & other.changes - {"counted", "without", "on_time"}):
            return None
        both = {name: getattr(self, name) for name in self.changes}
        for name in other.changes:
            mine, further = both.get(name), getattr(other, name)
            both[name] = _united(mine, further) if mine else further
        title = Words(vi=f"{self.title.vi}; {other.title.vi}", en=f"{self.title.en}; {other.title.en}")
        return Rule(id=f"{self.id}{AND}{other.id}", title=title, **both)


class Explanations(Frozen):
    """The rules, in the order in which the file has them."""

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _apart(self) -> "Explanations":
        seen = set()
        for number, rule in enumerate(self.rules):
            if rule.id in seen:
                raise Unfit(N_("{file}, line {line}: {key}: this id stands twice. Give one of them another."), "rules")
            if not rule.changes:
                words = N_("{file}, line {line}: {key}: rule {number} changes nothing. Say what it counts otherwise.")
                raise Unfit(words, "rules", number=number + 1)
            seen.add(rule.id)
        return self


def _united(mine: Any, further: Any) -> Any:
    """Two lists, or the lists of two sets of conditions, as one."""
    if isinstance(mine, dict):
        return {key: (*mine.get(key, ()), *further.get(key, ())) for key in mine | further}
    return (*mine, *further)


def load_explanations(folder: Path) -> Explanations:
    """Read ``explanations.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "explanations.toml", Explanations)
