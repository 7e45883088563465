"""290,000 rows of 800 random programs: machine code gives what the interpreter gives."""

import pytest

from tests.native.fuzz import Runner
from tests.native.generator import program
from tests.native.list_generator import list_program
from tests.native.list_inputs import is_list

PARTS = 5
PROGRAMS = 100
ROWS = 400
# Fewer rows of lists: each is many numbers.
LIST_PARTS = 3
LIST_ROWS = 300


@pytest.mark.parametrize("part", range(PARTS))
def test_random_programs_give_the_same(part):
    # Five parts of other seeds than those of a run by hand that begins at zero.
    first = 10**9 + part * PROGRAMS
    summary = Runner(ROWS).run(range(first, first + PROGRAMS))
    assert summary.reports == [], "\n\n".join(summary.reports)
    assert summary.rows == PROGRAMS * ROWS
    # They test something: most rows give a value, some raise.
    assert 0.02 < summary.failures / summary.rows < 0.25
    assert summary.share_compiled > 0.8, summary
    assert summary.compiled_rows > 0.8 * summary.rows, summary
    assert summary.share_left < 0.5, summary


@pytest.mark.parametrize("part", range(LIST_PARTS))
def test_random_programs_over_lists_give_the_same(part):
    first = 10**9 + part * PROGRAMS
    summary = Runner(LIST_ROWS, make=list_program).run(range(first, first + PROGRAMS))
    assert summary.reports == [], "\n\n".join(summary.reports)
    assert summary.rows == PROGRAMS * LIST_ROWS
    assert 0.02 < summary.failures / summary.rows < 0.3
    assert summary.share_compiled > 0.65, summary
    assert summary.compiled_rows > 0.5 * summary.rows, summary
    assert summary.share_left < 0.5, summary


@pytest.mark.parametrize("make", [program, list_program])
def test_a_seed_gives_the_same_program(make):
    assert make(7) == make(7)
    assert make(7) != make(8)


@pytest.mark.parametrize("make", [program, list_program])
def test_programs_are_python(make):
    for seed in range(200):
        compile(make(seed).text, f"program {seed}", "exec")


def test_programs_over_lists_take_lists_give_them_and_make_them():
    programs = [list_program(seed) for seed in range(200)]
    assert sum(is_list(p.type) for one in programs for p in one.parameters) > 200
    assert sum(is_list(one.returns) for one in programs) > 80
    assert sum(".append(" in one.text for one in programs) > 120
