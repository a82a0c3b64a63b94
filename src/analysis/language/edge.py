"""Where words leave the program: they can be printed anywhere, and what nobody foresaw is a sentence."""

import os
import platform
import secrets
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path
from traceback import walk_tb
from typing import TextIO

from analysis import __version__
from analysis.language.texts import N_, Language

# For what has no marks to lose; whatever else an encoding lacks becomes a question mark.
_PLAIN = {
    "đ": "d",
    "Đ": "D",
    "…": "...",
    "’": "'",
    "→": "->",
    **dict.fromkeys("–—−", "-"),
    **dict.fromkeys("«»“”", '"'),
}
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng, which Windows-1258 has apart from ê and ô


def say(words: str, stream: TextIO | None) -> None:
    """Print a line, as far as the stream can: one that is closed or full falls silent, and the work goes on."""
    if stream is None:  # closed before Python began
        return
    try:
        print(spelled(words, getattr(stream, "encoding", None) or "utf-8"), file=stream, flush=True)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):  # what is left of it would fail again when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def spelled(words: str, encoding: str) -> str:
    """The words as the encoding can have them: ``Số tệp`` in ASCII is ``So tep``, in Windows-1258 loses nothing."""
    try:
        words.encode(encoding)
        return words
    except (UnicodeEncodeError, LookupError):
        return "".join(_letter(letter, encoding) for letter in words)


def _letter(letter: str, encoding: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    toneless = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES))
    tones = "".join(mark for mark in apart if mark in _TONES)
    for form in (letter, toneless + tones, toneless, apart[0], _PLAIN.get(letter, "?")):
        with suppress(UnicodeEncodeError, LookupError):
            form.encode(encoding)
            return form
    return "?"


def stumbled(error: BaseException, language: Language) -> str:
    """A sentence for a fault of ours, with a number; a file of that number tells where it was.

    Neither holds what the error says of itself: that may quote a cell.
    """
    number = secrets.token_hex(4)
    lines = [f"dvctt {__version__}, Python {platform.python_version()}, {platform.system()}", ""]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        for frame, line in walk_tb(cause.__traceback__):
            lines.append(f"  {Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_qualname}")
        cause = cause.__cause__ or cause.__context__
    path = Path(tempfile.gettempdir()) / f"dvctt-{number}.txt"
    with suppress(OSError):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return language.text(
        N_(
            "A fault of the program's ({kind}, number {number}). What was published before stands. Report it with the "
            "file {path}: it holds places in the code, no data."
        ),
        kind=type(error).__name__,
        number=number,
        path=path,
    )
