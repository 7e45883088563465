"""What the differ tells apart, and what it takes for the same."""

import math
import sys

import pyarrow as pa
import pytest

from tests.native.differ import Answer, Pair, differing_rows
from tests.native.inputs import Parameter, columns

PARAMETERS = [Parameter("a", "int")]
# The last row raises, when the interpreter has seen the others.
ROWS = columns(PARAMETERS, [[1]] * 40 + [[0]])
UNBOUND = """
@db.scalar_fn(tier="{tier}")
def f(a: int) -> int:
    if a > 0:
        x = a
    y = a
    z = x
    return y + z
"""


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="CPython 3.11 joins these two lines")
def test_lines_that_only_warm_code_gives_are_no_difference():
    with Pair(UNBOUND) as pair:
        assert pair.tier("f") == "native"
        answers = [tier.call("p.f", ROWS) for tier in (pair.native, pair.inline)]
        assert differing_rows(*answers) == [None], "there is nothing to tell apart any more"
    with Pair(UNBOUND) as pair:
        assert pair.compare("f", ROWS) == []
        assert pair.failures == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    y = a", "\n    y = a"),
        ("    z = x", "    z = int(str(x if a > 0 else 'none'))"),
    ],
    ids=["a line", "an exception"],
)
def test_other_lines_differ_however_cold(old, new):
    def mutate(text):
        return text.replace(old, new)

    with Pair(UNBOUND, mutate=mutate, tiers=("inline", "inline")) as pair:
        [difference] = pair.compare("f", ROWS)
        assert difference.row is None
        assert difference.native != difference.inline


LISTS = [[1.0, -0.0], [], None, [math.nan], [2.0], [1.0, None], [1.0, 2.0]]


def answered(rows):
    return Answer(pa.array(rows, pa.list_(pa.float64())), {}, None)


@pytest.mark.parametrize(
    ("row", "other"),
    [(0, [1.0, 0.0]), (0, [1.0]), (1, None), (2, []), (3, [1.0]), (4, [2.0, 0.0]), (5, [1.0, 0.0])],
)
def test_lists_that_differ_are_told_by_their_rows(row, other):
    changed = [*LISTS[:row], other, *LISTS[row + 1 :]]
    assert differing_rows(answered(LISTS), answered(changed)) == [row]


def test_lists_are_the_same_wherever_they_are():
    parts = pa.concat_arrays([answered([[5.0]]).values, answered(LISTS).values])[1:]
    nan = [[-math.nan] if row == [LISTS[3][0]] else row for row in LISTS]
    assert differing_rows(answered(nan), Answer(parts, {}, None)) == []
