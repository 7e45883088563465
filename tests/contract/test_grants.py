"""A grant is the loader's yes. What is missing is left out, listed, and denied by name."""

import pytest

import arrowsmith

TEXT = """
@db.scalar_fn
def f(x: int) -> int:
    return x

@db.aggregate_fn("total", args=["int"], returns="int")
class Total:
    def __init__(self):
        self.value = 0

    def add(self, x):
        self.value += x

    def merge(self, other):
        self.value += other.value

    def result(self):
        return self.value
"""


def test_none_means_all(host):
    outcome = host.load(TEXT, grants=None)
    assert outcome["denied_capabilities"] == []
    assert host.plugins()["p"]["grants"] == ["ScalarFn", "AggregateFn", "Procedure", "WindowFn"]


def test_a_missing_one_registers_the_rest(host):
    with pytest.warns(arrowsmith.GrantWarning, match="AggregateFn"):
        outcome = host.load(TEXT, grants=["ScalarFn"])
    assert outcome["scalars_registered"] == ["f"]
    assert outcome["aggregates_registered"] == []
    assert outcome["denied_capabilities"] == ["AggregateFn"]
    assert host.value("p.f(1)") == 1
    with pytest.raises(
        arrowsmith.CapabilityError, match=r"p\.total is denied: the grant AggregateFn"
    ):
        host.sql("SELECT p.total(1)")


def test_strict_makes_an_error_of_it(host):
    with pytest.raises(arrowsmith.CapabilityError, match="AggregateFn"):
        host.load(TEXT, grants=["ScalarFn"], strict=True)
    assert host.plugins() == {}


@pytest.mark.parametrize("grant", ["scalar_fn", "ScalarFn", "SCALARFN", "scalarfn"])
def test_case_and_underscores_do_not_matter(host, grant):
    assert host.load(TEXT, grants=[grant, "aggregate_fn"])["denied_capabilities"] == []


def test_an_unknown_one_is_an_error_with_the_list(host):
    with pytest.raises(
        arrowsmith.CapabilityError, match="ScalarFn, AggregateFn, Procedure, WindowFn"
    ):
        host.load(TEXT, grants=["Files"])
    assert host.plugins() == {}
