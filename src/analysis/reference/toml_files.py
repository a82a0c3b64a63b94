"""The one door for the reference folder's TOML files: each is read into its model.

What is wrong is told in our words and the reader's language, with the file, the line, the key, what is wanted there
and the mend; pydantic, which finds it, never speaks itself.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from fractions import Fraction
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_
from analysis.storage.places import OWN_REFERENCE
from analysis.storage.regular import open_regular

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]
# Of a size that a floating number holds: "1e400" would end the run, "1e999999999" its patience.
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,20}|/0*[1-9][0-9]{0,8})?")
_MOST_BYTES = 64 * 2**20
_NO_FILE = N_("{file}: a folder, a device or far too large a file stands in its place. Put the text file there.")
# What pydantic found, in our words; {expected} is a detail of its own.
_FORM = {
    "missing": N_("{file}, line {line}: {key} is missing. Add it; {folder} has examples."),
    "extra_forbidden": N_(
        "{file}, line {line}: {key} is not a key that is known. Correct its spelling or leave it out."
    ),
    "literal_error": N_("{file}, line {line}: {key} = «{found}» is not one of {expected}. Choose one of them."),
    "union_tag_invalid": N_(
        "{file}, line {line}: {key}.kind = «{found}» is no way of scoring. Choose one of {expected}."
    ),
    "union_tag_not_found": N_("{file}, line {line}: {key} does not say its kind. Add kind = one of {expected}."),
    "too_short": N_("{file}, line {line}: {key} has too few entries, at least {expected} are needed. Add some."),
    "string_too_short": N_("{file}, line {line}: {key} is empty. Write what belongs there."),
    "greater_than": N_("{file}, line {line}: {key} = «{found}» must be above {expected}. Mend the number."),
    "greater_than_equal": N_("{file}, line {line}: {key} = «{found}» must be {expected} or more. Mend the number."),
    "less_than_equal": N_("{file}, line {line}: {key} = «{found}» must be {expected} or less. Mend the number."),
}
_SHARE = N_("{file}, line {line}: {key} = «{found}»: a share of one, from 0 to 1, is wanted. Mend the number.")
_OTHER = N_(
    "{file}, line {line}: {key} = «{found}» cannot be read as what is wanted there. "
    "Write it as the examples in {folder} do."
)
# Where pydantic keeps what it expected.
_EXPECTED = ("expected", "expected_tags", "min_length", "gt", "ge", "le", "kinds")


class Frozen(BaseModel):
    """A part of a file; a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Words(Frozen):
    """A text in the languages of the reports."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, code: str) -> str:
        return str(getattr(self, code))


class Unfit(ValueError):
    """What a model refuses, in our words: ``template`` may name {file}, {line}, {key} and ``details`` of its own.

    ``key`` is what is to be mended, below the part that the model is of.
    """

    def __init__(self, template: str, *key: str, **details: Any) -> None:
        # Of what stands in no file, an analyst's own target say, the words without a place are told.
        super().__init__(re.sub(r"^.*\}\S*: ", "", template).partition(". ")[0])
        self.template, self.key, self.details = template, key, details


def exact(value: Any) -> Fraction:
    """``"0.60"``, ``0.6``, ``15`` or ``"1/3"`` without loss. Raises ValueError, which pydantic gathers, for others."""
    if isinstance(value, Fraction):
        return value
    if not _NUMBER.fullmatch(str(value)):
        raise ValueError("a number is wanted")
    return Fraction(str(value))


def _share(value: Any) -> Fraction:
    share = exact(value)
    if not 0 <= share <= 1:
        raise Unfit(_SHARE)
    return share


Share = Annotated[Fraction, BeforeValidator(_share)]


def plain_number(value: Fraction) -> str:
    """As the file could have it; not rounded, or what is too much by little would look right."""
    return str(float(value)).removesuffix(".0")


def read_toml(path: Path, model: type[Model]) -> Model:
    """The file as ``model``; raises ReferenceProblem that says which line and key to mend."""
    text = written_text(path, path.name)
    return validated(path.name, text, toml_content(path.name, text), model)


def read_definitions(folder: Path, name: str, model: type[Model]) -> Model:
    """As ``read_toml``; a folder that lacks the file goes by the project's own."""
    return read_toml(definitions_of(folder, name), model)


def definitions_of(folder: Path, name: str) -> Path:
    """Where a file of a reference folder is; one that the folder lacks is the project's own."""
    return (folder if (folder / name).is_file() else OWN_REFERENCE) / name


