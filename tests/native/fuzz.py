"""Compares the native tier with the inline one on random programs.

`python -m tests.native.fuzz --programs 20000 --rows 500` says how many programs, rows and
differences there were; a difference is shrunk and printed, with the command that repeats it. With
`--lists` all programs are over lists, which those without it are not.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from random import Random
from typing import Any

from tests.native.differ import TIERS, Difference, Mutate, Pair
from tests.native.generator import Program, program
from tests.native.inputs import batch, columns
from tests.native.limit import TookTooLongError, limited
from tests.native.list_generator import list_program
from tests.native.shrink import shorten, shrink
from tests.native.summary import Summary

# Loading many functions at once is faster, until compiling what others wait for gets long.
PROGRAMS_A_PLUGIN = 50
# Rows of a call of a function that raises: behind the first row that fails nothing is compared.
RAISING_ROWS = 20
PARTS_A_PROCESS = 20
# Of addresses; threads' stacks and arenas count, used or not.
MEMORY = 6 * 2**30


@dataclass(frozen=True)
class Runner:
    """Compares the programs of seeds, with that many rows each."""

    rows: int
    mutate: Mutate = str
    shrinking: float = 20.0
    """Seconds that making a program smaller may take; 0 leaves it as it is."""
    tiers: tuple[str, str] = TIERS
    make: Callable[[int], Program] = program

    def run(self, seeds: Iterable[int], *, raising: bool = False) -> Summary:
        """Load plugins of many programs; each fifth raises where the others collect, or all do."""
        summary = Summary()
        seeds = list(seeds)
        for start in range(0, len(seeds), PROGRAMS_A_PLUGIN):
            part = seeds[start : start + PROGRAMS_A_PLUGIN]
            fifth = start // PROGRAMS_A_PLUGIN % 5 == 4
            self._run_plugin(part, summary, raising=raising or fifth)
        return summary

    def _pair(self, text: str) -> Pair:
        return Pair(text, mutate=self.mutate, tiers=self.tiers)

    def _run_plugin(self, seeds: list[int], summary: Summary, *, raising: bool) -> None:
        programs = [self._program(seed, raising=raising) for seed in seeds]
        size = RAISING_ROWS if raising else self.rows
        with self._pair("".join(one.text for one in programs)) as pair:
            before = pair.native.described()
            for seed, one in zip(seeds, programs, strict=True):
                found: list[Difference] = []
                random = Random(seed)
                for _ in range(0, self.rows, size):
                    found += pair.compare(one.name, batch(random, one.parameters, size))
                    summary.rows += size
                summary.programs += 1
                if found:
                    again = f"--rows {self.rows} --seed {seed}{' --raising' * raising}"
                    again += " --lists" * (self.make is list_program)
                    summary.reports.append(self._report(one, found, again))
            summary.failures += pair.failures
            summary.count_tiers(before, pair.native.described())

    def _program(self, seed: int, *, raising: bool) -> Program:
        one = self.make(seed)
        if not raising:
            return one
        return replace(one, text=one.text.replace('on_error="collect"', 'on_error="raise"'))

    def _report(self, one: Program, found: list[Difference], again: str) -> str:
        smaller = self._smaller(one, found[0]) if self.shrinking else None
        lines = [
            f"{len(found)} differences, the first one:",
            str(found[0]),
            "the program:",
            one.text,
        ]
        if smaller is not None:
            lines += ["made smaller:", smaller]
        lines.append(f"again: python -m tests.native.fuzz --programs 1 {again}")
        return "\n".join(lines)

    def _smaller(self, one: Program, difference: Difference) -> str | None:
        """Give a smaller program that differs on the row alone; None if that isn't enough."""
        if difference.row is None:
            return None
        row = list(difference.arguments)

        def differs(text: str, row: list[Any]) -> bool:
            try:
                # What was taken away may have ended a loop.
                with limited(2.0), self._pair(text) as pair:
                    return bool(pair.compare(one.name, columns(one.parameters, [row])))
            except (Exception, TookTooLongError):  # noqa: BLE001 - then it is no program
                return False

        if not differs(one.text, row):
            return None
        row = shorten(row, partial(differs, one.text), self.shrinking / 4)
        text = shrink(one.text, lambda text: differs(text, row), self.shrinking)
        return f"{text}\n# for {', '.join(map(repr, row))}"


def run(part: Iterable[int], options: argparse.Namespace) -> Summary:
    make = list_program if options.lists else program
    return Runner(options.rows, make=make).run(part, raising=options.raising)


def limit_memory() -> None:
    """Let a program that makes something huge fail, and not the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _in_processes(parts: list[range], options: argparse.Namespace) -> Iterator[Summary]:
    """Run the parts in new processes again and again: memory goes back with the old ones."""
    # Forked children would inherit the engine's threads without their stacks.
    context = multiprocessing.get_context("spawn")
    # Not max_tasks_per_child, with which the pool of CPython 3.11 waits for ever (gh-115634).
    most = options.jobs * PARTS_A_PROCESS
    for start in range(0, len(parts), most):
        with ProcessPoolExecutor(
            options.jobs, mp_context=context, initializer=limit_memory
        ) as pool:
            some = parts[start : start + most]
            yield from pool.map(run, some, repeat(options))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--raising", action="store_true", help="collect no errors")
    parser.add_argument("--lists", action="store_true", help="programs over lists")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    summary = Summary()
    seeds = range(options.seed, options.seed + options.programs)
    step = 5 * PROGRAMS_A_PLUGIN
    parts = [seeds[i : i + step] for i in range(0, len(seeds), step)]
    for done in _in_processes(parts, options):
        summary.add(done)
        for report in done.reports:
            print(report, end="\n\n", flush=True)
    print(summary)
    print(f"{time.monotonic() - start:.0f} seconds")
    return 1 if summary.reports else 0


if __name__ == "__main__":
    sys.exit(main())
