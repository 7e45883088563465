"""Loading says what it did, and does everything or nothing."""

import pytest

import arrowsmith

GOOD = """
db.set_plugin_id("ai.calc")
db.set_version("1.2.3")

@db.scalar_fn
def first(x: int) -> int:
    return x

@db.scalar_fn
def second(x: int) -> int:
    return x
"""


def test_the_outcome(host):
    assert host.load(GOOD) == {
        "plugin_id": "ai.calc",
        "version": "1.2.3",
        "scalars_registered": ["first", "second"],
        "aggregates_registered": [],
        "procedures_registered": [],
        "windows_registered": [],
        "denied_capabilities": [],
    }


@pytest.mark.parametrize(
    "bad",
    [
        "1 / 0",
        "raise SystemExit",
        "def f(:",
        "@db.scalar_fn\ndef third(x: nope) -> int: return x",
        "@db.scalar_fn\ndef third(x) -> int: return x",
        "@db.scalar_fn\ndef first(x: int) -> int: return x",
        "@db.scalar_fn(determinism='often')\ndef third(x: int) -> int: return x",
    ],
)
def test_a_plugin_is_loaded_as_a_whole_or_not_at_all(host, bad):
    with pytest.raises(arrowsmith.PluginLoadError) as caught:
        host.load(GOOD + bad)
    assert host.plugins() == {}
    assert host.functions() == {}
    assert caught.value.file == "p"
    assert caught.value.line > GOOD.count("\n")


def test_a_failed_load_leaves_the_version_that_is_there(host):
    host.load(GOOD)
    with pytest.raises(arrowsmith.PluginLoadError):
        host.load(GOOD.replace("1.2.3", "2.0.0") + "1 / 0")
    assert host.plugins()["ai.calc"]["version"] == "1.2.3"
    assert host.value("calc.first(1)") == 1
