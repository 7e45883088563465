"""How a failure looks on the command line: what happened and where, without anybody's internals."""

import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import arrowsmith

_COMMAND_LINE = Path(__file__).parent


def describe(error: BaseException, *, plugins: Sequence[Path], whole: bool) -> str:
    """Say in a few lines what failed.

    Args:
        error: Ours, or a plugin's own exception.
        plugins: The plugins' files and folders; a place in one of them is the one to name.
        whole: Give the traceback instead.

    Example:
        >>> describe(arrowsmith.PlanError("no table 'x'"), plugins=[], whole=False)
        "PlanError: no table 'x'"
    """
    if os.environ.get("ARROWSMITH_TRACEBACKS") != "full":
        error.__traceback__ = _beyond_commands(error.__traceback__)
    if whole:
        return "".join(traceback.format_exception(error)).rstrip()
    summary = "".join(traceback.format_exception_only(type(error), error)).rstrip()
    name, _, rest = summary.partition(":")
    summary = f"{name.rpartition('.')[2]}:{rest}" if rest else summary
    place = _place(error, plugins)
    return summary if place is None else f"{summary}\n  at {place}"


def _beyond_commands(found: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of the command line; those of the package are hidden by itself."""
    while found is not None:
        if not Path(found.tb_frame.f_code.co_filename).is_relative_to(_COMMAND_LINE):
            break
        found = found.tb_next
    return found


def _place(error: BaseException, plugins: Sequence[Path]) -> str | None:
    """Name the innermost line in a plugin, else the innermost one of all."""
    if isinstance(error, arrowsmith.ArrowsmithError):
        return None  # its message names the place where there is one
    frames = traceback.extract_tb(error.__traceback__)
    roots = [path.resolve() for path in plugins]
    inside = [
        frame
        for frame in frames
        if any(Path(frame.filename).resolve().is_relative_to(root) for root in roots)
    ]
    found = (inside or frames)[-1:]
    return f"{found[0].filename}:{found[0].lineno}" if found else None
