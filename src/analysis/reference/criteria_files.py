"""Reads ``data/reference/criteria/*.toml`` and checks them at the door: what is wrong is told with file, key, mend."""

import json
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.criteria import Criteria
from analysis.reference.criteria_checks import checked, plain_number, refuse
from analysis.reference.criteria_form import KINDS, CriteriaFile
from analysis.reference.decision import Decision, load_decision
from analysis.storage.places import OWN_REFERENCE

FOLDER = "criteria"
# What tells a rival from its draft: it states these itself.
_OWN = ("title", "label")
# What pydantic found, in our words; {expected} and the like are details of its own.
_FORM = {
    "missing": N_("{file}: {key} is missing. Add it; {folder} has examples."),
    "extra_forbidden": N_("{file}: {key} is not a key that is known. Correct its spelling or leave it out."),
    "literal_error": N_("{file}: {key} = «{found}» is not one of {expected}. Choose one of them."),
    "union_tag_invalid": N_("{file}: {key}.kind = «{found}» is no way of scoring. Choose one of {expected}."),
    "union_tag_not_found": N_("{file}: {key} does not say its kind. Add kind = one of {expected}."),
    "too_short": N_("{file}: {key} has too few entries, at least {expected} are needed. Add some."),
    "greater_than": N_("{file}: {key} = «{found}» must be above {expected}. Mend the number."),
    "greater_than_equal": N_("{file}: {key} = «{found}» must be {expected} or more. Mend the number."),
    "less_than_equal": N_("{file}: {key} = «{found}» must be {expected} or less: a share of one. Mend the number."),
}
_OTHER = N_(
    "{file}: {key} = «{found}» cannot be read as what is wanted there. Write it as the examples in {folder} do."
)


def load_criteria(reference: Path, decisions: Mapping[str, Decision]) -> dict[str, Criteria]:
    """The criteria of a reference folder by id, each draft before its rivals.

    A folder without ``criteria/`` goes by the project's own drafts, as far as they suit its decisions. Raises
    ReferenceProblem that names the file, the key and how to mend it.
    """
    folder = reference / FOLDER
    if folder.is_dir():
        return {criteria.id: criteria for criteria in _read_all(folder, decisions)}
    try:
        return {criteria.id: criteria for criteria in _read_all(OWN_REFERENCE / FOLDER, decisions)}
    except ReferenceProblem:
        shipped = {path.stem: load_decision(path) for path in (OWN_REFERENCE / "decisions").glob("*.toml")}
        if any(decisions.get(name) == decision for name, decision in shipped.items()):
            raise
        return {}  # they were made for another decision


def _read_all(folder: Path, decisions: Mapping[str, Decision]) -> list[Criteria]:
    contents = {path.stem: _toml(path) for path in sorted(folder.glob("*.toml"))}
    drafts = [name for name, content in contents.items() if not content.get("rival_of")]
    found = []
    for name in sorted(contents, key=lambda name: name not in drafts):  # a draft's mistake is not told of its rivals
        file, content = f"{FOLDER}/{name}.toml", contents[name]
        draft = content.get("rival_of", "")
        if draft and draft not in drafts:
            refuse(
                N_("{file}: rival_of = «{found}» is not a draft. Choose one of {known}."),
                **{"file": file, "found": _shown(draft), "known": ", ".join(drafts) or "–"},
            )
        if draft and content.get("rates", contents[draft].get("rates")) != contents[draft].get("rates"):
            refuse(
                N_("{file}: rates: a rival rates whom its draft {draft} rates. Leave the key out."),
                file=file,
                draft=draft,
            )
        inherited = {key: part for key, part in contents[draft].items() if key not in _OWN} if draft else {}
        found.append(checked(file, name, _parsed(file, {**inherited, **content}), decisions))
    return sorted(found, key=lambda criteria: (criteria.regulation, criteria.is_rival, criteria.id))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ReferenceProblem(
            N_("{file}: not written in UTF-8. Save it with the encoding UTF-8."), file=f"{FOLDER}/{path.name}"
        ) from None
    except ValueError as error:  # TOMLDecodeError is one, and what tomllib lets pass of a number without end
        raise ReferenceProblem(
            N_("{file}: not valid TOML: {reason}. Mend that line."), file=f"{FOLDER}/{path.name}", reason=error
        ) from None


def _parsed(file: str, content: dict[str, Any]) -> CriteriaFile:
    try:
        return CriteriaFile.model_validate(content)
    except ValidationError as error:
        # A key that is misspelt is also missing: tell the one that stands in the file.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        context = {"kinds": ", ".join(f"'{kind}'" for kind in KINDS), **first.get("ctx", {})}
        known = ("expected", "expected_tags", "min_length", "gt", "ge", "le", "kinds")
        refuse(
            _FORM.get(first["type"], _OTHER),
            file=file,
            key=_key(first["loc"]),
            found=_shown(context.get("tag", first["input"])),
            expected=next((str(context[name]).replace(" or ", ", ") for name in known if name in context), ""),
            folder="data/reference/criteria",
        )


def _key(location: tuple[int | str, ...]) -> str:
    """``components[2].weight``, the first entry being 1; the kind that pydantic tells after scoring is no key."""
    parts: list[str] = []
    for before, part in zip(("", *location), location, strict=False):
        if isinstance(part, int):
            parts[-1] += f"[{part + 1}]"
        elif before != "scoring":
            parts.append(part)
    return ".".join(parts)


def _shown(value: Any) -> str:
    """A value as the file could have it."""
    if isinstance(value, Fraction):
        return plain_number(value)
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, bool | list | dict) else str(value)
