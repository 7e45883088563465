"""Each parameter has one policy for NULL: the function sees None, or isn't called."""

import pytest

ROWS = {"x": [1, None, 3], "y": [None, 5, 6]}


@pytest.mark.parametrize(
    ("plugin", "policy", "rows"),
    [
        ("@db.scalar_fn\ndef f(x: int) -> str: return repr(x)", "skip", ["1", None, "3"]),
        ("@db.scalar_fn\ndef f(x: int | None) -> str: return repr(x)", "pass", ["1", "None", "3"]),
        (
            "@db.scalar_fn\ndef f(x: int) -> str: return 'no' if x is None else repr(x)",
            "pass",
            ["1", "no", "3"],
        ),
        (
            "@db.scalar_fn(nulls='pass')\ndef f(x: int) -> str: return repr(x)",
            "pass",
            ["1", "None", "3"],
        ),
        (
            "@db.scalar_fn(nulls='skip')\ndef f(x: int | None) -> str: return repr(x)",
            "skip",
            ["1", None, "3"],
        ),
    ],
)
def test_the_policy_that_is_declared_or_seen_in_the_source(host, plugin, policy, rows):
    host.load(plugin)
    host.register("t", **ROWS)
    assert host.functions()["p.f"]["nulls"] == policy
    assert host.values("SELECT p.f(x) FROM t") == rows


def test_each_parameter_has_its_own(host):
    host.load("@db.scalar_fn(nulls={'y': 'pass'})\ndef f(x: int, y: int) -> str: return f'{x} {y}'")
    host.register("t", **ROWS)
    assert host.values("SELECT p.f(x, y) FROM t") == ["1 None", None, "3 6"]
    assert host.functions()["p.f"]["nulls"] == "x: skip, y: pass"


def test_a_hint_at_none_warns_with_its_line(host):
    with pytest.warns(UserWarning, match="nulls=") as warned:
        host.load("@db.scalar_fn\ndef f(x: int) -> int:\n    return x or 0")
    assert warned[0].lineno == 3


@pytest.mark.parametrize("form", ["numpy", "arrow"])
def test_vectorized_functions_have_the_same_policies(host, form):
    host.load(
        f"@db.scalar_fn(args=['int'], returns='int', vectorized='{form}')\ndef f(x): return x"
    )
    host.register("t", **ROWS)
    assert host.values("SELECT p.f(x) FROM t") == [1, None, 3]
