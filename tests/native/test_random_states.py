"""Aggregates and windows give the same in both tiers, after each batch and in any frame."""

from dataclasses import replace
from random import Random

import pytest

from tests.native.differ import Failure, Pair
from tests.native.random_states import aggregate, window
from tests.native.state_differ import answer, differences, queries, table

ROWS = 200
PARTS = 6
PROGRAMS = 10
INTERPRETED = ("inline", "inline")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", [aggregate, window], ids=["aggregate", "window"])
def test_random_states_give_the_same(kind, part):
    for seed in range(part * PROGRAMS, (part + 1) * PROGRAMS):
        assert differences(kind(seed), ROWS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("s0 = (", "s0 = 1 + ("), ("s0 + ia", "s0 - ia"), ("value = ", "value = 1 - "),
     ("def merge(self, other):", "def merge(self, other):\n        return"),
     ("def retract(self, ", "def retract(self, *_):\n        return\n    def retracted(self, ")],
    ids=["a part", "a sign", "a value", "a merge", "a retract"],
)  # fmt: skip
def test_mistakes_in_states_are_found(old, new):
    programs = [kind(seed) for seed in range(150) for kind in (aggregate, window)]
    touched = [one for one in programs if old in one.text][:25]
    assert touched

    def plant(text):
        return text.replace(old, new)

    assert any(differences(one, 60, mutate=plant, tiers=INTERPRETED) for one in touched)


def test_mistakes_that_only_states_show_are_found():
    def plant(text):
        return text.replace("s0 = (", "s0 = 1 + (")

    def found(one):
        return bool(differences(one, 60, mutate=plant, tiers=INTERPRETED))

    touched = [one for one in map(aggregate, range(60)) if "s0 = (" in one.text]
    hidden = [one for one in touched if not found(replace(one, watchers=()))]
    assert any(map(found, hidden))


def test_most_random_states_give_values():
    failed, asked, values = 0, 0, set()
    for seed in range(40):
        for one in (aggregate(seed), window(seed)):
            with Pair(one.text, tiers=INTERPRETED) as pair:
                given = table(Random(seed), one, 100)
                for query in queries(one, 100, threads=1):
                    asked += 1
                    found = answer(pair.inline, query, given)
                    if isinstance(found, Failure):
                        failed += 1
                    else:
                        values.update(found.to_pylist())
    assert failed / asked < 0.4, (failed, asked)
    assert len(values) > 500


def test_most_random_states_are_compiled():
    tiers = []
    for seed in range(40):
        for one in (aggregate(seed), window(seed)):
            with Pair(one.text) as pair:
                tiers.append(pair.tier(one.name))
    assert tiers.count("native") > 0.7 * len(tiers)
