"""The keys by which procedure codes and units are matched (contract §4)."""

import re

from analysis.language.folding import fold

# A unit's code in both national forms, as a pattern: H45.20.01, 000.01.20.H45.
_CODE_IN_TEXT = re.compile(r"(?<![\w.])\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Za-z]\d{2})?(?![\w.])")
_WRITTEN_OUT = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Za-z]\d{2})?", re.ASCII)
UNIT_CODE = r"[A-Z]\d{2}(?:\.\d{1,3}){1,3}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}"


def procedure_key(code: str) -> str:
    """The first two groups of a procedure code, by which codes match: ``1.009994.000.00.00.H45`` → ``1.009994``.

    A code that a spreadsheet took for a number gets its lost zeros back: ``1.00119`` → ``1.001190``; of a code with its
    name (``1.009994 - Cấp giấy phép``) the code counts.
    """
    if _WRITTEN_OUT.fullmatch(code):  # as nearly all are
        return code[:8]
    words = fold(code_and_name(code)[0] or code)
    if number := re.fullmatch(r"(\d)[.,](\d{1,5}|\d{7,})", words):
        return f"{number[1]}.{_six_digits(number[2])}"
    return ".".join(words.replace(",", ".").split(".")[:2])


def code_and_name(text: str) -> tuple[str, str]:
    """A procedure's code and its name, where both stand in one text, else "" and the text."""
    found = _CODE_IN_TEXT.findall(text)
    name = _CODE_IN_TEXT.sub("", text).strip(" -–—:|()[].,;")
    return (found[0], name) if len(set(found)) == 1 and name else ("", text)


def _six_digits(fraction: str) -> str:
    # 1.009994 may come back from a workbook as 1.0099940000000001.
    return fraction.ljust(6, "0") if len(fraction) < 6 else f"{round(float('0.' + fraction), 6):.6f}"[2:]


def unit_key(text: str) -> str:
    """A unit's code, name or alias as it is compared; both national forms of a code are one.

    ``000.00.12.H45`` is ``H45.12`` (QCVN 102:2016 and Quyết định 20/2020/QĐ-TTg), ``000.01.20.H45``
    is ``H45.20.01``.
    """
    words = fold(text)
    if old := re.fullmatch(r"000\.(\d\d)\.(\d\d)\.(h\d\d)", words):
        commune, agency, province = old.groups()
        return ".".join([province, agency] + [commune] * (commune != "00"))
    return words
