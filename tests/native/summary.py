"""What came of comparing many programs."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Told = dict[str, dict[str, Any]]
"""What a session says of its functions, by their names."""


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

    def count_tiers(self, before: Told, after: Told) -> None:
        """Add what a session says of each function: where it runs, and how many rows left."""
        for name, told in before.items():
            if told["tier"] == "native":
                self.compiled += 1
                self.compiled_rows += after[name].get("rows") or 0
                self.left += after[name].get("side_exits") or 0
            else:
                reason = told.get("reason") or "no reason told"
                self.reasons[reason.split(": ", 1)[-1]] += 1

    @property
    def share_compiled(self) -> float:
        return self.compiled / max(1, self.programs)

    @property
    def share_left(self) -> float:
        return self.left / max(1, self.compiled_rows)

    def __str__(self) -> str:
        lines = [
            f"{self.programs} programs, {self.rows} rows, {len(self.reports)} programs differ",
            f"{self.share_compiled:.1%} of the programs were compiled",
            f"{self.share_left:.1%} of the {self.compiled_rows} rows of these left",
            f"{self.failures / max(1, self.rows):.1%} of the rows raised",
        ]
        lines += [f"  {count} not compiled: {why}" for why, count in self.reasons.most_common(12)]
        return "\n".join(lines)
