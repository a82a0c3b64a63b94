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
        ("08:30:15, 10/6/2020", datetime(2020, 6, 10, 8, 30, 15)),
        ("10/06/2020 8:30:15 SA", datetime(2020, 6, 10, 8, 30, 15)),
        ("10/6/2020 12:05 SA", datetime(2020, 6, 10, 0, 5)),
        ("10/06/2020 2:30 CH", datetime(2020, 6, 10, 14, 30)),
        ("10/06/2020 8h", datetime(2020, 6, 10, 8)),
        ("10/06/2020 08g30", datetime(2020, 6, 10, 8, 30)),
        ("8 giờ 30 phút ngày 10/06/2020", datetime(2020, 6, 10, 8, 30)),
        ("Thứ Tư, ngày 10 tháng 6 năm 2020", datetime(2020, 6, 10)),
        ("10 tháng 06, 2020", datetime(2020, 6, 10)),
        ("10-thg 6-2020", datetime(2020, 6, 10)),
        ("10-Jun-20", datetime(2020, 6, 10)),
        ("10/06/2020 (Thứ 4)", datetime(2020, 6, 10)),
        ("10/06/2020 - 08:30", datetime(2020, 6, 10, 8, 30)),
        ("10.06.2020", datetime(2020, 6, 10)),
        ("2020/06/10 08:30", datetime(2020, 6, 10, 8, 30)),
        ("20200610", datetime(2020, 6, 10)),
        ("20200610083015", datetime(2020, 6, 10, 8, 30, 15)),
        ("20200610T0830", datetime(2020, 6, 10, 8, 30)),
        ("10/06/2020 08:30:15.123", datetime(2020, 6, 10, 8, 30, 15)),
        ("2020-06-10T08:30:15.1234567", datetime(2020, 6, 10, 8, 30, 15)),
        ("43992,5", datetime(2020, 6, 10, 12)),
        ("1591752600000", datetime(2020, 6, 10, 8, 30)),
        ("10/06/2020 24:00", datetime(2020, 6, 10, 23, 59, 59)),
        ("Wed Jun 10 2020 08:30:15 GMT+0700 (Indochina Time)", datetime(2020, 6, 10, 8, 30, 15)),
        ("2020-06-10T01:30:15Z", datetime(2020, 6, 10, 8, 30, 15)),
        ("25/06/2020 8:30 AM", datetime(2020, 6, 25, 8, 30)),
        ("10/06/2020 00:30 SA", datetime(2020, 6, 10, 0, 30)),
        ("10/06/2020 2:30 chiều", datetime(2020, 6, 10, 14, 30)),
        ("10/06/2020 (08:30)", datetime(2020, 6, 10, 8, 30)),
        ("vào lúc 08:30 ngày: 10/06/2020", datetime(2020, 6, 10, 8, 30)),
        ("2020-06-10T08:30:00+07", datetime(2020, 6, 10, 8, 30)),
        ("10/06/2020 08:30 (GMT+7)", datetime(2020, 6, 10, 8, 30)),
        ("10/06/2020.", datetime(2020, 6, 10)),
        # A time that states its zone: midnight in Việt Nam, not the day before.
        ("2020-06-09T17:00:00.000+0000", datetime(2020, 6, 10)),
    ],
)
def test_forms_that_must_be_read(text: str, moment: datetime) -> None:
    assert read(text) == [moment]


@pytest.mark.parametrize(
    "text",
    [
        *("31/02/2020", "06/13/2020", "10/06/20", "10/6/2020 25:00", "hôm qua", "2020", "10/06/0202", "2020-13-01"),
        *("6/10/2020 8:30 AM", "10/06/2020 02:30 PM", "10/06/2020 08:30:60", "0905123456", "1.000255", "12345678"),
        *("10/06/2020 abc", "10/06/2020 12/06/2020", "10/06/2020 20:30 AM", "0001-01-01T00:00:00", "20201301"),
    ],
)
def test_what_no_calendar_has_is_unreadable(text: str) -> None:
    assert read(text, None, "10/06/2020") == [None, None, datetime(2020, 6, 10)]


def test_a_column_tells_what_stands_first_beside_am_and_pm() -> None:
    assert read("6/10/2020 8:30 AM", "6/25/2020 9:00 PM")[0] == datetime(2020, 6, 10, 8, 30)
    assert read("10/6/2020 8:30 AM", "25/6/2020 9:00 PM")[0] == datetime(2020, 6, 10, 8, 30)
    assert read("10/6/2020 8:30 AM", "25/6/2020 9:00 PM", "6/25/2020 9:00 PM")[0] is None


def test_a_column_tells_what_stands_first_beside_years_of_two_digits() -> None:
    days = ["27/7/20", "14-7-20", "30.7.20 08:30", "1/8/20", None, "10/06/2020"]
    read_as = [datetime(2020, 7, 27), datetime(2020, 7, 14), datetime(2020, 7, 30, 8, 30), datetime(2020, 8, 1), None]
    assert read(*days) == [*read_as, datetime(2020, 6, 10)]
    assert read("7/27/20", "7/14/20", "7/30/20", "8/1/20")[-1] == datetime(2020, 8, 1), "the month first"


@pytest.mark.parametrize(
    "days",
    [
        ("1/7/20", "2/7/20", "3/7/20"),
        ("27/7/20", "14/7/20", "30/7/20", "7/14/20"),  # one of them has the month first
        ("20/07/01", "20/07/14", "20/07/30", "21/01/02"),  # the year first
        ("27/7/20", "1/7/20"),
    ],
)
def test_years_of_two_digits_are_not_read_where_the_column_does_not_tell(days: tuple[str, ...]) -> None:
    assert set(read(*days)) == {None}


def test_a_column_with_the_month_first_is_read_so_and_single_typing_errors_make_none() -> None:
    american = read("06/25/2020 08:30", "06/10/2020 08:30", "6/30/2020", "06/13/2020")
    assert american[:2] == [datetime(2020, 6, 25, 8, 30), datetime(2020, 6, 10, 8, 30)]
    assert read("06/25/2020", "06/10/2020", "06/13/2020") == [None, datetime(2020, 10, 6), None]
    assert read("06/25/2020", "06/10/2020", "6/30/2020", "06/13/2020", "25/06/2020")[1] == datetime(2020, 10, 6)


@given(
    st.lists(MOMENTS, min_size=1, max_size=20),
    st.sampled_from(
        [
            *("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M", "%H:%M, %d/%m/%Y", "%d.%m.%Y %H:%M"),
            *("%Y%m%d%H%M%S", "%Y/%m/%dT%H:%M", "%d/%m/%Y %Hh%M", "ngày %d tháng %m năm %Y %H:%M", "%d/%m/%Y - %H:%M"),
            *("%Y-%m-%dT%H:%M:00+07:00", "%d-%b-%Y %H:%M", "%a %b %d %Y %H:%M:%S GMT+0700"),
        ]
    ),
)
def test_writing_and_reading_are_inverse(written: list[datetime], form: str) -> None:
    assert read(*(moment.strftime(form) for moment in written)) == written


@given(MOMENTS)
def test_an_excel_serial_is_its_days_since_1899(moment: datetime) -> None:
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    assert read(f"{serial:.8f}") == [moment]
