"""The differential tests themselves: mistakes that are planted on purpose are found."""

import ast
import functools
import re
from collections.abc import Callable

import pytest

from tests.native.differ import Pair
from tests.native.fuzz import Runner
from tests.native.generator import Program, program
from tests.native.inputs import columns
from tests.native.list_generator import list_program
from tests.native.planted import MISTAKES, SECONDS, Mistake
from tests.native.shrink import shrink
from tests.native.traps import CATALOGUE, Trap

PROGRAMS = 400
ROWS = 60
A_PLUGIN = 30
# Neither needs the compiler: the mistakes are in the text.
INTERPRETED = ("inline", "inline")


@functools.cache
def programs(make: Callable[[int], Program]) -> list[tuple[int, str, str]]:
    made = [(seed, make(seed).text) for seed in range(PROGRAMS)]
    return [(seed, text, ast.unparse(ast.parse(text))) for seed, text in made]


@functools.cache
def traps() -> list[tuple[Trap, str, str]]:
    made = [(trap, trap.text(f"t{i}")) for i, trap in enumerate(CATALOGUE)]
    return [(trap, text, ast.unparse(ast.parse(text))) for trap, text in made]


def _touches(mistake: Mistake, text: str, same: str) -> bool:
    return not mistake(text).replace(f"timeout={SECONDS}, ", "").endswith(same)


def found_by_programs(mistake: Mistake) -> bool:
    """Whether a random program shows the mistake."""
    make = list_program if mistake.lists else program
    touched = [seed for seed, text, same in programs(make) if _touches(mistake, text, same)]
    parts = [touched[i : i + A_PLUGIN] for i in range(0, len(touched), A_PLUGIN)]
    runner = Runner(ROWS, mistake, 0.0, INTERPRETED, make)
    return any(runner.run(part).reports for part in parts)


def found_by_traps(mistake: Mistake) -> bool:
    """Whether an entry of the catalogue shows the mistake."""
    touched = [(trap, text) for trap, text, same in traps() if _touches(mistake, text, same)]
    together = [(trap, text) for trap, text in touched if not trap.before]
    # What stands before a function may have the name of what stands before another.
    alone = [[(trap, text)] for trap, text in touched if trap.before]
    return any(_differs(part, mistake) for part in [together, *alone] if part)


def _differs(part: list[tuple[Trap, str]], mistake: Mistake) -> bool:
    whole = "".join(text for _, text in part)
    with Pair(whole, mutate=mistake, tiers=INTERPRETED) as pair:
        return any(
            pair.compare(_name(text), columns(trap.parameters, [list(row) for row in rows]))
            for trap, text in part
            for rows in [trap.all_rows[:400]]
        )


def _name(text: str) -> str:
    return re.findall(r"@db.*\ndef (\w+)", text)[0]


def test_there_are_mistakes_to_plant():
    assert len(MISTAKES) >= 40
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)


def named(mistakes):
    return pytest.mark.parametrize(
        "mistake", mistakes, ids=lambda mistake: mistake.name.replace(" ", "_")
    )


@named(MISTAKES)
def test_the_catalogue_finds(mistake):
    assert found_by_traps(mistake)


@named([mistake for mistake in MISTAKES if not mistake.rare][::2])
def test_random_programs_find(mistake):
    assert found_by_programs(mistake)


def test_without_a_mistake_nothing_is_found():
    summary = Runner(40, ast_only, 0.0, INTERPRETED).run(range(100))
    assert summary.reports == []
    assert summary.rows == 100 * 40
    assert 0 < summary.failures < summary.rows / 3


def ast_only(text: str) -> str:
    return ast.unparse(ast.parse(text)) if "raise" not in text else text


def test_a_difference_is_told_with_its_program_made_smaller():
    mistake = next(one for one in MISTAKES if one.name == "C's division")
    runner = Runner(100, mistake, 10.0, INTERPRETED)
    reports = [
        report for i in range(4) for report in runner.run(range(25 * i, 25 * i + 25)).reports
    ]
    smaller = [text.split("made smaller:\n")[1] for text in reports if "made smaller" in text]
    assert re.search(r"python -m tests.native.fuzz --programs 1 --rows 100 --seed \d+", reports[0])
    shortest = min(smaller, key=len)
    assert "//" in shortest
    assert shortest.count("\n") < 12, shortest


def test_shrinking_keeps_what_the_judge_wants():
    text = "def f(a):\n    b = 2\n    while a:\n        a -= 1\n    return (a // 3 + 5) * b\n"
    assert shrink(text, lambda smaller: "// 3" in smaller) == "def f(a):\n    return a // 3"
