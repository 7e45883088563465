"""The command line that all benches share."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benches.harness.answers import UnequalAnswersError
from benches.harness.bench import Bench
from benches.harness.machine import Machine
from benches.harness.measure import Settings, measure
from benches.harness.report import Report, as_json, as_text


def main(make: Callable[[int], Bench], *, rows: int, arguments: Sequence[str] | None = None) -> int:
    """Run a bench as its command line says and print the report.

    Args:
        make: Makes the bench for a number of rows.
        rows: How many rows there are unless `--rows` says otherwise.
        arguments: The command line, default that of this process.

    Returns:
        The exit code: 1 if answers differ, or if `--check` is given and a target is missed.
    """
    parser = _parser(rows)
    options = parser.parse_args(arguments)
    try:
        settings = Settings(rounds=options.rounds, warmup=options.warmup, seed=options.seed)
    except ValueError as error:
        parser.error(str(error))
    bench = make(options.rows)
    machine = Machine.here(bench.packages)
    try:
        measurements = measure(bench, settings)
    except UnequalAnswersError as error:
        print(f"not timed: {error}", file=sys.stderr)
        return 1
    report = Report.of(bench, machine, settings, measurements)
    if options.json is not None:
        options.json.write_text(as_json(report) + "\n", encoding="utf-8")
    print(as_text(report, markdown=options.markdown))
    return 0 if report.all_reached or not options.check else 1


def _parser(rows: int) -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--rows", type=_count, default=rows, help="rows that one run works through")
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
