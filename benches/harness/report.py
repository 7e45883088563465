"""What a bench prints: a table for people, in text or Markdown, and JSON with every single time."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benches.harness.bench import Bench, Target
from benches.harness.machine import Machine
from benches.harness.measure import Measurement, Settings, percentile


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """The speed of one case as a multiple of another's: the rounds' median and spread."""

    target: Target
    speed: float
    p10: float
    p90: float

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        return None if self.target.at_least is None else self.speed >= self.target.at_least


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run of one bench."""

    title: str
    when: datetime
    machine: Machine
    settings: Settings
    measurements: Sequence[Measurement]
    ratios: Sequence[Ratio]

    @classmethod
    def of(
        cls, bench: Bench, machine: Machine, settings: Settings, measurements: Sequence[Measurement]
    ) -> "Report":
        """Put together what was measured."""
        by_name = {measurement.name: measurement for measurement in measurements}
        return cls(
            title=bench.title,
            when=datetime.now(UTC),
            machine=machine,
            settings=settings,
            measurements=measurements,
            ratios=[_ratio(target, by_name) for target in bench.targets],
        )

    @property
    def all_reached(self) -> bool:
        """Whether no target is missed."""
        return all(ratio.reached is not False for ratio in self.ratios)


def _ratio(target: Target, measurements: dict[str, Measurement]) -> Ratio:
    speeds = measurements[target.name].speeds_against(measurements[target.baseline])
    return Ratio(
        target=target, speed=median(speeds), p10=percentile(speeds, 10), p90=percentile(speeds, 90)
    )


def as_text(report: Report, *, markdown: bool = False) -> str:
    """Return the report as aligned text, or as Markdown tables."""
    settings = report.settings
    parts = [
        f"{'## ' if markdown else ''}{report.title}",
        f"{report.when:%Y-%m-%d %H:%M} UTC on {report.machine}.",
        (
            f"All answers compared first. Interleaved rounds: {settings.warmup} to warm up, "
            f"{settings.rounds} timed; their order is drawn from seed {settings.seed}."
        ),
        _table(*_case_rows(report), markdown=markdown),
    ]
    if report.ratios:
        parts.append(_table(*_ratio_rows(report), markdown=markdown))
    return "\n\n".join(parts)


def as_json(reports: Sequence[Report]) -> str:
    """Return an array of reports with the time of every run, in seconds."""
    return json.dumps([_document(report) for report in reports], indent=2)


def _document(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "when": report.when.isoformat(),
        "machine": asdict(report.machine),
        "settings": asdict(report.settings),
        "cases": [
            {
                **asdict(case),
                "min": case.fastest,
                "median": case.median,
                "p90": case.p90,
                "iqr": case.iqr,
                "rows_per_second": case.rows_per_second,
                "cores": case.cores,
            }
            for case in report.measurements
        ],
        "ratios": [
            {
                **asdict(ratio.target),
                "speed": ratio.speed,
                "p10": ratio.p10,
                "p90": ratio.p90,
                "reached": ratio.reached,
            }
            for ratio in report.ratios
        ],
    }


def _case_rows(report: Report) -> tuple[list[str], list[list[str]]]:
    baseline = report.measurements[0]
    head = [
        "case",
        "median ms",
        "min ms",
        "p90 ms",
        "IQR ms",
        "M rows/s",
        "cores",
        f"speed ({baseline.name} = 1)",
    ]
    rows = [
        [
            case.name,
            *(
                f"{1e3 * seconds:,.1f}"
                for seconds in (case.median, case.fastest, case.p90, case.iqr)
            ),
            f"{case.rows_per_second / 1e6:,.2f}",
            f"{case.cores:.2f}",
            f"{median(case.speeds_against(baseline)):.2f}",
        ]
        for case in report.measurements
    ]
    return head, rows


def _ratio_rows(report: Report) -> tuple[list[str], list[list[str]]]:
    head = ["speed of", "against", "ratio", "p10 to p90", "target", "reached"]
    said = {True: "yes", False: "NO", None: ""}
    rows = [
        [
            ratio.target.name,
            ratio.target.baseline,
            f"{ratio.speed:.3f}",
            f"{ratio.p10:.3f} to {ratio.p90:.3f}",
            "" if ratio.target.at_least is None else f">= {ratio.target.at_least:g}",
            said[ratio.reached],
        ]
        for ratio in report.ratios
    ]
    return head, rows


def _table(head: list[str], rows: list[list[str]], *, markdown: bool) -> str:
    """Lay out a table: names to the left, everything that starts like a number to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    numeric = [
        all(not row[place] or row[place][0] in "0123456789>" for row in rows)
        for place in range(len(head))
    ]

    def line(cells: list[str]) -> str:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip()

    rules = [
        "-" * (width - 1) + ":" if right else "-" * width
        for width, right in zip(widths, numeric, strict=True)
    ]
    rule = f"| {' | '.join(rules)} |" if markdown else "  ".join("-" * width for width in widths)
    return "\n".join([line(head), rule, *map(line, rows)])
