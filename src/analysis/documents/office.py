"""What office documents ask of everything that goes into them: printable text, the same bytes for the same content."""

import re
import zipfile
from datetime import date, datetime
from pathlib import Path

from analysis.storage.writing import undirected

# What XML cannot hold. Tabs and line ends become spaces.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ufeff]")


def plain(text: str) -> str:
    """``text`` as one line that every office program shows as it is written."""
    return re.sub(r"[\t\r\n\u2028\u2029]+", " ", _UNPRINTABLE.sub("", undirected(text)))


def noon(day: date) -> datetime:
    """The moment that documents give as that of their making: a time of writing would differ each time."""
    return datetime(day.year, day.month, day.day, 12)


def settle_dates(path: Path, day: date) -> None:
    """Give every entry of a zipped document the date ``day``, whenever it was written."""
    moment = (max(day.year, 1980), day.month, day.day, 12, 0, 0)  # zip begins with 1980
    with zipfile.ZipFile(path) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # the same on every system
            archive.writestr(entry, content)