def written_text(path: Path, file: str) -> str:
    """What the file says; ``file`` is its name in the reference folder, for messages.

    Raises ReferenceProblem for what is no regular file, may not be read, is too large or not written in UTF-8.
    """
    try:
        with open_regular(path) as opened:
            data = opened.read(_MOST_BYTES + 1)
    except IsADirectoryError:
        raise ReferenceProblem(_NO_FILE, file=file) from None
    except OSError as error:
        words = N_("{file}: cannot be opened ({reason}). Check its rights, and where it leads if it is a link.")
        raise ReferenceProblem(words, file=file, reason=error.strerror or type(error).__name__) from None
    if len(data) > _MOST_BYTES:
        raise ReferenceProblem(_NO_FILE, file=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ReferenceProblem(
                N_("{file}: written in UTF-16. Save it with the encoding UTF-8 (Excel: CSV UTF-8)."), file=file
            ) from None
        words = N_("{file}, line {line}: not written in UTF-8. Save it with the encoding UTF-8 (Excel: CSV UTF-8).")
        raise ReferenceProblem(words, file=file, line=data.count(b"\n", 0, error.start) + 1) from None


def toml_content(file: str, text: str) -> dict[str, Any]:
    """The keys and values of a file's text."""
    try:
        return deepcopy(_parsed(text))
    except ValueError as error:  # TOMLDecodeError is one, and what tomllib lets pass of a number without end
        told = re.search(r"line (\d+)", str(error))
        raise ReferenceProblem(
            N_(
                "{file}, line {line}: not valid TOML: a bracket, a quotation mark or = is missing, a key stands twice, "
                "or there is no such day or number. Mend that line."
            ),
            file=file,
            line=told[1] if told else len(text.splitlines()),
        ) from None


@lru_cache(maxsize=64)
def _parsed(text: str) -> dict[str, Any]:
    """A process reads the same files again and again, and parsing takes ten times what a copy does."""
    return tomllib.loads(text)


def validated(file: str, text: str, content: Mapping[str, Any], model: type[Model], kinds: Iterable[str] = ()) -> Model:
    """The content as ``model``; ``kinds`` are what a part may be that does not say which of them it is."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # A key that is misspelt is also missing: tell the one that stands in the file. Of the forms that a value may
        # have, the one whose mistake we can name.
        found = min(error.errors(), key=lambda one: (one["type"] != "extra_forbidden", one["type"] not in _FORM))
        raise _told(file, text, content, found, kinds) from None


def _told(
    file: str, text: str, content: Mapping[str, Any], found: Mapping[str, Any], kinds: Iterable[str]
) -> ReferenceProblem:
    context = {"kinds": ", ".join(f"'{kind}'" for kind in kinds), **found.get("ctx", {})}
    unfit = context.get("error")
    location = _keys(content, found["loc"], found["type"] == "missing")
    template, details = _FORM.get(found["type"], _OTHER), {}
    if isinstance(unfit, Unfit):
        location += unfit.key
        template, details = unfit.template, unfit.details
    expected = next((str(context[name]).replace(" or ", ", ") for name in _EXPECTED if name in context), "")
    return ReferenceProblem(
        template,
        **{"file": file, "line": _line_of(text, location), "key": _spelled(location), "expected": expected, **details},
        found=shown(context.get("tag", found["input"])),
        folder=PurePosixPath("data/reference", file).parent,
    )


def _keys(content: Any, location: Location, missing: bool) -> Location:
    """The keys among pydantic's parts, which also names the form of a value that it tried."""
    keys: list[int | str] = []
    for place, part in enumerate(location):
        absent = missing and place == len(location) - 1
        if isinstance(content, dict) and (part in content or absent):
            content = content.get(part)
        elif isinstance(content, list) and isinstance(part, int):
            content = content[part]
        elif not absent:
            continue
        keys.append(part)
    return tuple(keys)


def _spelled(location: Location) -> str:
    """``components[2].weight``, the first entry being 1."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


def _line_of(text: str, location: Location) -> int:
    """The line of a key, else of the table that it belongs to; 1 where neither stands in the file."""
    lines = text.splitlines()
    start, rest = _table(lines, location)
    key = next((part for part in rest if isinstance(part, str)), None)
    for number in range(start, len(lines)):
        if lines[number].startswith("["):
            break
        if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", lines[number]):
            return number + 1
    return max(start, 1)


def _table(lines: list[str], location: Location) -> tuple[int, Location]:
    """How many lines end with the header of the innermost table that has one, and the keys below it."""
    headers = [
        (number, re.sub(r"[\s\"']|#.*", "", line)) for number, line in enumerate(lines, start=1) if line[:1] == "["
    ]
    for size in range(len(location), 0, -1):
        name = ".".join(part for part in location[:size] if isinstance(part, str))
        last = location[size - 1]
        wanted = f"[[{name}]]" if isinstance(last, int) else f"[{name}]"
        places = [number for number, header in headers if header == wanted]
        at = last if isinstance(last, int) else 0
        if at < len(places):
            return places[at], location[size:]
    return 0, location


def shown(value: Any) -> str:
    """A value as the file could have it."""
    if isinstance(value, Fraction):
        return plain_number(value)
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, bool | list | dict) else str(value)
