"""The forms of drafts, as data: who issues them, to whom, who signs (``report-form.toml``, ``criteria-form.toml``).

Their files stand in the reference folder; one that lacks them goes by the project's own. The province that they name
is that of ``province.toml``.
"""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from analysis.language.texts import LANGUAGES
from analysis.reference.toml_files import (
    Frozen,
    Words,
    definitions_of,
    read_definitions,
    toml_content,
    validated,
    written_text,
)

_ADDRESS = r"^https?://[^\s<>\"']+$"  # of the web alone: it becomes a link


class Province(Frozen):
    """Whose figures these are: ``name`` with its kind (``tỉnh Phú Yên``), ``place`` alone; ``gateway`` is the portal
    where people file, where that is not the province's own. Addresses, "" where nobody stated them: of the ``portal``
    where people file, and of the ``site`` that the reports folder is published at.
    """

    name: Words
    place: str = Field(min_length=1)
    gateway: Words | None = None
    portal: str = Field(default="", pattern=_ADDRESS)
    site: str = Field(default="", pattern=_ADDRESS)


class DocumentForm(Frozen):
    """What every draft says of itself: what it is, who drafts it, and with what its annex goes."""

    kind: Words
    issuer_name: Words
    annexed_to: Words | None = None


class ReportForm(DocumentForm):
    """What stands around a draft report: who issues it, to whom, who gets it, who signs; around a letter, which has a
    number of its own, the same.
    """

    superior: Words
    issuer: Words
    number: Words
    letter_number: Words | None = None  # a folder of before there were letters has none
    motto: Words
    creed: Words
    place_and_date: Words
    addressee: Words | None = None
    copies: tuple[Words, ...] = Field(min_length=1)
    signatory: Words


class BandNames(Frozen):
    """The names of bands that a legal text gives, best first, in Vietnamese, and that text."""

    titles: tuple[str, ...] = Field(min_length=1)
    source: Words


class AnnexForm(DocumentForm):
    """An annex has no letterhead and no signatures of its own: ``annexed_to`` says with which text it goes (Nghị định
    30/2020/NĐ-CP, annex I).
    """

    annexed_to: Words


class CriteriaForm(AnnexForm):
    """What stands around a draft annex of criteria; ``charges``: what a decision, by its id, asks of its drafters."""

    charges: dict[str, Words]
    band_names: BandNames


Form = TypeVar("Form", bound=DocumentForm)


def load_report_form(folder: Path) -> ReportForm:
    """Read ``report-form.toml``; raises ReferenceProblem that says which key to mend."""
    return _load(folder, "report-form.toml", ReportForm)


def load_criteria_form(folder: Path) -> CriteriaForm:
    """Read ``criteria-form.toml``; raises ReferenceProblem that says which key to mend."""
    return _load(folder, "criteria-form.toml", CriteriaForm)


def load_province(folder: Path) -> Province:
    """Read ``province.toml``; raises ReferenceProblem that says which key to mend."""
    return read_definitions(folder, "province.toml", Province)


def _load(folder: Path, name: str, model: type[Form]) -> Form:
    text = written_text(definitions_of(folder, name), name)
    content = _filled_in(toml_content(name, text), load_province(folder))
    return validated(name, text, content, model)


def _filled_in(part: Any, province: Province) -> Any:
    """A part of a form with the province in the places of ``{province}``, ``{PROVINCE}`` and ``{place}``."""
    if isinstance(part, list):
        return [_filled_in(one, province) for one in part]
    if not isinstance(part, dict):
        return part
    filled = {}
    for key, one in part.items():
        if key in LANGUAGES and isinstance(one, str):
            name = province.name[key]
            one = one.replace("{province}", name).replace("{PROVINCE}", name.upper())
            filled[key] = one.replace("{place}", province.place)
        else:
            filled[key] = _filled_in(one, province)
    return filled
