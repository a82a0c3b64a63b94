"""Reads ``data/reference/criteria/*.toml`` and checks them at the door: what is wrong is told with file, key, mend."""

from collections.abc import Mapping
from pathlib import Path

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.reference.criteria import Criteria
from analysis.reference.criteria_checks import checked, refuse
from analysis.reference.criteria_form import KINDS, CriteriaFile
from analysis.reference.decision import Decision, load_decision
from analysis.reference.toml_files import shown, toml_content, validated, written_text
from analysis.storage.places import OWN_REFERENCE

FOLDER = "criteria"
# What tells a rival from its draft: it states these itself.
_OWN = ("title", "label")


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
    texts = {path.stem: written_text(path, f"{FOLDER}/{path.name}") for path in sorted(folder.glob("*.toml"))}
    contents = {name: toml_content(f"{FOLDER}/{name}.toml", text) for name, text in texts.items()}
    drafts = [name for name, content in contents.items() if not content.get("rival_of")]
    found = []
    for name in sorted(contents, key=lambda name: name not in drafts):  # a draft's mistake is not told of its rivals
        file, content = f"{FOLDER}/{name}.toml", contents[name]
        draft = content.get("rival_of", "")
        if draft and draft not in drafts:
            refuse(
                N_("{file}: rival_of = «{found}» is not a draft. Choose one of {known}."),
                **{"file": file, "found": shown(draft), "known": ", ".join(drafts) or "–"},
            )
        if draft and content.get("rates", contents[draft].get("rates")) != contents[draft].get("rates"):
            refuse(
                N_("{file}: rates: a rival rates whom its draft {draft} rates. Leave the key out."),
                file=file,
                draft=draft,
            )
        inherited = {key: part for key, part in contents[draft].items() if key not in _OWN} if draft else {}
        parsed = validated(file, texts[name], {**inherited, **content}, CriteriaFile, KINDS)
        found.append(checked(file, name, parsed, decisions))
    return sorted(found, key=lambda criteria: (criteria.regulation, criteria.is_rival, criteria.id))
