"""Compares the native tier with the inline one on random programs.

`python -m tests.native.fuzz --programs 20000 --rows 500` says how many programs, rows and
differences there were; a difference is shrunk and printed, with the command that repeats it.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from tests.native.differ import TIERS, Difference, Mutate, Pair
from tests.native.generator import Program, program
from tests.native.inputs import batch, columns
from tests.native.shrink import shrink

OpenPair = Callable[[str], Pair]

# Loading many functions at once is faster, until compiling what others wait for gets long.
PROGRAMS_A_PLUGIN = 50
# Rows of a call of a function that raises: behind the first row that fails nothing is compared.
RAISING_ROWS = 20


@dataclass
class Summary:
    programs: int = 0
    rows: int = 0
    compiled: int = 0
    compiled_rows: int = 0
    """Rows that machine code was given."""
    left: int = 0
    """Rows of these that went to the interpreter."""
    failures: int = 0
    """Rows, or calls, that raised."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why programs were not compiled."""
    reports: list[str] = field(default_factory=list)
    """One a program on which the tiers differ."""

    def add(self, other: "Summary") -> None:
        for name in ("programs", "rows", "compiled", "compiled_rows", "left", "failures"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons += other.reasons
        self.reports += other.reports

    @property
    def share_compiled(self) -> float:
        return self.compiled / max(1, self.programs)

    @property
    def share_left(self) -> float:
        return self.left / max(1, self.compiled_rows)

    def __str__(self) -> str:
        lines = [
            f"{self.programs} programs, {self.rows} rows, {len(self.reports)} programs differ",
            f"{self.share_compiled:.1%} of the programs were compiled; "
            f"{self.share_left:.1%} of {self.compiled_rows} rows left",
            f"{self.failures / max(1, self.rows):.1%} of the rows raised",
        ]
        lines += [f"  {count} not compiled: {why}" for why, count in self.reasons.most_common(12)]
        return "\n".join(lines)


def run(
    seeds: Iterable[int],
    rows: int,
    mutate: Mutate = str,
    shrinking: float = 20.0,
    tiers: tuple[str, str] = TIERS,
) -> Summary:
    """Compare the programs of these seeds, with that many rows each."""
    summary = Summary()
    seeds = list(seeds)
    for start in range(0, len(seeds), PROGRAMS_A_PLUGIN):
        part = seeds[start : start + PROGRAMS_A_PLUGIN]
        # Each fifth plugin raises where the others collect.
        raising = start // PROGRAMS_A_PLUGIN % 5 == 4
        open_pair = partial(Pair, mutate=mutate, tiers=tiers)
        _run_plugin(part, rows, open_pair, summary, raising=raising, shrinking=shrinking)
    return summary


def _run_plugin(
    seeds: list[int],
    rows: int,
    open_pair: OpenPair,
    summary: Summary,
    *,
    raising: bool,
    shrinking: float,
) -> None:
    programs = [program(seed) for seed in seeds]
    text = "".join(one.text for one in programs)
    size = RAISING_ROWS if raising else rows
    if raising:
        text = text.replace('on_error="collect"', 'on_error="raise"')
    with open_pair(text) as pair:
        before = pair.native.described()
        for seed, one in zip(seeds, programs, strict=True):
            found: list[Difference] = []
            random = Random(seed)
            for _ in range(0, rows, size):
                found += pair.compare(one.name, batch(random, one.parameters, size))
            summary.programs += 1
            summary.rows += -(-rows // size) * size
            if found:
                summary.reports.append(_report(seed, rows, one, found, open_pair, shrinking))
        summary.failures += pair.failures
        _count(before, pair.native.described(), summary)


def _count(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], summary: Summary
) -> None:
    """Add what the session says of each function: where it runs, and how many rows left."""
    for name, told in before.items():
        if told["tier"] == "native":
            summary.compiled += 1
            summary.compiled_rows += after[name].get("rows") or 0
            summary.left += after[name].get("side_exits") or 0
        else:
            reason = told.get("reason") or "no reason told"
            summary.reasons[reason.split(": ", 1)[-1]] += 1


def _report(
    seed: int,
    rows: int,
    one: Program,
    found: list[Difference],
    open_pair: OpenPair,
    shrinking: float,
) -> str:
    difference = found[0]
    smaller = _shrunk(one, difference, open_pair, shrinking) if shrinking else None
    return "\n".join(
        [
            f"seed {seed}: {len(found)} differences, the first one:",
            str(difference),
            "the program:",
            one.text,
            *(["made smaller:", smaller] if smaller else []),
            f"again: python -m tests.native.fuzz --programs 1 --rows {rows} --seed {seed}",
        ]
    )


def _shrunk(
    one: Program, difference: Difference, open_pair: OpenPair, seconds: float
) -> str | None:
    """Give a smaller program that differs on the same row, alone; None if the row isn't enough."""
    if difference.row is None:
        return None
    row = columns(one.parameters, [list(difference.arguments)])

    def differs(text: str) -> bool:
        # What was taken away may have ended a loop.
        limited = text.replace("tier=", "timeout=0.5, tier=").replace("'{tier}'", '"{tier}"')
        try:
            with open_pair(limited) as pair:
                return bool(pair.compare(one.name, row))
        except Exception:  # noqa: BLE001 - then it is no program
            return False

    return shrink(one.text, differs, seconds) if differs(one.text) else None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    start = time.monotonic()
    summary = Summary()
    seeds = range(options.seed, options.seed + options.programs)
    step = 5 * PROGRAMS_A_PLUGIN
    parts = [seeds[i : i + step] for i in range(0, len(seeds), step)]
    # Forked children would inherit the engine's threads without their stacks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context, max_tasks_per_child=20) as pool:
        for done in pool.map(run, parts, [options.rows] * len(parts)):
            summary.add(done)
            for report in done.reports:
                print(report, end="\n\n", flush=True)
    print(summary)
    print(f"{time.monotonic() - start:.0f} seconds")
    return 1 if summary.reports else 0


if __name__ == "__main__":
    sys.exit(main())
