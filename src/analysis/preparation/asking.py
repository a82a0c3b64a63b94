"""In a terminal: what each unknown word of the exports means, asked one by one, and written when one says so."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.dossiers.inspection import Proposal, kind_in_words
from analysis.language.folding import fold
from analysis.language.texts import N_, Language
from analysis.preparation.choosing import label, meanings_of
from analysis.reference.additions import HEADING, LETTERHEAD, PROCEDURE, UNREAD, Addition, added, difference, write
from analysis.reference.keys import procedure_key
from analysis.reference.tables import Reference, load_reference

_YES, _NO = ("c", "có", "y", "yes"), ("k", "không", "n", "no")
_NEVER = ("x",)
_SHOWN = 40  # letters of an answer that is none of the meanings


def ask(
    proposals: list[Proposal],
    reference: Reference,
    language: Language,
    say: Callable[[str], None],
    readline: Callable[[], str],
    again: Callable[[Reference], list[Proposal]],
) -> None:
    """Ask of each unknown word whether it means what is proposed, or what it means; then of what is unknown when these
    mean that, until nothing is left to ask; show what would change, ask again, and write.

    ``again`` gives the proposals under other reference data.
    """

    def answer(words: str) -> str:
        say(words)
        return readline().strip().lower()

    wanted: list[Addition] = []
    asked: set[tuple[str, str]] = set()
    while left := [one for one in proposals if (one.kind, one.own) not in asked]:
        asked |= {(one.kind, one.own) for one in left}
        told = [meant for one in left if (meant := _answered(one, reference, language, say, answer))]
        wanted += told
        proposals = again(_supposed(reference, wanted)) if told else []
    files = added(reference.folder, wanted)
    for path, text in files.items():
        say(difference(path, text))
    if files and answer(language.text(N_("Write this? Yes: c, no: Enter."))) in _YES:
        write(files)
        say(language.text(N_("Written: {files}. Run dvctt check again."), files=", ".join(map(str, files))))


def _supposed(reference: Reference, wanted: list[Addition]) -> Reference:
    """The reference data as they would be with what is wanted."""
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(reference.folder, Path(folder, "reference")))
        write(added(copy, wanted))
        return load_reference(copy)


def _answered(
    one: Proposal,
    reference: Reference,
    language: Language,
    say: Callable[[str], None],
    answer: Callable[[str], str],
) -> Addition | None:
    """What somebody says that a word means; None where it is passed over."""
    meanings = one.meanings
    question = _question(one, reference, language)
    for left in (True, False):
        told = answer(question)
        if told in _YES and len(meanings) == 1:
            told = meanings[0].lower()
        if told in _NEVER and one.kind == HEADING:
            return one.meaning(UNREAD)
        # Whatever was proposed, another meaning may be typed.
        every = meanings if one.kind == LETTERHEAD else meanings_of(one.kind, reference)
        if meant := _meant(told, one.kind, every, reference):
            return one.meaning(meant)
        if not told or told in _NO:
            break
        again = N_("«{told}» is no meaning that is known. Once more:")
        over = N_("«{told}» is no meaning that is known: passed over.")
        say(language.text(again if left else over, told=told[:_SHOWN]))
    return None


def _question(one: Proposal, reference: Reference, language: Language) -> str:
    words = {"kind": kind_in_words(one.kind, language), "text": one.shown, "file": one.file}
    labels = [label(one.kind, meaning, reference) for meaning in one.meanings]
    if one.kind == LETTERHEAD:
        whose = N_(
            "{file} has no column of agencies. Are its dossiers those of {meaning}, as «{text}» says above them?"
        )
        return " ".join([language.text(whose, meaning=labels[0], **words), language.text(N_("Yes: c, no: Enter."))])
    if len(labels) == 1:
        asked = N_("Add «{text}» to {kind} as {meaning}? Yes: c, another meaning: type it, no: Enter.")
        question = language.text(asked, meaning=labels[0], **words)
    elif labels:
        which = N_("What does «{text}» mean in {kind}? One of {meanings}, or Enter.")
        question = language.text(which, meanings=", ".join(labels), **words)
    else:
        question = language.text(N_("Which {kind} is «{text}»? Its code or name, or Enter."), **words)
    return f"{question} {language.text(N_('Never to be read: x.'))}" if one.kind == HEADING else question


def _meant(told: str, kind: str, meanings: Iterable[str], reference: Reference) -> str:
    """The meaning that an answer names, by its code, by the words beside it, by both, or by a word that is known for
    it; "" for none.
    """
    said = {fold(told), fold(told.rpartition(" (")[0])} | (
        {procedure_key(told)} if kind == PROCEDURE and told else set()
    )
    known = reference.vocabulary.values.get(kind, {})
    if kind == HEADING:
        known = {word: column for word, (column, _) in reference.vocabulary.headings.items()}
    for meaning in meanings:
        words = {word for word, code in known.items() if code == meaning and not word.isdigit()}
        whole = label(kind, meaning, reference)
        if said & {*words, fold(meaning), fold(whole), fold(whole.rpartition(" (")[0])}:
            return meaning
    return ""
