"""Types have several names, and each has one natural Python value."""

import pytest

import arrowsmith

SAME = """
@db.scalar_fn("same", args=["{0}"], returns="{0}")
def same(x):
    return x

@db.scalar_fn("kind", args=["{0}"], returns="str")
def kind(x):
    return type(x).__name__
"""


@pytest.mark.parametrize(
    ("names", "literal", "kind", "value"),
    [
        (["float", "float64", "double"], "1.5", "float", 1.5),
        (["int", "int64", "long"], "7", "int", 7),
        (["string", "str", "utf8"], "'hey'", "str", "hey"),
        (["bool", "boolean"], "true", "bool", True),
    ],
)
def test_the_basic_types_under_each_of_their_names(host, names, literal, kind, value):
    for name in names:
        for spelled in (name, name.upper(), f"  {name} "):
            host.load(SAME.format(spelled))
            assert host.value(f"p.same({literal})") == value
            assert host.value(f"p.kind({literal})") == kind


@pytest.mark.parametrize("name", ["Int8", "Int16", "Int32", "UInt8", "UInt16", "UInt32", "UInt64"])
def test_integers_of_any_width(host, name):
    host.load(SAME.format(name.lower()))
    assert host.value(f"p.same(arrow_cast(100, '{name}'))") == 100
    assert host.value(f"p.kind(arrow_cast(100, '{name}'))") == "int"


def test_annotations_mean_the_same_types(host):
    host.load(
        "@db.scalar_fn\ndef f(a: float, b: int, c: str, d: bool) -> str: return f'{a}{b}{c}{d}'"
    )
    assert (
        host.functions()["p.f"]["signature"] == "(a: float, b: int, c: string, d: bool) -> string"
    )
    assert host.value("p.f(1.5, 2, 'x', true)") == "1.52xTrue"


@pytest.mark.parametrize("nullable", ["float?", "float | None"])
def test_a_nullable_type_says_so_at_its_end(host, nullable):
    host.load(SAME.format(nullable).replace("return x", "return 0.0 if x != x or not x else x"))
    assert host.functions()["p.same"]["signature"].startswith("(x: float?)")


@pytest.mark.parametrize("unknown", ["flaot", "list", "decimal(99,2)", ""])
def test_an_unknown_type_is_told_at_load(host, unknown):
    with pytest.raises(arrowsmith.PluginLoadError, match="parameter x of same"):
        host.load(SAME.format(unknown))
    assert host.plugins() == {}
