"""The command line that all benches share."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from benches.harness.answers import UnequalAnswersError
from benches.harness.bench import Bench
from benches.harness.machine import Machine
from benches.harness.measure import Settings, measure
from benches.harness.report import Report, as_json, as_text

Made: TypeAlias = Bench | Iterable[Bench]


def main(
    make: Callable[[int], Made],
    *,
    rows: int | Sequence[int],
    arguments: Sequence[str] | None = None,
) -> int:
    """Run benches as their command line says and print the reports.

    Args:
        make: Makes the bench, or several, for a number of rows. One that is yielded is run before
            the next one is made.
        rows: How many rows there are unless `--rows` says otherwise; several for one size after
            the other.
        arguments: The command line, default that of this process.

    Returns:
        The exit code: 1 if answers differ, or if `--check` is given and a target is missed.
    """
    rows = [rows] if isinstance(rows, int) else rows
    parser = _parser(rows)
    options = parser.parse_args(arguments)
    try:
        settings = Settings(rounds=options.rounds, warmup=options.warmup, seed=options.seed)
    except ValueError as error:
        parser.error(str(error))
    reports = []
    for bench in _benches(make, options.rows):
        try:
            measurements = measure(bench, settings)
        except UnequalAnswersError as error:
            print(f"{bench.title} is not timed: {error}", file=sys.stderr)
            return 1
        reports.append(Report.of(bench, Machine.here(bench.packages), settings, measurements))
        print(as_text(reports[-1], markdown=options.markdown), end="\n\n", flush=True)
    if options.json is not None:
        options.json.write_text(as_json(reports) + "\n", encoding="utf-8")
    return 0 if all(report.all_reached for report in reports) or not options.check else 1


def _benches(make: Callable[[int], Made], sizes: Sequence[int]) -> Iterator[Bench]:
    for rows in sizes:
        made = make(rows)
        if isinstance(made, Bench):
            yield made
        else:
            yield from made


def _parser(rows: Sequence[int]) -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        "--rows", type=_count, nargs="+", default=rows, help="rows that one run works through"
    )
    parser.add_argument(
        "--rounds", type=_count, default=defaults.rounds, help="times that each case is timed"
    )
    parser.add_argument(
        "--warmup", type=int, default=defaults.warmup, help="rounds before that, not timed"
    )
    parser.add_argument(
        "--seed", type=int, default=defaults.seed, help="where the order in each round comes from"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write every time to this file"
    )
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    return parser


def _count(text: str) -> int:
    value = int(text.replace("_", ""))
    if value < 1:
        message = "must be at least 1"
        raise argparse.ArgumentTypeError(message)
    return value
