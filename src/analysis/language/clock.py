"""The clock of the offices: a day of an export is theirs, wherever the program runs."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(seconds: float) -> date:
    """The day of a moment, such as that of a file's last change, in seconds since 1970."""
    return datetime.fromtimestamp(seconds, LOCAL).date()


def today() -> date:
    """The day that it is there."""
    return datetime.now(LOCAL).date()
