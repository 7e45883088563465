import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from benches import harness
from benches.harness import (
    Bench,
    Case,
    Check,
    Machine,
    Measurement,
    Report,
    Settings,
    Target,
    Tolerance,
    UnequalAnswersError,
    as_json,
    as_text,
    bitwise,
    measure,
)
from benches.harness.answers import Answer
from benches.harness.measure import Clock, orders


class Recorder:
    """Makes cases that write down what happens to them, on a clock that they move themselves."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.now = 0.0

    def case(
        self, name: str, answer: Answer = 1, *, seconds: Iterator[float] | None = None
    ) -> Case[Any, Any]:
        @contextmanager
        def setup() -> Iterator[str]:
            self.events.append(f"set up {name}")
            try:
                yield name
            finally:
                self.events.append(f"left {name}")

        def run(state: str) -> Answer:
            self.events.append(state)
            self.now += next(seconds) if seconds is not None else 1.0
            return answer

        return Case(name=name, rows=10, setup=setup, run=run, answer=lambda result: result)

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.now, processor=lambda: self.now * 2.0)

    def runs(self) -> list[str]:
        return [event for event in self.events if " " not in event]


def pair(recorder: Recorder, targets: Sequence[Target] = ()) -> Bench:
    cases = [recorder.case("a"), recorder.case("b")]
    return Bench(title="pair", cases=cases, checks=[Check("b", "a")], targets=targets)


def measurement(name: str, *seconds: float, rows: int = 10) -> Measurement:
    return Measurement(name=name, rows=rows, seconds=seconds, processor_seconds=seconds)


def test_unequal_answers_stop_before_anything_is_timed() -> None:
    recorder = Recorder()
    bench = Bench(
        title="wrong",
        cases=[recorder.case("right", 1), recorder.case("wrong", 2)],
        checks=[Check("wrong", "right")],
    )

    def no_clock() -> float:
        pytest.fail("a case was timed")

    with pytest.raises(
        UnequalAnswersError, match="'wrong' does not answer what 'right' answers: 2 instead of 1"
    ):
        measure(bench, Settings(), Clock(wall=no_clock, processor=no_clock))
    assert recorder.runs() == ["right", "wrong"]
    assert recorder.events[-2:] == ["left wrong", "left right"]


def test_every_round_runs_every_case_once_in_an_order_of_its_own() -> None:
    recorder = Recorder()
    names = ["a", "b", "c", "d"]
    bench = Bench(
        title="order",
        cases=[recorder.case(name) for name in names],
        checks=[Check(name, "a") for name in names[1:]],
    )
    measure(bench, Settings(rounds=12, warmup=2, seed=7), recorder.clock())
    runs = recorder.runs()
    assert runs[:4] == names, "the comparison of answers goes first"
    rounds = [tuple(runs[start : start + 4]) for start in range(4, len(runs), 4)]
    assert len(rounds) == 14
    assert all(sorted(order) == names for order in rounds)
    assert len(set(rounds)) > 6
    assert rounds == [tuple(order) for order in orders(names, rounds=14, seed=7)]
    assert rounds != [tuple(order) for order in orders(names, rounds=14, seed=8)]


def test_warmup_is_not_in_the_figures() -> None:
    recorder = Recorder()
    slow_start = iter([100.0, 50.0, 1.0, 2.0, 9.0])  # the comparison, one warm-up, three rounds
    bench = Bench(title="one", cases=[recorder.case("a", seconds=slow_start)], checks=[])
    [found] = measure(bench, Settings(rounds=3, warmup=1), recorder.clock())
    assert found.seconds == (1.0, 2.0, 9.0)
    assert found.processor_seconds == (2.0, 4.0, 18.0)
    assert found.cores == 2.0


def test_median_and_spread() -> None:
    found = measurement("a", 5.0, 1.0, 4.0, 2.0, 3.0)
    assert (found.fastest, found.median, found.iqr) == (1.0, 3.0, 2.0)
    assert found.p90 == pytest.approx(4.6)
    assert found.rows_per_second == pytest.approx(10 / 3)
    assert measurement("a", 1.0, 2.0).median == 1.5
    assert measurement("a", 7.0).p90 == 7.0
    assert measurement("a", 7.0).iqr == 0.0


def test_speeds_are_paired_by_round_and_count_rows() -> None:
    ours, base = measurement("ours", 1.0, 10.0, 1.0, rows=20), measurement("base", 2.0, 20.0, 4.0)
    assert ours.speeds_against(base) == (4.0, 4.0, 8.0)
    assert median(base.speeds_against(base)) == 1.0


def test_the_collector_is_quiet_while_a_case_runs() -> None:
    seen: list[bool] = []

    def run(_: None) -> int:
        seen.append(gc.isenabled())
        return 1

    case: Case[None, int] = Case(
        name="a", rows=1, setup=nullcontext, run=run, answer=lambda found: found
    )
    assert gc.isenabled()
    measure(Bench(title="gc", cases=[case], checks=[]), Settings(rounds=2, warmup=0))
    assert seen == [True, False, False], "the comparison, then two timed runs"
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (np.array([1.0]), np.array([np.nextafter(1.0, 2.0)])),
        (np.array([0.0]), np.array([-0.0])),
        (np.array([1.0]), np.array([1])),
        (np.array([1.0, 2.0]), np.array([1.0])),
        (np.array([np.nan]), np.array([1.0])),
        (np.ma.array([1.0], mask=[True]), np.array([1.0])),
        (np.array(["a"]), np.array(["b"])),
        ([1.0, None], [1.0, 0.0]),
        ([1.0], [1]),
        ([0.0], [-0.0]),
        ([True], [1]),
        ([1], [1, 2]),
        ([1.0], np.array([1.0])),
        (1, 1.0),
        ("a", "b"),
    ],
)
def test_bitwise_sees_every_difference(found: Answer, expected: Answer) -> None:
    assert bitwise.difference(found, expected) is not None
    assert bitwise.difference(expected, found) is not None


@pytest.mark.parametrize(
    "answer",
    [
        np.array([1.5, -0.0, np.nan, np.inf]),
        np.array([1 + 2j, np.nan]),
        np.ma.array([1.0, 2.0], mask=[True, False]),
        np.array([], dtype=np.float64),
        np.array(["a", None], dtype=object),
        [1.0, None, float("nan"), "x", 3],
        None,
        b"x",
    ],
)
def test_bitwise_finds_an_answer_equal_to_itself(answer: Answer) -> None:
    assert bitwise.difference(answer, answer) is None


def test_what_lies_behind_a_null_is_no_answer() -> None:
    left = np.ma.array([1.0, 2.0], mask=[True, False])
    right = np.ma.array([9.0, 2.0], mask=[True, False])
    assert bitwise.difference(left, right) is None
    assert Tolerance(relative=1e-9).difference(left, right) is None


def test_a_difference_names_the_first_place_and_how_many_there_are() -> None:
    reason = bitwise.difference(np.array([1.0, 2.0, 3.0]), np.array([1.0, 5.0, 6.0]))
    assert reason is not None
    assert "[1]" in reason
    assert "2 of 3 differ" in reason


def test_a_tolerance_is_relative_and_absolute() -> None:
    assert Tolerance(relative=0.1).difference([1.05, 100.0], [1.0, 105.0]) is None
    assert Tolerance(relative=0.01).difference([1.05], [1.0]) is not None
    assert Tolerance(absolute=0.1).difference(1.05, 1.0) is None
    assert Tolerance().difference([1.0], [1.0]) is None
    assert Tolerance().difference([1.0], [1.0000001]) is not None
    assert Tolerance(relative=1.0).difference([1.0, 2.0], [1.0]) is not None
    assert (
        Tolerance(relative=1.0).difference(np.ma.array([1.0], mask=[True]), np.array([1.0]))
        is not None
    )
    assert Tolerance().difference([float("nan")], [float("nan")]) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda cases: Bench(title="t", cases=cases, checks=[]),
            r"no check ties \['b', 'c'\] to 'a'",
        ),
        (lambda cases: Bench(title="t", cases=cases, checks=[Check("c", "b")]), "no check ties"),
        (
            lambda cases: Bench(title="t", cases=cases, checks=[Check("z", "a")]),
            r"no case is called \['z'\]",
        ),
        (lambda cases: Bench(title="t", cases=[*cases, cases[0]], checks=[]), "names of their own"),
        (lambda _: Bench(title="t", cases=[], checks=[]), "names of their own"),
    ],
)
def test_a_bench_that_could_compare_different_work_is_refused(
    make: Callable[[list[Case[Any, Any]]], Bench], message: str
) -> None:
    recorder = Recorder()
    with pytest.raises(ValueError, match=message):
        make([recorder.case(name) for name in "abc"])


def test_checks_tie_cases_in_a_chain() -> None:
    recorder = Recorder()
    Bench(
        title="t",
        cases=[recorder.case(name) for name in "abc"],
        checks=[Check("b", "c"), Check("a", "b")],
    )


def report(at_least: float | None) -> Report:
    recorder = Recorder()
    bench = pair(recorder, targets=[Target("b", "a", at_least)])
    found = [measurement("a", 2.0, 2.0, 3.0), measurement("b", 1.0, 1.0, 1.0)]
    return Report.of(bench, Machine.here(["pytest", "no-such-package"]), Settings(), found)


@pytest.mark.parametrize(("at_least", "reached"), [(2.0, True), (2.1, False), (None, None)])
def test_a_target_is_reached_or_not(at_least: float | None, reached: bool | None) -> None:  # noqa: FBT001
    found = report(at_least)
    assert found.ratios[0].speed == 2.0
    assert found.ratios[0].reached is reached
    assert found.all_reached is (reached is not False)


def test_the_text_shows_cases_ratios_and_targets() -> None:
    lines = as_text(report(2.1)).splitlines()
    assert lines[0] == "pair"
    [case] = [line.split() for line in lines if line.startswith("b ") and "1,000.0" in line]
    assert case[-1] == "2.00"
    [ratio] = [line.split() for line in lines if line.startswith("b ") and line.endswith("NO")]
    assert ratio[:3] == ["b", "a", "2.000"]
    assert "2.1" in ratio


def test_the_markdown_is_two_tables() -> None:
    lines = as_text(report(None), markdown=True).splitlines()
    tables = [line for line in lines if line.startswith("|")]
    assert lines[0] == "## pair"
    assert len(tables) == 2 + 2 + 2 + 1
    assert {line.count("|") for line in tables[:4]} == {9}
    assert {line.count("|") for line in tables[4:]} == {7}


def test_the_json_has_every_time() -> None:
    [document] = json.loads(as_json([report(2.0)]))
    assert document["cases"][0]["seconds"] == [2.0, 2.0, 3.0]
    assert document["cases"][0]["median"] == 2.0
    assert document["ratios"] == [
        {
            "name": "b",
            "baseline": "a",
            "at_least": 2.0,
            "speed": 2.0,
            "p10": 2.0,
            "p90": 2.8,
            "reached": True,
        }
    ]
    assert document["machine"]["versions"]["no-such-package"] == "not installed"
    assert document["machine"]["versions"]["pytest"] == pytest.__version__


def test_the_machine_is_one_line() -> None:
    line = str(Machine.here(["pytest"]))
    assert "\n" not in line
    assert f"pytest {pytest.__version__}" in line
    assert "cores" in line


class TestCommand:
    def make(self, rows: int) -> Bench:
        assert rows == 5
        return pair(Recorder(), targets=[Target("b", "a", self.at_least)])

    at_least = 0.0

    def test_prints_and_writes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "out.json"
        arguments = ["--rows", "5", "--rounds", "2", "--json", str(path)]
        assert harness.main(self.make, rows=1, arguments=arguments) == 0
        assert capsys.readouterr().out.startswith("pair\n")
        assert len(json.loads(path.read_text())[0]["cases"][0]["seconds"]) == 2

    def test_several_benches_and_sizes(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "out.json"
        sizes = []

        def make(rows: int) -> Iterator[Bench]:
            sizes.append(rows)
            yield pair(Recorder())
            yield pair(Recorder(), targets=[Target("b", "a", 1e12)])

        arguments = ["--rounds", "1", "--json", str(path)]
        assert harness.main(make, rows=[5, 7], arguments=arguments) == 0
        assert sizes == [5, 7]
        assert len(json.loads(path.read_text())) == 4
        assert capsys.readouterr().out.count("All answers compared first.") == 4
        assert harness.main(make, rows=[5, 7], arguments=["--rows", "9", "--check"]) == 1
        assert sizes == [5, 7, 9]

    @pytest.mark.parametrize(("options", "code"), [([], 0), (["--check"], 1)])
    def test_a_missed_target_fails_only_when_asked(self, options: list[str], code: int) -> None:
        self.at_least = 1e12
        assert harness.main(self.make, rows=5, arguments=options) == code

    def test_unequal_answers_fail(self, capsys: pytest.CaptureFixture[str]) -> None:
        recorder = Recorder()

        def make(_: int) -> Bench:
            cases = [recorder.case("a", 1), recorder.case("b", 2)]
            return Bench(title="wrong", cases=cases, checks=[Check("b", "a")])

        assert harness.main(make, rows=5, arguments=[]) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert (
            captured.err
            == "wrong is not timed: 'b' does not answer what 'a' answers: 2 instead of 1\n"
        )

    @pytest.mark.parametrize(
        "options", [["--rows", "0"], ["--rounds", "0"], ["--warmup", "-1"], ["--nope"]]
    )
    def test_wrong_usage(self, options: list[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            harness.main(self.make, rows=5, arguments=options)
        assert caught.value.code == 2
