"""What is declared of repeated calls is what the engine makes of them."""

import pytest

import arrowsmith

COUNTED = """
CALLS = []

@db.scalar_fn(determinism="{0}")
def f(x: int) -> int:
    CALLS.append(x)
    return x

@db.scalar_fn(determinism="{0}")
def nothing() -> int:
    CALLS.append(None)
    return len(CALLS)

@db.scalar_fn(determinism="nondeterministic")
def calls() -> int:
    return len(CALLS)
"""


@pytest.mark.parametrize("determinism", ["auto", "pure", "session", "nondeterministic"])
def test_planning_runs_no_plugin_code(host, determinism):
    host.load(COUNTED.format(determinism))
    planned = host.plan("SELECT p.f(1), p.nothing() FROM generate_series(1, 3)")
    host.sql("EXPLAIN SELECT p.f(1), p.nothing()")
    assert host.value("p.calls()") == 0
    host.run(planned)
    assert host.value("p.calls()") > 0


def test_a_pure_call_of_constants_is_made_once(host):
    host.load(COUNTED.format("pure"))
    host.sql("SELECT p.f(1) FROM generate_series(1, 50)")
    assert host.value("p.calls()") == 1


@pytest.mark.parametrize("determinism", ["auto", "nondeterministic"])
def test_nothing_else_is_folded_or_shared(host, determinism):
    host.load(COUNTED.format(determinism))
    host.sql("SELECT p.f(1) AS a, p.f(1) AS b FROM generate_series(1, 50)")
    assert host.value("p.calls()") == 100


def test_without_arguments_each_row_is_a_call_unless_pure(host):
    host.load(COUNTED.format("auto"))
    assert sorted(host.values("SELECT p.nothing() FROM generate_series(1, 5)")) == [1, 2, 3, 4, 5]
    host.load(COUNTED.format("pure"))
    assert host.values("SELECT p.nothing() FROM generate_series(1, 5)") == [1] * 5


def test_another_value_is_an_error(host):
    with pytest.raises(arrowsmith.PluginLoadError, match="auto, pure, session, nondeterministic"):
        host.load(COUNTED.format("often"))
