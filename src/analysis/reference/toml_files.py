"""Reads a TOML file of the reference data into its model; a mistake is told with the file, the key and the remedy."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from analysis.language.problems import ReferenceProblem
from analysis.language.texts import N_

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model]) -> Model:
    """The file as ``model``; raises ReferenceProblem that says which line or key to mend."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ReferenceProblem(
            N_("{file}: not valid TOML: {reason}. Mend that line."), file=path.name, reason=error
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ReferenceProblem(
            N_("{file}: {key}: {reason}. Mend that key."),
            file=path.name,
            key=".".join(str(part) for part in first["loc"]),
            reason=first["msg"],
        ) from None
