"""Arrays of any form as one list: compiled functions give what Python gives for the items."""

import math

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis.extra import numpy as arrays

import arrowsmith


def faded(values: list[float]) -> list[float]:
    previous = 0.0
    out = []
    for value in values:
        previous = 0.75 * previous + 0.25 * value
        out.append(previous)
    return out


def differences(values: list[float]) -> list[float]:
    out = []
    for i in range(1, len(values)):
        out.append(values[i] - values[i - 1])  # noqa: PERF401 - what is compiled
    return out


def copied(values: list[float]) -> list[float]:
    return values


def summed(values: list[float]) -> float:
    total = -0.0
    for value in values:
        total += value
    return total


def highest(values: list[float]) -> float:
    return max(values) if values else -1.0


def running(values: list[int]) -> list[int]:
    total = 0
    out = []
    for value in values:
        total = (total * 31 + value) % 1000003
        out.append(total)
    return out


def least(values: list[int]) -> int:
    return min(values) ^ values[-1] if values else 0


OF_FLOATS = [faded, differences, copied, summed, highest]
OF_INTS = [running, least]
COMPILED = {one: arrowsmith.compile(one, tier="native") for one in [*OF_FLOATS, *OF_INTS]}
SIZES = st.integers(0, 40) | st.integers(0, 2000)
FLOAT_TYPES = [">f8", "<f8", ">f4", "<f4"]
INT_TYPES = ["<i8", ">i8", "<i4", "<i2", "i1", "u1", "<u2", "<u4", ">u4"]


def drawn(types):
    return st.sampled_from(types).flatmap(lambda dtype: arrays.arrays(dtype, SIZES))


@st.composite
def forms(draw, types):
    """Give an array of any form: a part, each nth item, backwards, a column, read-only."""
    array = draw(drawn(types))
    match draw(st.sampled_from(["whole", "part", "strided", "backwards", "column", "shared"])):
        case "part":
            array = array[draw(st.integers(0, 9)) : len(array) - draw(st.integers(0, 9))]
        case "strided":
            array = array[:: draw(st.integers(2, 5))]
        case "backwards":
            array = array[::-1]
        case "column":
            array = np.stack([array, array], axis=1)[:, 1]
        case "shared":
            # At an address that is no multiple of an item's size.
            raw = np.frombuffer(b"x" + array.tobytes(), "u1")[1:]
            array = raw.view(array.dtype) if len(array) else array
    if draw(st.booleans()):
        array = array.view()
        array.flags.writeable = False
    return array


def same(answer, wanted) -> bool:
    if isinstance(wanted, float):
        return np.float64(answer).tobytes() == np.float64(wanted).tobytes() or (
            math.isnan(answer) and math.isnan(wanted)
        )
    if not isinstance(wanted, list):
        return answer == wanted
    assert isinstance(answer, np.ndarray)
    assert answer.dtype in (np.float64, np.int64)
    expected = np.array(wanted, answer.dtype)
    if len(answer) != len(expected):
        return False
    if answer.dtype == np.int64:
        return bool(np.all(answer == expected))
    nan = np.isnan(expected)
    return bool(
        np.all(np.isnan(answer) == nan)
        and np.all(answer[~nan].view(np.int64) == expected[~nan].view(np.int64))
    )


def check(function, array):
    before = array.tobytes()
    answer = COMPILED[function](array)
    assert same(answer, function(array.tolist())), (function.__name__, array)
    assert array.tobytes() == before
    if isinstance(answer, np.ndarray):
        assert not np.shares_memory(answer, array) or not answer.flags.writeable


@pytest.mark.parametrize("function", OF_FLOATS)
@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(array=forms(FLOAT_TYPES))
def test_floats_of_any_array(function, array):
    check(function, array)


@pytest.mark.parametrize("function", OF_INTS)
@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(array=forms(INT_TYPES))
def test_ints_of_any_array(function, array):
    check(function, array)


@pytest.mark.parametrize("function", [summed, faded])
@hypothesis.settings(deadline=None, max_examples=30)
@hypothesis.given(array=drawn(["<i4", "<i2", "u1"]))
def test_ints_that_are_floats(function, array):
    answer = COMPILED[function](array)
    assert same(answer, function([float(item) for item in array.tolist()]))


@pytest.mark.parametrize("tier", ["native", "inline"])
@pytest.mark.parametrize(
    "array",
    [
        np.array([2**53 + 1]),
        np.array([2**70 + 1], object),
        np.array([1], np.longdouble) / 3,
        np.array([1j]),
        np.zeros((2, 2)),
        np.array(["a"]),
        np.array(["2020-01-01"], "M8[D]"),
    ],
    ids=lambda array: str(array.dtype),
)
def test_what_is_no_float_is_an_error(tier, array):
    with pytest.raises(arrowsmith.ConversionError, match="does not fit float"):
        arrowsmith.compile(copied, tier=tier)(array)


@pytest.mark.parametrize("tier", ["native", "inline"])
@pytest.mark.parametrize("array", [np.array([2**63], "u8"), np.array([1.0]), np.array([1.5], "f4")])
def test_what_is_no_int_is_an_error(tier, array):
    with pytest.raises(arrowsmith.ConversionError, match="does not fit int"):
        arrowsmith.compile(running, tier=tier)(array)


def test_all_functions_are_compiled():
    assert {one.tier for one in COMPILED.values()} == {"native"}
