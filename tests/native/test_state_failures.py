"""States that leave compiled code: too long for 64 bits, or an exception on the way."""

import pyarrow as pa
import pytest

from tests.native.differ import Failure
from tests.native.state_texts import AGGREGATES, ALL
from tests.native.states import CALLS, QUERIES, Sessions, numbers, query_of


def test_sums_that_outgrow_64_bits_and_come_back():
    ns = [2**22, 2**22, 5, -(2**23), 1, 2, 3] * 50
    table = pa.table({"id": range(len(ns)), "k": [i % 3 for i in range(len(ns))], "n": ns})
    with Sessions(ALL, t=table) as sessions:
        for query in ("all rows", "groups", "a sliding frame", "a growing frame"):
            sessions.same(query_of(QUERIES[query], CALLS["whole"]))
        assert sessions.described("side_exits")["p.whole"] > 0
        for over in ("ORDER BY id", "PARTITION BY k ORDER BY id"):
            sessions.same(f"SELECT id, p.powers(n % 9) OVER ({over}) FROM t ORDER BY id")
        assert sessions.described("side_exits")["p.powers"] > 0


def test_a_state_may_take_its_time_beyond_64_bits():
    """Groups stay with the interpreter for some batches, others never leave."""
    rows = 40_000
    ns = [0 if row % 9_001 == 0 else 1 + row % 3 if row % 16 else 5 for row in range(rows)]
    table = pa.table({"id": range(rows), "k": [row % 16 for row in range(rows)], "n": ns})
    with Sessions(AGGREGATES["product"], t=table) as sessions:
        sessions.same("SELECT k, p.product(n) FROM t GROUP BY k ORDER BY k")
        sessions.same("SELECT k, p.product(n) FROM t WHERE id < 900 GROUP BY k ORDER BY k")
        sessions.same("SELECT p.product(n) FROM t")


@pytest.mark.parametrize("on_error", ["raise", "null", "collect"])
def test_rows_that_raise_in_the_middle(on_error):
    rows = 5_000
    ns = [13 if row == 4321 else 7 if row == 2222 else 9 + row % 5 * 2 for row in range(rows)]
    table = pa.table({"id": range(rows), "k": [row % 7 for row in range(rows)], "n": ns})
    options = f'on_error="{on_error}"'
    with Sessions(ALL, options=options, t=table) as sessions:
        for query in ("all rows", "groups", "many groups", "a growing frame", "an order"):
            sessions.same(query_of(QUERIES[query], CALLS["picky"]))
        query = "SELECT id, p.careful(n) OVER (PARTITION BY k ORDER BY id) FROM t ORDER BY id"
        careful = sessions.same(query)
        native, _ = sessions.both("SELECT p.picky(n) FROM t WHERE id > 2222")
        answer, errors = native
        if on_error == "raise":
            assert isinstance(careful, Failure)
            assert (answer.type, answer.message) == ("ValueError", "thirteen")
            assert "row 2098 of its batch" in str(answer.notes) or "(13)" in str(answer.notes)
            assert answer.lines[-1][0] == "add"
        elif on_error == "null":
            assert (answer, errors) == ([(None,)], [])
        else:
            assert answer == [(None,)]
            assert [row[-2:] for row in errors] == [("ValueError", "thirteen")]


@pytest.mark.parametrize("on_error", ["raise", "null", "collect"])
def test_answers_that_raise(on_error):
    # 840 // 35 is 24, and eleven of these are a multiple of 11.
    table = pa.table({"k": [row % 11 for row in range(66)], "n": [42] * 66})
    with Sessions(AGGREGATES["picky"], options=f'on_error="{on_error}"', t=table) as sessions:
        query = "SELECT p.picky(n) FROM t WHERE k < {} GROUP BY k % {} ORDER BY 1"
        answers = [sessions.same(query.format(k, m)) for k in (11, 5) for m in (1, 2, 11)]
        (native, _), (inline, _) = sessions.both(query.format(11, 1))
        # Notes show the state, which is another object in each tier.
        assert native == inline
    assert any(isinstance(answer, Failure) or (None,) in answer for answer in answers)


def test_a_call_that_gives_no_number_of_its_type():
    text = """
@db.aggregate_fn(args=["int"], returns="int", on_error="collect")
class odd:
    def __init__(self):
        self.sum = 0
    def add(self, n):
        self.sum += n
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return self.sum / 2 if self.sum % 5 == 0 else self.sum
"""
    with Sessions(text, t=numbers(1000)) as sessions:
        sessions.same("SELECT k, p.odd(n) FROM t GROUP BY k ORDER BY k")
        sessions.same("SELECT id, p.odd(n) OVER (ORDER BY id) FROM t ORDER BY id")
