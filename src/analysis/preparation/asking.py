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
            asked = N_("Add «{text}» to {kind} as {meaning}? Yes: c, another meaning: type it, no: Enter.")
            question = language.text(asked, meaning=labels[0], **words)
        elif labels:
            which = N_("What does «{text}» mean in {kind}? One of {meanings}, or Enter.")
            question = language.text(which, meanings=", ".join(labels), **words)
        else:
            question = language.text(N_("Which {kind} is «{text}»? Its code or name, or Enter."), **words)
        for left in (True, False):
            told = answer(question)
            if told in _YES and len(meanings) == 1:
                told = meanings[0].lower()
            # Whatever was proposed, another meaning may be typed.
            if meant := _meant(told, one.kind, meanings_of(one.kind, reference), reference):
                wanted.append(one.meaning(meant))
            if meant or not told or told in _NO:
                break
            again = N_("«{told}» is no meaning that is known. Once more:")
            over = N_("«{told}» is no meaning that is known: passed over.")
            say(language.text(again if left else over, told=told[:_SHOWN]))
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
    known = reference.vocabulary.values.get(kind, {})
    if kind == HEADING:
        known = {word: column for word, (column, _) in reference.vocabulary.headings.items()}
    for meaning in meanings:
        words = {word for word, code in known.items() if code == meaning and not word.isdigit()}
        whole = label(kind, meaning, reference)
        if said & {*words, fold(meaning), fold(whole), fold(whole.rpartition(" (")[0])}:
            return meaning
    return ""
