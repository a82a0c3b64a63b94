"""In a terminal: what each unknown word of the exports means, asked one by one, and written when one says so."""

from collections.abc import Callable, Iterable

from analysis.dossiers.inspection import Proposal, kind_in_words
from analysis.language.folding import fold
from analysis.language.texts import N_, Language
from analysis.preparation.choosing import label, meanings_of
from analysis.reference.additions import HEADING, added, difference, write
from analysis.reference.tables import Reference

_YES, _NO = ("c", "có", "y", "yes"), ("k", "không", "n", "no")
_SHOWN = 40  # letters of an answer that is none of the meanings


def ask(
    proposals: list[Proposal],
    reference: Reference,
    language: Language,
    say: Callable[[str], None],
    readline: Callable[[], str],
) -> None:
    """Ask of each unknown word whether it means what is proposed, or what it means; show what would change, ask again,
    and write.
    """

    def answer(words: str) -> str:
        say(words)
        return readline().strip().lower()

    wanted = []
    for one in proposals:
        meanings = one.meanings
        words = {"kind": kind_in_words(one.kind, language), "text": one.shown}
        labels = [label(one.kind, meaning, reference) for meaning in meanings]
        if len(labels) == 1:
            asked = N_("Add «{text}» to {kind} as {meaning}? Yes: c, no: Enter.")
            told = answer(language.text(asked, meaning=labels[0], **words))
            if told in _YES:
                told = meanings[0].lower()
        elif labels:
            which = N_("What does «{text}» mean in {kind}? One of {meanings}, or Enter.")
            told = answer(language.text(which, meanings=", ".join(labels), **words))
        else:
            told = answer(language.text(N_("Which {kind} is «{text}»? Its code or name, or Enter."), **words))
        # Whatever was proposed, another meaning may be typed.
        if meant := _meant(told, one.kind, meanings_of(one.kind, reference), reference):
            wanted.append(one.meaning(meant))
        elif told and told not in _NO:
            say(language.text(N_("«{told}» is none of them: passed over."), told=told[:_SHOWN]))
    files = added(reference.folder, wanted)
    for path, text in files.items():
        say(difference(path, text))
    if files and answer(language.text(N_("Write this? Yes: c, no: Enter."))) in _YES:
        write(files)
        say(language.text(N_("Written: {files}. Run dvctt check again."), files=", ".join(map(str, files))))


def _meant(told: str, kind: str, meanings: Iterable[str], reference: Reference) -> str:
    """The meaning that an answer names, by its code, by the words beside it, by both, or by a word that is known for
    it; "" for none.
    """
    said = {fold(told), fold(told.rpartition(" (")[0])}
    if kind == HEADING:
        known = {word: column for word, (column, _) in reference.vocabulary.headings.items()}.items()
    else:
        known = reference.vocabulary.values.get(kind, {}).items()
    for meaning in meanings:
        words = {word for word, code in known if code == meaning and not word.isdigit()}
        whole = label(kind, meaning, reference)
        if said & {*words, fold(meaning), fold(whole), fold(whole.rpartition(" (")[0])}:
            return meaning
    return ""
