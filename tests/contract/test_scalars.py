"""Scalar functions: one value for each row."""

import pytest

import arrowsmith


def test_a_function(host):
    host.load("@db.scalar_fn\ndef add(a: int, b: int) -> int: return a + b")
    host.register("t", a=[1, 2], b=[10, None])
    assert host.values("SELECT p.add(a, b) FROM t") == [11, None]
    assert host.call("p.add", [1, 2], [10, 20]) == [11, 22]
    assert host.functions()["p.add"]["mode"] == "row"


def test_a_class_is_set_up_and_then_called(host):
    host.load("""
SET_UPS = []

@db.scalar_fn
class Plus:
    def __init__(self):
        SET_UPS.append(1)
        self.one = 1

    def __call__(self, x: int) -> int:
        return x + self.one

@db.scalar_fn
def set_ups() -> int:
    return len(SET_UPS)
""")
    assert sum(host.values("SELECT p.Plus(value) FROM generate_series(1, 1000)")) == 501_500
    assert 1 <= host.value("p.set_ups()") <= 3  # once a thread, not once a row


def test_no_arguments_any_number_of_them_and_defaults(host):
    host.load("""
@db.scalar_fn
def nothing() -> int:
    return 42

@db.scalar_fn("total", args=["float", ...], returns="float")
def total(*values):
    return float(sum(values))

@db.scalar_fn
def scaled(x: float, factor: float = 10.0) -> float:
    return x * factor
""")
    assert host.sql(
        "SELECT p.nothing(), p.total(), p.total(1, 2, 3), p.scaled(2), p.scaled(2, 3)"
    ) == [(42, 0.0, 6.0, 20.0, 6.0)]


@pytest.mark.parametrize("call", ["p.f()", "p.f(1, 2)", "p.f('x')", "p.f(DISTINCT 1)"])
def test_a_call_that_can_t_be_right_is_told_when_it_is_planned(host, call):
    host.load("@db.scalar_fn\ndef f(x: int) -> int: raise AssertionError")
    with pytest.raises(arrowsmith.PlanError, match=r"p\.f"):
        host.plan(f"SELECT {call}")
