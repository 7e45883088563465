"""Dates, timestamps and decimals as arguments, results, parameters and columns."""

# ruff: noqa: DTZ001, DTZ901 - naive times are what some of this is about

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arrowsmith

if TYPE_CHECKING:
    from collections.abc import Sequence

UTC = dt.UTC
ZONES = ("UTC", "Europe/Vienna", "Asia/Kolkata", "+02:00")


@pytest.fixture(scope="module")
def functions() -> dict[str, arrowsmith.Function]:
    """One function that gives its argument back for each type."""
    session = arrowsmith.Database.in_memory().session()
    lines = []
    types = ["date", "timestamp", "timestamp[s]", "decimal(38,10)", "decimal(5,-2)"]
    types += [f"timestamp[us, {zone}]" for zone in ZONES]
    for number, name in enumerate(types):
        lines += [
            f"@db.scalar_fn(args=['{name}?'], returns='{name}')",
            f"def f{number}(x): return x",
        ]
    session.load_python_plugin("\n".join(lines), "same.py")
    return {name: session.function(f"same.f{number}") for number, name in enumerate(types)}


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.none() | values, min_size=1, max_size=20)


@given(values=optional(st.dates()))
def test_dates_come_back(
    functions: dict[str, arrowsmith.Function], values: list[dt.date | None]
) -> None:
    assert functions["date"](values) == values


@given(values=optional(st.datetimes()))
def test_naive_timestamps_come_back(
    functions: dict[str, arrowsmith.Function], values: list[dt.datetime | None]
) -> None:
    assert functions["timestamp"](values) == values


@given(
    values=optional(
        st.datetimes(
            min_value=dt.datetime(2, 1, 1),
            max_value=dt.datetime(9998, 12, 31),
            timezones=st.timezones(),
        )
    ),
    zone=st.sampled_from(ZONES),
)
@settings(deadline=None)
def test_zoned_timestamps_are_the_same_time(
    functions: dict[str, arrowsmith.Function],
    values: list[dt.datetime | None],
    zone: str,
) -> None:
    def instants(times: Sequence[dt.datetime | None]) -> list[dt.datetime | None]:
        return [None if time is None else time.astimezone(UTC) for time in times]

    assert instants(functions[f"timestamp[us, {zone}]"](values)) == instants(values)


@given(values=optional(st.decimals(min_value=-(10**28) + 1, max_value=10**28 - 1, places=10)))
def test_decimals_come_back(
    functions: dict[str, arrowsmith.Function], values: list[Decimal | None]
) -> None:
    assert functions["decimal(38,10)"](values) == values


def test_extremes_come_back(functions: dict[str, arrowsmith.Function]) -> None:
    assert functions["date"]([dt.date.min, dt.date.max]) == [dt.date.min, dt.date.max]
    ends = [dt.datetime.min, dt.datetime.max]
    assert functions["timestamp"](ends) == ends
    # The minus of decimals rounds.
    most = Decimal("9" * 28 + "." + "9" * 10)
    ends = [most, most.copy_negate()]
    assert functions["decimal(38,10)"](ends) == ends
    assert functions["decimal(5,-2)"]([Decimal(9999900)]) == [Decimal(9999900)]


def test_misfits_say_why(functions: dict[str, arrowsmith.Function]) -> None:
    for name, value, reason in [
        ("date", dt.datetime(2024, 1, 2), "it has a time of day"),
        ("timestamp", dt.date(2024, 1, 2), "a date is no timestamp"),
        ("timestamp", dt.datetime(2024, 1, 2, tzinfo=UTC), "it has a time zone"),
        ("timestamp[us, UTC]", dt.datetime(2024, 1, 2), "it has no time zone"),
        ("timestamp[s]", dt.datetime(2024, 1, 2, microsecond=1), "too coarse"),
        ("decimal(38,10)", Decimal("NaN"), "no NaN"),
        ("decimal(38,10)", 0.5, "a float is no decimal"),
        ("decimal(5,-2)", Decimal(12345), "digits behind the point"),
    ]:
        with pytest.raises(arrowsmith.ConversionError, match=reason):
            functions[name]([value])


def test_arrays_come_back_as_the_same_kind(functions: dict[str, arrowsmith.Function]) -> None:
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    day, moment = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 0, 0, 5)
    same = functions["date"]
    days = numpy.array([day], "datetime64[D]")
    assert (same(days) == days).all()
    assert same(days).dtype == days.dtype
    assert same(polars.Series([day, None])).to_list() == [day, None]
    assert same(pyarrow.array([day, None])).to_pylist() == [day, None]
    assert same(pandas.Series([day, None])).tolist() == [day, None]
    same = functions["timestamp"]
    moments = numpy.array([moment], "datetime64[us]")
    assert (same(moments) == moments).all()
    series = pandas.Series([moment, None], index=[3, 4])
    pandas.testing.assert_series_equal(same(series), series.astype("datetime64[us]"))
    assert same(polars.Series([moment])).dtype == polars.Datetime("us")
    zoned = pandas.Series([pandas.Timestamp(moment, tz="Europe/Vienna"), pandas.NaT])
    zoned = zoned.astype("datetime64[us, Europe/Vienna]")
    pandas.testing.assert_series_equal(functions["timestamp[us, Europe/Vienna]"](zoned), zoned)
    price = Decimal("1.5")
    prices = functions["decimal(38,10)"](polars.Series([price, None]))
    assert prices.to_list() == [price, None]
    assert functions["decimal(38,10)"](pandas.Series([price, None])).tolist() == [price, None]
    assert functions["decimal(38,10)"](price) == price


def test_sql_takes_and_gives_them() -> None:
    session = arrowsmith.Database.in_memory().session()

    @session.add_function
    def later(day: dt.date, days: int) -> dt.date:
        return day + dt.timedelta(days=days)

    @session.add_function
    def hours(start: dt.datetime, end: dt.datetime) -> float:
        return (end - start).total_seconds() / 3600

    row = session.sql("SELECT later(DATE '2024-02-28', 2) AS d").rows()
    assert row == [(dt.date(2024, 3, 1),)]
    row = session.sql(
        "SELECT hours(TIMESTAMP '2024-03-01 01:30:00', $1) AS h",
        params=[dt.datetime(2024, 3, 1, 4)],
    ).rows()
    assert row == [(2.5,)]


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 1, 2, 3, 4),
        dt.datetime(2024, 2, 29, tzinfo=UTC),
        Decimal("12.50"),
        Decimal("1E+3"),
        Decimal("9" * 50),
    ],
)
def test_parameters_come_back(value: object) -> None:
    session = arrowsmith.Database.in_memory().session()
    assert session.sql("SELECT $1 AS x", params=[value]).rows() == [(value,)]


def test_nanoseconds_that_no_datetime_has_are_an_error() -> None:
    session = arrowsmith.Database.in_memory().session()

    @session.add_function
    def year(t: dt.datetime) -> int:
        return t.year

    query = "SELECT year(arrow_cast(x, 'Timestamp(Nanosecond, None)')) FROM (VALUES (0), (1)) t(x)"
    with pytest.raises(arrowsmith.ConversionError, match=r"row 1: argument \"t\" does not fit"):
        session.sql(query).rows()
    with pytest.raises(arrowsmith.ConversionError, match="a datetime has no nanoseconds"):
        session.sql("SELECT arrow_cast(1, 'Timestamp(Nanosecond, None)') AS x").rows()


def test_the_decimal_context_is_not_asked(functions: dict[str, arrowsmith.Function]) -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        assert functions["decimal(38,10)"]([Decimal("1234567.89")]) == [Decimal("1234567.89")]
