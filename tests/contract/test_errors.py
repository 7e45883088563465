"""A plugin's exception arrives as itself; everything else is one of ours."""

import pytest

import arrowsmith

RAISES = """
db.set_version("1.2.3")

class Odd(Exception):
    pass

@db.scalar_fn
def f(x: int) -> int:
    if x == 2:
        {0}
    return x
"""


@pytest.fixture
def table(host):
    host.register("t", x=[0, 1, 2])
    return host


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("raise Odd('no')", "Odd"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise KeyError('k')", "KeyError"),
        ("raise MemoryError", "MemoryError"),
        ("f(2)", "RecursionError"),
    ],
)
def test_an_exception_keeps_its_type_and_gets_a_note(table, statement, name):
    table.load(RAISES.format(statement))
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its class is made by the plugin
        table.sql("SELECT p.f(x) FROM t")
    assert type(caught.value).__name__ == name
    assert caught.value.__traceback__.tb_next is not None
    [note] = caught.value.__notes__
    assert "p.f (version 1.2.3)" in note
    assert "row 2" in note
    assert "arguments (2)" in note
    assert table.value("1 + 1") == 2


@pytest.mark.parametrize("statement", ["raise SystemExit(3)", "raise StopIteration", "exit()"])
def test_what_would_end_the_caller_fails_the_query_only(table, statement):
    table.load(RAISES.format(statement))
    with pytest.raises(arrowsmith.ExecutionError) as caught:
        table.sql("SELECT p.f(x) FROM t")
    assert type(caught.value.__cause__).__name__ in ("SystemExit", "StopIteration")
    assert table.value("p.f(1)") == 1


@pytest.mark.parametrize(
    ("ours", "builtin"),
    [
        ("PlanError", ValueError),
        ("PluginLoadError", ImportError),
        ("CapabilityError", PermissionError),
        ("ConversionError", TypeError),
        ("FunctionTimeout", TimeoutError),
        ("QueryTimeout", TimeoutError),
        ("FileError", OSError),
        ("ResourcesExhausted", MemoryError),
    ],
)
def test_ours_are_also_what_one_would_catch(ours, builtin):
    error = getattr(arrowsmith, ours)
    assert issubclass(error, arrowsmith.ArrowsmithError)
    assert issubclass(error, builtin)


def test_on_error_null_makes_the_row_null(table):
    table.load(RAISES.format("1 / 0").replace("scalar_fn", "scalar_fn(on_error='null')"))
    assert table.values("SELECT p.f(x) FROM t") == [0, 1, None]


def test_on_error_collect_keeps_the_error_too(table):
    table.load(RAISES.format("1 / 0").replace("scalar_fn", "scalar_fn(on_error='collect')"))
    assert table.values("SELECT p.f(x) FROM t") == [0, 1, None]
    query = "SELECT function, row, arguments, type, message FROM arrowsmith.errors"
    assert table.sql(query) == [("p.f", 2, "(2)", "ZeroDivisionError", "division by zero")]


def test_on_error_never_catches_what_ends_a_process(table):
    table.load(RAISES.format("raise SystemExit").replace("scalar_fn", "scalar_fn(on_error='null')"))
    with pytest.raises(arrowsmith.ExecutionError):
        table.sql("SELECT p.f(x) FROM t")
