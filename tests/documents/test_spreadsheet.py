"""Names that Excel takes."""

import re

from analysis.documents.spreadsheet import sheet_names


def test_sheet_names_are_such_as_excel_takes() -> None:
    names = sheet_names(["a" * 40, "A" * 41, "x[1]:*?/\\y", "'quoted'", "", "History", "history", "Tổng hợp"])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(1 <= len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert not [name for name in names if name[0] == "'" or name[-1] == "'" or name.casefold() == "history"]
    assert names[-1] == "Tổng hợp"
