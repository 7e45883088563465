"""What a bench is made of: cases, checks that tie them together, ratios to report."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from benches.harness.answers import Answer, Check

State = TypeVar("State")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Case(Generic[State, Result]):
    """One way to do the work.

    Attributes:
        name: What the table calls it.
        rows: How many rows one run works through.
        setup: Makes what a run needs, untimed; left again when the bench is over.
        run: The work, all that is timed. Its result is freed after the clock has stopped.
        answer: Turns a result into something comparable, untimed.
    """

    name: str
    rows: int
    setup: Callable[[], AbstractContextManager[State]]
    run: Callable[[State], Result]
    answer: Callable[[Result], Answer]


@dataclass(frozen=True)
class Target:
    """The speed of case `name` as a multiple of `baseline`'s, and what it should reach."""

    name: str
    baseline: str
    at_least: float | None = None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Cases that do the same work, with their checks and targets.

    Attributes:
        title: A line that says what the work is.
        cases: The first one is the baseline of the table's speed column.
        checks: Which answers are compared, and how; they must tie all cases together.
        targets: Ratios to report, beside what they should reach.
        packages: Distributions whose versions the report names.
    """

    title: str
    cases: Sequence[Case[Any, Any]]
    checks: Sequence[Check]
    targets: Sequence[Target] = ()
    packages: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse a bench that could time cases whose answers nobody compares."""
        names = [case.name for case in self.cases]
        if len(set(names)) != len(names) or not names:
            message = f"a bench needs cases with names of their own, got {names}"
            raise ValueError(message)
        used = {check.name for check in self.checks} | {check.expected for check in self.checks}
        used |= {target.name for target in self.targets} | {
            target.baseline for target in self.targets
        }
        if unknown := sorted(used - set(names)):
            message = f"no case is called {unknown}, there are {names}"
            raise ValueError(message)
        if loose := [name for name in names if name not in _tied(names[0], self.checks)]:
            message = f"no check ties {loose} to {names[0]!r}: their answers could differ unseen"
            raise ValueError(message)


def _tied(start: str, checks: Sequence[Check]) -> set[str]:
    """Return the cases that checks connect with `start`, in either direction."""
    pairs = [{check.name, check.expected} for check in checks]
    tied: set[str] = set()
    grown = {start}
    while grown != tied:
        tied = grown
        grown = tied.union(*(pair for pair in pairs if pair & tied))
    return tied
