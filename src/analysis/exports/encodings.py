"""Which encoding a text export is in: detected from its bytes and verified, never guessed silently.

A byte order mark decides; without one, UTF-16 shows by its zero bytes and UTF-8 by decoding strictly.
What remains is Windows-1258 only if it reads as Vietnamese; else the file is refused.
"""

import codecs
import re

from analysis.language.problems import ExportProblem
from analysis.language.texts import N_

# Windows-1258 has these letters whole; the other tones follow a vowel as combining marks.
_LETTERS = "àáâăèéêìíòóôơùúưýđÀÁÂĂÈÉÊÌÍÒÓÔƠÙÚƯÝĐ"
_VOWELS = "aeiouyâăêôơưAEIOUYÂĂÊÔƠƯ"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_PUNCTUATION = "\u00a0–—‘’“”…•€₫°"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_VIETNAMESE_SIGN = re.compile(rf"[{_LETTERS}]|(?<=[{_VOWELS}])[{_TONES}]")
_STRANGE_SIGN = re.compile(rf"[^\x00-\x7f{_LETTERS}{_TONES}{_PUNCTUATION}]|(?<![{_VOWELS}])[{_TONES}]")
# Text in the old fonts (TCVN3, VNI), taken for Windows-1258, stays under 0.7; text in Windows-1258 has 1.
_VIETNAMESE_SHARE = 0.95
UNKNOWN_ENCODING = N_(
    "unknown encoding: neither UTF-8 nor UTF-16, nor Vietnamese text in Windows-1258 "
    "(perhaps an old TCVN3 or VNI font). Save it as .xlsx, or as CSV in UTF-8."
)
UNREADABLE = "\ufffd"
_MANY_MORE, _FAR_MORE = 20, 1000  # letters beyond ASCII for a byte that is none, bytes for one that is zero
_HIGH = re.compile(rb"[\x80-\xff]")
_JUDGED = 2_000_000  # characters
_SAMPLE = 8192  # bytes looked at for zero bytes; even, so that it ends between two UTF-16 units
_DECLARED = re.compile(rb"<meta[^>]*?charset\s*+=\s*+[\"']?+\s*+([\w-]+)", re.IGNORECASE)


def as_utf8(data: bytes) -> tuple[bytes, str]:
    """The text of an export as UTF-8 without byte order mark, and the encoding that it was in.

    The encoding is utf-8, utf-8-sig, utf-16 or windows-1258. Raises ExportProblem for anything else. A few bytes that
    are none of its letters become ``UNREADABLE``.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, text = "utf-16", _utf16(data, "utf-16").encode()
    elif byte_order := _utf16_byte_order(data[:_SAMPLE]):
        encoding, text = "utf-16", _utf16(data, byte_order).encode()
    elif data.startswith(codecs.BOM_UTF8):
        encoding, text = "utf-8-sig", data
        if not _is_utf8(data):
            text = (_spared(data, "utf-8") or _strict(data, encoding)).encode()
    elif _is_utf8(data):
        encoding, text = "utf-8", data
    elif spared := _spared(data, "utf-8"):
        encoding, text = "utf-8", spared.encode()
    else:
        encoding, text = "windows-1258", _windows_1258(data).encode()
    if b"\0" in text and text.count(b"\0") * _FAR_MORE <= len(text):
        text = text.replace(b"\0", UNREADABLE.encode())
    if b"\0" in text:
        raise ExportProblem(N_("damaged: zero bytes stand in the text. Export it again, or save it as .xlsx."))
    while text.startswith(codecs.BOM_UTF8):
        text = text[len(codecs.BOM_UTF8) :]
    return text, encoding


def check_declared(page: bytes, encoding: str) -> None:
    """Raise ExportProblem when a page in Windows-1258 says that it is in another encoding."""
    declared = _DECLARED.search(page, 0, _SAMPLE)
    if encoding == "windows-1258" and declared and not declared[1].endswith(b"1258"):
        raise ExportProblem(
            N_("the page says that its encoding is {declared}, which its bytes contradict. Save it as .xlsx."),
            declared=declared[1][:20].decode(),
        )


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8; Arrow checks them twice as fast as Python decodes them."""
    import pyarrow as pa

    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    whole = pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ExportProblem(
            N_("damaged or truncated: the text is marked as {encoding}, but does not decode. Export it again."),
            encoding=encoding,
        ) from None


def _utf16(data: bytes, encoding: str) -> str:
    """Half a character at the end means that the rest is missing; a broken one within costs its cell alone."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ("" if len(data) % 2 else _spared(data, encoding)) or _strict(data, encoding)


def _utf16_byte_order(sample: bytes) -> str | None:
    """UTF-16 without a mark: in half-ASCII text every other byte is zero for many characters, and only there."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    few, many = len(sample) // 100, len(sample) // 8
    if odd > many and even <= few:
        return "utf-16-le"
    if even > many and odd <= few:
        return "utf-16-be"
    return None


def _spared(data: bytes, encoding: str) -> str:
    """The text with its few bytes that do not decode marked, "" where they are more than a few."""
    text = data.decode(encoding, "replace")
    letters = sum(map(len, _NOT_ASCII.findall(text, 0, _JUDGED)))
    bad = text.count(UNREADABLE, 0, _JUDGED)
    return text if 0 < bad * _MANY_MORE <= letters else ""


def _windows_1258(data: bytes) -> str:
    try:
        text = data.decode("windows-1258")
    except UnicodeDecodeError:
        text = _spared(data, "windows-1258")
    if not _reads_as_vietnamese(text) and len(data) >= _FAR_MORE * len(_HIGH.findall(data)):
        return data.decode("utf-8", "replace")
    if not _reads_as_vietnamese(text):
        raise ExportProblem(UNKNOWN_ENCODING)
    return text


def _reads_as_vietnamese(text: str) -> bool:
    """Whether nearly all that is not ASCII are Vietnamese letters and, on vowels only, tones."""
    foreign = _NOT_ASCII.search(text)
    start = max(0, foreign.start() - 1) if foreign else 0
    good, strange = (len(sign.findall(text, start, start + _JUDGED)) for sign in (_VIETNAMESE_SIGN, _STRANGE_SIGN))
    return good > 0 and good >= _VIETNAMESE_SHARE * (good + strange)
