"""Window functions: a state that walks over ordered rows, one value for each."""

import pytest

import arrowsmith

STEP = """
db.window_fn("running", args=["int"], returns="int")({
    "init": lambda: 0,
    "step": lambda state, x: (state + x, state + x),
})
"""

CLASS = """
@db.window_fn("running", args=["int"], returns="int")
class Running:
    def init(self):
        return 0

    def step(self, state, x):
        return state + x, state + x
"""

GENERATOR = """
@db.window_fn("running", args=["int"], returns="int")
def running(rows):
    total = 0
    for x in rows:
        total += x
        yield total
"""

VECTORIZED = """
import numpy as np

@db.window_fn("running", args=["int"], returns="int", vectorized="numpy")
def running(x):
    return np.cumsum(x)
"""


@pytest.fixture(
    params=[STEP, CLASS, GENERATOR, VECTORIZED], ids=["step", "class", "generator", "numpy"]
)
def running(request, host):
    host.load(request.param)
    host.register("t", k=["a", "b", "a", "b", "a"], n=[1, 2, 3, 4, 5], x=[10, 1, None, 2, 30])
    return host


def test_the_state_starts_anew_with_each_partition(running):
    query = "SELECT k, n, p.running(x) OVER (PARTITION BY k ORDER BY n) FROM t ORDER BY k, n"
    assert running.sql(query) == [
        ("a", 1, 10), ("a", 3, None), ("a", 5, 40), ("b", 2, 1), ("b", 4, 3),
    ]  # fmt: skip


def test_without_partitions_it_walks_over_everything(running):
    query = "SELECT n, p.running(n) OVER (ORDER BY n DESC) FROM t ORDER BY n DESC"
    assert running.sql(query) == [(5, 5), (4, 9), (3, 12), (2, 14), (1, 15)]


def test_named_windows_and_outer_filters(running):
    query = """
        SELECT n, r FROM (SELECT n, p.running(n) OVER w AS r FROM t WINDOW w AS (ORDER BY n))
        WHERE r > 5 ORDER BY n"""
    assert running.sql(query) == [(3, 6), (4, 10), (5, 15)]


def test_no_rows_give_no_rows(running):
    assert running.sql("SELECT p.running(x) OVER (ORDER BY n) FROM t WHERE n > 100") == []


def test_many_rows(running):
    walk = "SELECT p.running(value) OVER (ORDER BY value) AS r FROM generate_series(1, 100000)"
    assert running.values(f"SELECT max(r) FROM ({walk})") == [5_000_050_000]


def test_a_call_on_arrays_is_one_partition(running):
    assert list(running.call("p.running", [1, 2, 3])) == [1, 3, 6]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("p.running(x)", "OVER"),
        ("p.running(x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", "frame"),
        (
            "p.running(x) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)",
            "frame",
        ),
        ("p.running(k) OVER (ORDER BY n)", r"p\.running"),
        ("p.running(x, x) OVER (ORDER BY n)", r"p\.running"),
    ],
)
def test_what_can_t_be_right_is_told_when_it_is_planned(running, call, message):
    with pytest.raises(arrowsmith.PlanError, match=message):
        running.plan(f"SELECT {call} FROM t")


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ("'init': lambda: 1 / 0, 'step': lambda state, x: (state, x)", ZeroDivisionError),
        ("'init': int, 'step': lambda state, x: 1 / 0", ZeroDivisionError),
        ("'init': int, 'step': lambda state, x: x", arrowsmith.ConversionError),
        ("'init': int, 'step': lambda state, x: (state, 'text')", arrowsmith.ConversionError),
    ],
)
def test_what_goes_wrong_names_the_function(host, parts, error):
    host.load(f"db.window_fn('f', args=['int'], returns='int')({{{parts}}})")
    with pytest.raises(error) as caught:
        host.sql("SELECT p.f(value) OVER (ORDER BY value) FROM generate_series(1, 3)")
    assert "p.f" in str(caught.value) + "".join(getattr(caught.value, "__notes__", []))
    assert host.value("1 + 1") == 2


@pytest.mark.parametrize(
    "body", ["yield from []", "for x in rows:\n        yield x\n        yield x"]
)
def test_a_generator_gives_one_value_for_each_row(host, body):
    host.load(f"@db.window_fn('f', args=['int'], returns='int')\ndef f(rows):\n    {body}")
    with pytest.raises(arrowsmith.ArrowsmithError, match=r"p\.f"):
        host.sql("SELECT p.f(value) OVER (ORDER BY value) FROM generate_series(1, 3)")
