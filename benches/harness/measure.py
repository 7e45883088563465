"""Running a bench: compare the answers, then time every case once a round, in a new order."""

import gc
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from benches.harness.bench import Bench, Case


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How often and in which order.

    Attributes:
        rounds: How many times each case is timed.
        warmup: Rounds before that, not timed. Comparing the answers has run each case once already.
        seed: What the order within each round is drawn from.
    """

    rounds: int = 9
    warmup: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse to measure nothing."""
        if self.rounds < 1 or self.warmup < 0:
            message = f"needs a round, and no negative number of them: {self.warmup}, {self.rounds}"
            raise ValueError(message)


@dataclass(frozen=True)
class Clock:
    """Where times come from, in seconds."""

    # The processor's time is that of all threads of this process.
    wall: Callable[[], float] = time.perf_counter
    processor: Callable[[], float] = time.process_time


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The times of one case, a value per round in the order of the rounds.

    Attributes:
        name: The case.
        rows: How many rows a run worked through.
        seconds: Wall time of each run.
        processor_seconds: Processor time of each run, over all threads.
    """

    name: str
    rows: int
    seconds: tuple[float, ...]
    processor_seconds: tuple[float, ...]

    @property
    def fastest(self) -> float:
        """The shortest run, in seconds."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The median run, in seconds."""
        return median(self.seconds)

    @property
    def p90(self) -> float:
        """The time that nine of ten runs kept within, in seconds."""
        return percentile(self.seconds, 90)

    @property
    def iqr(self) -> float:
        """The distance between the quartiles, in seconds: one disturbed run leaves it alone."""
        return percentile(self.seconds, 75) - percentile(self.seconds, 25)

    @property
    def rows_per_second(self) -> float:
        """The rate of the median run."""
        return self.rows / self.median

    @property
    def cores(self) -> float:
        """How many cores the median run kept busy."""
        return median(
            used / wall for used, wall in zip(self.processor_seconds, self.seconds, strict=True)
        )

    def speeds_against(self, baseline: "Measurement") -> tuple[float, ...]:
        """Return this case's speed as a multiple of the baseline's, round by round.

        Speed is rows per second. Both runs of a round felt the same machine, so that a slow minute
        of it cancels out.
        """
        scale = self.rows / baseline.rows
        return tuple(
            scale * theirs / ours
            for ours, theirs in zip(self.seconds, baseline.seconds, strict=True)
        )


def percentile(values: tuple[float, ...], percent: int) -> float:
    """Return the percentile of at least one value, linear between neighbours."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def orders(names: list[str], *, rounds: int, seed: int) -> Iterator[list[str]]:
    """Yield the cases in a new order for each round: none always follows the same other one."""
    generator = random.Random(seed)  # noqa: S311 - an order, not a secret
    for _ in range(rounds):
        yield generator.sample(names, len(names))


def measure(bench: Bench, settings: Settings, clock: Clock | None = None) -> list[Measurement]:
    """Compare the answers of all cases, then time them.

    Args:
        bench: What to run.
        settings: How often.
        clock: Where times come from.

    Returns:
        The times of each case, in the order of `bench.cases`.

    Raises:
        UnequalAnswersError: Two answers differ; nothing has been timed.
    """
    clock = clock or Clock()
    cases = {case.name: case for case in bench.cases}
    walls: dict[str, list[float]] = {name: [] for name in cases}
    processors: dict[str, list[float]] = {name: [] for name in cases}
    with ExitStack() as stack:
        states = {name: stack.enter_context(case.setup()) for name, case in cases.items()}
        answers = {name: case.answer(case.run(states[name])) for name, case in cases.items()}
        for check in bench.checks:
            check.apply(answers)
        del answers
        rounds = settings.warmup + settings.rounds
        for index, order in enumerate(orders(list(cases), rounds=rounds, seed=settings.seed)):
            for name in order:
                wall, processor = _time(cases[name], states[name], clock)
                if index >= settings.warmup:
                    walls[name].append(wall)
                    processors[name].append(processor)
    return [
        Measurement(
            name=name,
            rows=case.rows,
            seconds=tuple(walls[name]),
            processor_seconds=tuple(processors[name]),
        )
        for name, case in cases.items()
    ]


def _time(case: Case[Any, Any], state: object, clock: Clock) -> tuple[float, float]:
    with _quiet_collector():
        processor, wall = clock.processor(), clock.wall()
        result = case.run(state)
        wall, processor = clock.wall() - wall, clock.processor() - processor
        del result
    return wall, processor


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """Collect now, and not while a case runs: otherwise one case pays for another one's garbage."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
