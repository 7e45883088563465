"""What "the same answer" means: equal to the last bit, or within a stated tolerance."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Answer: TypeAlias = npt.NDArray[np.generic] | list[object] | int | float | str | bytes | None


class UnequalAnswersError(Exception):
    """Two cases of a bench answer differently, so timing them would compare different work."""


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may lie apart: `absolute + relative * |expected|`."""

    relative: float = 0.0
    absolute: float = 0.0

    def difference(self, found: Answer, expected: Answer) -> str | None:
        """Return what differs, or None."""
        left, right = (
            np.asanyarray(found),
            np.asanyarray(expected),
        )  # "any" keeps a masked array's mask
        if (reason := _shape_difference(left, right)) is not None:
            return reason
        close = np.isclose(
            np.ma.getdata(left),
            np.ma.getdata(right),
            rtol=self.relative,
            atol=self.absolute,
            equal_nan=True,
        )
        return _first_difference(left, right, close & _same_mask(left, right))


@dataclass(frozen=True)
class Bitwise:
    """Equal to the last bit: `0.0` is not `-0.0`, an int is no float; a NaN is a NaN."""

    def difference(self, found: Answer, expected: Answer) -> str | None:
        """Return what differs, or None."""
        if isinstance(found, np.ndarray) and isinstance(expected, np.ndarray):
            return _array_difference(found, expected)
        if type(found) is not type(expected):
            return f"{type(found).__name__} instead of {type(expected).__name__}"
        if isinstance(found, list) and isinstance(expected, list):
            return _list_difference(found, expected)
        return None if _same_value(found, expected) else f"{found!r} instead of {expected!r}"


bitwise = Bitwise()


@dataclass(frozen=True)
class Check:
    """Case `name` must answer what case `expected` answers."""

    name: str
    expected: str
    by: Bitwise | Tolerance = bitwise

    def apply(self, answers: dict[str, Answer]) -> None:
        """Compare the two answers.

        Raises:
            UnequalAnswersError: They differ; the message names both cases and the first place.
        """
        reason = self.by.difference(answers[self.name], answers[self.expected])
        if reason is not None:
            message = f"{self.name!r} does not answer what {self.expected!r} answers: {reason}"
            raise UnequalAnswersError(message)


def _array_difference(
    found: npt.NDArray[np.generic], expected: npt.NDArray[np.generic]
) -> str | None:
    if found.dtype != expected.dtype:
        return f"{found.dtype} instead of {expected.dtype}"
    if found.dtype.hasobject:
        return _list_difference(found.tolist(), expected.tolist())
    if (reason := _shape_difference(found, expected)) is not None:
        return reason
    same = np.ma.getdata(found) == np.ma.getdata(expected)
    if found.dtype.kind in "fc":
        left, right = np.ma.getdata(found), np.ma.getdata(expected)
        signs = np.signbit(left.real) == np.signbit(right.real)
        if found.dtype.kind == "c":
            signs &= np.signbit(left.imag) == np.signbit(right.imag)
        same = (same & signs) | (np.isnan(left) & np.isnan(right))
    return _first_difference(found, expected, same & _same_mask(found, expected))


def _shape_difference(
    found: npt.NDArray[np.generic], expected: npt.NDArray[np.generic]
) -> str | None:
    return (
        None
        if found.shape == expected.shape
        else f"shape {found.shape} instead of {expected.shape}"
    )


def _same_mask(
    found: npt.NDArray[np.generic], expected: npt.NDArray[np.generic]
) -> npt.NDArray[np.bool_]:
    return np.asarray(np.ma.getmaskarray(found) == np.ma.getmaskarray(expected))


def _first_difference(
    found: npt.NDArray[np.generic], expected: npt.NDArray[np.generic], same: npt.NDArray[np.bool_]
) -> str | None:
    # What a masked (NULL) place holds is nobody's answer.
    same = same | (np.ma.getmaskarray(found) & np.ma.getmaskarray(expected))
    if same.all():
        return None
    places = np.argwhere(~same)
    first = tuple(int(index) for index in places[0])
    at = ", ".join(map(str, first))
    count = f"{len(places):,} of {same.size:,} differ"
    return f"{found[first]!r} instead of {expected[first]!r} at [{at}], {count}"


def _list_difference(found: list[object], expected: list[object]) -> str | None:
    if len(found) != len(expected):
        return f"{len(found):,} values instead of {len(expected):,}"
    for place, (left, right) in enumerate(zip(found, expected, strict=True)):
        if not _same_value(left, right):
            return f"{left!r} instead of {right!r} at [{place}]"
    return None


def _same_value(left: object, right: object) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and isinstance(right, float):
        # hex() writes every bit but a NaN's payload, and tells 0.0 from -0.0.
        return left.hex() == right.hex()
    return bool(left == right)
