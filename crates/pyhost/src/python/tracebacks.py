"""Which frames of a traceback are the plugin's, and which are ours and hidden."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types

__all__ = ["hide_own_frames", "line_in_plugin"]

_OWN_FRAMES = "<arrowsmith>/"
_IMPORT_FRAMES = "<frozen importlib."


def hide_own_frames(error: BaseException | None) -> None:
    """Take our frames out of an exception's traceback, and those of the import system before them.

    The exceptions that it holds or names as cause or context are treated alike.
    """
    if os.environ.get("ARROWSMITH_TRACEBACKS") == "full":
        return
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = _without_own_frames(one.__traceback__)
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def line_in_plugin(error: BaseException, name: str) -> tuple[str | None, int | None]:
    """File and line of the innermost frame that runs the own text of a plugin's module."""
    place: tuple[str | None, int | None] = (None, None)
    traceback = error.__traceback__
    while traceback is not None:
        owner = traceback.tb_frame.f_globals.get("__name__")
        if type(owner) is str and (owner == name or owner.startswith(f"{name}.")):
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


def _without_own_frames(traceback: types.TracebackType | None) -> types.TracebackType | None:
    kept: list[types.TracebackType] = []
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.startswith(_OWN_FRAMES):
            while kept and kept[-1].tb_frame.f_code.co_filename.startswith(_IMPORT_FRAMES):
                kept.pop()
        else:
            kept.append(traceback)
        traceback = traceback.tb_next
    for earlier, later in itertools.pairwise([*kept, None]):
        if earlier is not None:
            earlier.tb_next = later
    return kept[0] if kept else None
