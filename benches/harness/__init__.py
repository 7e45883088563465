"""The core that every bench uses: equal answers first, then interleaved rounds, then ratios."""

from benches.harness.answers import Check, Tolerance, UnequalAnswersError, bitwise
from benches.harness.bench import Bench, Case, Target
from benches.harness.command import main
from benches.harness.machine import Machine
from benches.harness.measure import Measurement, Settings, measure
from benches.harness.report import Report, as_json, as_text

__all__ = [
    "Bench",
    "Case",
    "Check",
    "Machine",
    "Measurement",
    "Report",
    "Settings",
    "Target",
    "Tolerance",
    "UnequalAnswersError",
    "as_json",
    "as_text",
    "bitwise",
    "main",
    "measure",
]
