"""Dates of exports: text, ISO, Excel serials (contract §3)."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.exports.moments import moments

MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2099, 12, 31)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


def read(*texts: str | None) -> list[datetime | None]:
    return moments(pa.array(texts, pa.string())).to_pylist()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10/06/2020", datetime(2020, 6, 10)),
        ("1/6/2020 8:05", datetime(2020, 6, 1, 8, 5)),
        ("10/06/2020 08:30:15", datetime(2020, 6, 10, 8, 30, 15)),
        ("10/06/2020  08:30", datetime(2020, 6, 10, 8, 30)),
        ("2020-06-10", datetime(2020, 6, 10)),
        ("2020-06-10 00:00:00", datetime(2020, 6, 10)),
        ("2020-06-10T08:30", datetime(2020, 6, 10, 8, 30)),
        ("43992", datetime(2020, 6, 10)),
        ("43992.354166667", datetime(2020, 6, 10, 8, 30)),
        # A time that states its zone: midnight in Việt Nam, not the day before.
        ("2020-06-09T17:00:00.000+0000", datetime(2020, 6, 10)),
    ],
)
def test_forms_that_must_be_read(text: str, moment: datetime) -> None:
    assert read(text) == [moment]


@pytest.mark.parametrize(
    "text", ["31/02/2020", "06/13/2020", "10/06/20", "10/6/2020 25:00", "hôm qua", "2020", "10/06/0202", "2020-13-01"]
)
def test_what_no_calendar_has_is_unreadable(text: str) -> None:
    assert read(text, None, "10/06/2020") == [None, None, datetime(2020, 6, 10)]


@given(
    st.lists(MOMENTS, min_size=1, max_size=20),
    st.sampled_from(["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M"]),
)
def test_writing_and_reading_are_inverse(written: list[datetime], form: str) -> None:
    assert read(*(moment.strftime(form) for moment in written)) == written


@given(MOMENTS)
def test_an_excel_serial_is_its_days_since_1899(moment: datetime) -> None:
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    assert read(f"{serial:.8f}") == [moment]
