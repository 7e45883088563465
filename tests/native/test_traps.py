"""The catalogue of traps: each function gives the same in both tiers, row by row."""

import pytest

from tests.native.differ import Pair
from tests.native.inputs import columns
from tests.native.traps import CATALOGUE

FUNCTIONS = {trap.name: f"t{i}" for i, trap in enumerate(CATALOGUE)}


def test_the_catalogue_is_long_and_names_are_unique():
    assert len(CATALOGUE) >= 150
    assert sum(trap.has_lists for trap in CATALOGUE) >= 100
    assert len(FUNCTIONS) == len(CATALOGUE)
    assert all(trap.all_rows for trap in CATALOGUE)


@pytest.mark.parametrize("trap", CATALOGUE, ids=lambda trap: trap.name.replace(" ", "_"))
def test_trap(trap):
    name = FUNCTIONS[trap.name]
    rows = [list(row) for row in trap.all_rows]
    with Pair(trap.text(name)) as pair:
        tier = pair.tier(name)
        differences = pair.compare(name, columns(trap.parameters, rows))
        for row in rows[:60]:
            differences += pair.compare(f"{name}_raises", columns(trap.parameters, [row]))
    assert not differences, "\n".join(map(str, differences[:5]))
    assert trap.by_library or (tier == "native") != trap.refused
