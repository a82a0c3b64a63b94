"""In JupyterLab: what each unknown word of the exports means, picked from a list, and written when one says so.

Nothing is picked beforehand, and what would change is shown before the button can be pressed.
"""

from html import escape
from typing import Any

from analysis.dossiers.inspection import Inspection, Proposal, kind_in_words
from analysis.language.texts import N_, Language
from analysis.reference.additions import HEADING, LETTERHEAD, PROCEDURE, UNIT, UNREAD, added, difference, write
from analysis.reference.tables import Reference
from analysis.reference.vocabulary import EXPORT_COLUMNS
from analysis.storage.writing import undirected

_WORDS = 3  # of a value's, so that who chooses sees what is meant: «mới đăng ký / chờ tiếp nhận / không được tiếp nhận»


def choose(found: Inspection, reference: Reference, language: Language) -> Any:
    """A list of meanings for each proposal, the difference that they make, and the button that writes it."""
    import ipywidgets as widgets  # JupyterLab alone needs it

    wide = widgets.Layout(width="44rem", max_width="98%")
    lists = [
        widgets.Dropdown(
            options=[("–", ""), *_offered(one, reference), *_never(one, language)],
            description=undirected(f"{kind_in_words(one.kind, language)}: {one.shown}"),
            style={"description_width": "20rem"},
            layout=wide,
        )
        for one in found.proposals
    ]
    shown = widgets.HTML()
    button = widgets.Button(description=language.text(N_("Write this")), disabled=True)

    def files() -> dict[Any, str]:
        picked = zip(found.proposals, lists, strict=True)
        return added(reference.folder, [word.meaning(one.value) for word, one in picked if one.value])

    def follow(_: Any = None) -> None:
        changed = files()
        told = "".join(escape(difference(path, text)) for path, text in changed.items())
        shown.value = f"<pre>{told}</pre>" if told else ""
        button.disabled = not changed

    def accept(_: Any) -> None:
        changed = files()
        write(changed)
        names = ", ".join(path.name for path in changed)
        shown.value = f"<p>{escape(language.text(N_('Written: {files}. Run dvctt check again.'), files=names))}</p>"
        button.disabled = True
        for one in lists:
            one.disabled = True

    for one in lists:
        one.observe(follow, "value")
    button.on_click(accept)
    if not lists:
        return widgets.HTML(f"<p>{escape(language.text(N_('There is nothing to choose.')))}</p>")
    return widgets.VBox([*lists, shown, button])


def _offered(one: Proposal, reference: Reference) -> list[tuple[str, str]]:
    meanings = one.meanings or meanings_of(one.kind, reference)
    return [(label(one.kind, meaning, reference), meaning) for meaning in meanings]


def _never(one: Proposal, language: Language) -> list[tuple[str, str]]:
    return [(language.text(N_("never read")), UNREAD)] if one.kind == HEADING else []


def label(kind: str, meaning: str, reference: Reference) -> str:
    """What a meaning is called: the unit's name, a column's usual heading, a value's first words."""
    if kind in (UNIT, LETTERHEAD):
        names = dict(zip(reference.units["unit_code"], reference.units["unit_name"], strict=True))
        return f"{names[meaning]} ({meaning})"
    if kind == PROCEDURE:
        return f"{reference.procedure_names[meaning]} ({meaning})"
    if kind == HEADING:
        return f"{reference.vocabulary.spelled[meaning]} ({meaning})"
    words = [word for word in reference.vocabulary.worded[kind][meaning] if not word.isdigit()]
    return f"{' / '.join(words[:_WORDS] or [meaning])} ({meaning})"


def meanings_of(kind: str, reference: Reference) -> list[str]:
    """All that a word of a kind may mean."""
    if kind == UNIT:
        return list(reference.units["unit_code"])
    if kind == PROCEDURE:
        return list(reference.procedure_names)
    if kind == HEADING:
        return list(EXPORT_COLUMNS)
    return list(dict.fromkeys(reference.vocabulary.values[kind].values()))
