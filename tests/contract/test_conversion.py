"""Conversion is strict and lossless."""

import math

import pytest

import arrowsmith

GIVES = """
@db.scalar_fn("f", args=["int"], returns="{0}")
def f(x):
    return {1}
"""


@pytest.mark.parametrize(
    ("declared", "returned"),
    [
        ("int", "2.5"),
        ("int", "'2'"),
        ("int", "2 ** 63"),
        ("bool", "1"),
        ("float", "'1.5'"),
        ("float", "2 ** 53 + 1"),
        ("str", "5"),
        ("str", "b'text'"),
    ],
)
def test_what_does_not_fit_is_an_error_that_names_function_row_and_value(host, declared, returned):
    host.load(GIVES.format(declared, f"{returned} if x == 2 else None"))
    host.register("t", x=[0, 1, 2])
    with pytest.raises(arrowsmith.ConversionError) as caught:
        host.sql("SELECT p.f(x) FROM t")
    message = str(caught.value)
    assert message.startswith("p.f: row 2")
    assert str(eval(returned))[:10] in message  # noqa: S307 - a literal
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("declared", "returned", "value"),
    [("float", "2", 2.0), ("int", "True", 1), ("float", "True", 1.0), ("int", "None", None)],
)
def test_what_fits_exactly_is_taken(host, declared, returned, value):
    host.load(GIVES.format(declared, returned))
    assert host.value("p.f(0)") == value


def test_nan_stays_nan(host):
    host.load("@db.scalar_fn\ndef f(x: float) -> float: return x")
    host.register("t", x=[math.nan, None])
    first, second = host.values("SELECT p.f(x) FROM t")
    assert math.isnan(first)
    assert second is None


def test_arguments_widen_and_never_lose(host):
    host.load("@db.scalar_fn\ndef f(x: float) -> float: return x")
    assert host.value("p.f(7)") == 7.0
    assert host.value("p.f(arrow_cast(7, 'Int8'))") == 7.0
    host.register("t", x=[2**53 + 1])
    with pytest.raises(arrowsmith.ConversionError, match="9007199254740993"):
        host.sql("SELECT p.f(x) FROM t")


@pytest.mark.parametrize("literal", ["5", "1.5", "true"])
def test_nothing_becomes_a_string_by_itself(host, literal):
    host.load("@db.scalar_fn\ndef f(x: str) -> str: return x")
    with pytest.raises(arrowsmith.PlanError, match=r"p\.f"):
        host.sql(f"SELECT p.f({literal})")


@pytest.mark.parametrize("layout", ["Utf8", "LargeUtf8", "Utf8View", "Dictionary(Int32, Utf8)"])
def test_every_layout_of_strings_is_a_string(host, layout):
    host.load("@db.scalar_fn\ndef f(x: str) -> str: return x + '!'")
    assert host.value(f"p.f(arrow_cast('hey', '{layout}'))") == "hey!"
