"""What the differ tells apart, and what it takes for the same."""

import sys

import pytest

from tests.native.differ import Pair, differing_rows
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
