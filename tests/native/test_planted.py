"""The differential tests themselves: mistakes that are planted on purpose are found."""

import ast
import functools
import itertools
import re

import pytest

from tests.native.differ import Pair
from tests.native.fuzz import run
from tests.native.generator import Program, program
from tests.native.inputs import columns
from tests.native.planted import MISTAKES
from tests.native.shrink import shrink
from tests.native.traps import CATALOGUE

PROGRAMS = 400
ROWS = 60
A_PLUGIN = 40
# Neither needs the compiler: the mistakes are in the text.
INTERPRETED = ("inline", "inline")


@functools.cache
def programs() -> list[tuple[int, Program, str]]:
    made = [(seed, program(seed)) for seed in range(PROGRAMS)]
    return [(seed, one, ast.unparse(ast.parse(one.text))) for seed, one in made]


def found_by_programs(mistake) -> int | None:
    """Give how many programs it took until one shows the mistake."""
    touched = [seed for seed, one, text in programs() if not mistake(one.text).endswith(text)]
    for done in range(0, len(touched), A_PLUGIN):
        summary = run(touched[done : done + A_PLUGIN], ROWS, mistake, 0.0, INTERPRETED)
        if summary.reports:
            return done + A_PLUGIN
    return None


def found_by_traps(mistake) -> str | None:
    """Give the first trap that shows the mistake."""
    for trap in CATALOGUE:
        text = ast.unparse(ast.parse(trap.text("f")))
        if mistake(trap.text("f")).endswith(text):
            continue
        rows = [list(row) for row in trap.all_rows]
        with Pair(trap.text("f"), mutate=mistake, tiers=INTERPRETED) as pair:
            if pair.compare("f", columns(trap.parameters, rows)):
                return trap.name
    return None


def test_there_are_mistakes_to_plant():
    assert len(MISTAKES) >= 20
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name.replace(" ", "_"))
def test_random_programs_find(mistake):
    assert found_by_programs(mistake) is not None


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name.replace(" ", "_"))
def test_the_catalogue_finds(mistake):
    assert found_by_traps(mistake) is not None


def test_without_a_mistake_nothing_is_found():
    summary = run(range(100), 40, ast_only, 0.0, INTERPRETED)
    assert summary.reports == []
    assert summary.rows == 100 * 40
    assert 0 < summary.failures < summary.rows / 3


def ast_only(text: str) -> str:
    return ast.unparse(ast.parse(text)) if "raise" not in text else text


def test_a_difference_is_told_with_its_program_made_smaller():
    mistake = next(one for one in MISTAKES if one.name == "C's division")
    for start in itertools.count(step=50):
        reports = run(range(start, start + 50), 100, mistake, 10.0, INTERPRETED).reports
        smaller = [report.split("made smaller:\n")[1] for report in reports if "made smaller" in report]
        if smaller:
            break
    assert re.search(r"python -m tests.native.fuzz --programs 1 --rows 100 --seed \d+", reports[0])
    shortest = min(smaller, key=len)
    assert "//" in shortest
    assert shortest.count("\n") < 12


def test_shrinking_keeps_what_the_judge_wants():
    text = "def f(a):\n    b = 2\n    while a:\n        a -= 1\n    return (a // 3 + 5) * b\n"
    assert shrink(text, lambda smaller: "// 3" in smaller) == "def f(a):\n    return a // 3"
