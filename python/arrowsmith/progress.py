"""What a terminal or a notebook shows of a query that takes its time.

A `Display` is the callback of a relation. Nothing is imported before there is something to show,
and no fault in here reaches the query.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from arrowsmith.display import to_html
from arrowsmith.optional import loaded

if TYPE_CHECKING:
    from rich.console import Console

    from arrowsmith._native import Progress

DELAY = 0.5
"""Seconds that a run may take before anything is shown of it."""
INTERVAL = 0.1
"""Seconds between two looks at a run."""
_STAGES = 12
_STALE = 1.0


def display_for(progress: bool | None) -> Display | None:  # noqa: FBT001 - the user's own setting
    """Give a display where one is wanted.

    Args:
        progress: The database's setting: None asks whether anybody would see it.
    """
    is_wanted = _is_terminal(sys.stderr) or _is_notebook() if progress is None else progress
    return Display() if is_wanted else None


class Display:
    """Shows how far a run is, from half a second on, and clears the screen at its end.

    One display serves all runs of a relation, on several threads at once, too.
    """

    def __init__(self) -> None:
        """Make a display that shows nothing yet."""
        self._own = threading.local()
        self._is_off = False

    def __call__(self, progress: Progress) -> None:
        """Draw what is known of the run that this thread waits for."""
        if self._is_off:
            return
        try:
            if progress.done:
                self._clear()
            elif progress.elapsed >= DELAY:
                self._draw(progress)
        except Exception:  # noqa: BLE001 - whatever a stream or a library does, the query goes on
            self._is_off = True

    def clear(self) -> None:
        """Take what this thread has drawn off the screen, before others write there."""
        try:
            self._clear()
        except Exception:  # noqa: BLE001 - as above
            self._is_off = True

    def _draw(self, progress: Progress) -> None:
        painter: _Painter | None = getattr(self._own, "painter", None)
        if painter is None:
            painter = self._own.painter = _painter_for(sys.stderr)
        if _screen.take(painter):
            painter.paint(progress)

    def _clear(self) -> None:
        painter: _Painter | None = getattr(self._own, "painter", None)
        if painter is not None:
            self._own.painter = None
            if _screen.release(painter):
                painter.clear()


class _Painter(Protocol):
    """One way to show a run."""

    def paint(self, progress: Progress) -> None:
        """Show this in place of what was shown before."""
        ...

    def clear(self) -> None:
        """Leave no trace."""
        ...


class _Screen:
    """Belongs to one painter at a time: of several runs at once, the first one is shown."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: _Painter | None = None
        self._drawn = 0.0

    def take(self, painter: _Painter) -> bool:
        """Tell whether the painter may draw now."""
        now = time.monotonic()
        with self._lock:
            # An iteration may be left alone for good, and nobody says so.
            is_free = self._owner is None or now - self._drawn > _STALE
            if self._owner is not painter and not is_free:
                return False
            self._owner, self._drawn = painter, now
            return True

    def release(self, painter: _Painter) -> bool:
        """Give the screen back, and tell whether it was the painter's."""
        with self._lock:
            if self._owner is not painter:
                return False
            self._owner = None
            return True


_screen = _Screen()


class _Line:
    """One line of plain text. The cursor rests at its start, so that others may write at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = 0

    def paint(self, progress: Progress) -> None:
        text = _headline(progress)[: _columns(self._stream) - 1]
        self._write(text.ljust(self._width))
        self._width = len(text)

    def clear(self) -> None:
        self._write(" " * self._width)
        self._width = 0

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text}\r")
        self._stream.flush()


class _Block:
    """A line for each stage, set by rich. The cursor rests at the block's start, as in `_Line`.

    Not by `rich.live`, which hides the cursor and redirects what others print until it is stopped.
    """

    _ERASE = "\r\x1b[J"

    def __init__(self, console: Console) -> None:
        self._console = console

    def paint(self, progress: Progress) -> None:
        from rich.table import Table  # noqa: PLC0415 - rich may not be installed

        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, overflow="ellipsis", max_width=40)
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True, justify="right")
        for row in _stages(progress, min(_STAGES, self._console.size.height - 3)):
            table.add_row(*row, style="dim")
        with self._console.capture() as captured:
            self._console.print(_headline(progress), markup=False, no_wrap=True, overflow="crop")
            self._console.print(table)
        text = captured.get()
        self._write(f"{self._ERASE}{text}\x1b[{text.count(chr(10))}A")

    def clear(self) -> None:
        self._write(self._ERASE)

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()


class _Cell:
    """A table below a notebook's cell."""

    def __init__(self) -> None:
        self._module: Any = importlib.import_module("IPython.display")
        self._handle: Any = None

    def paint(self, progress: Progress) -> None:
        rows = [(_headline(progress), "", ""), *_stages(progress, _STAGES)]
        self._show(to_html(["stage", "rows", "size"], rows, more=False))

    def clear(self) -> None:
        self._show("")

    def _show(self, html: str) -> None:
        content = self._module.HTML(html)
        if self._handle is None:
            self._handle = self._module.display(content, display_id=True)
        else:
            self._handle.update(content)


def _painter_for(stream: TextIO) -> _Painter:
    if _is_notebook():
        return _Cell()
    if _is_terminal(stream):
        try:
            from rich.console import Console  # noqa: PLC0415 - rich may not be installed
        except ImportError:
            return _Line(stream)
        console = Console(file=stream, highlight=False)
        if console.is_terminal and not console.is_dumb_terminal:
            return _Block(console)
    return _Line(stream)


def _headline(progress: Progress) -> str:
    """Say in one line how far a run is."""
    return f"{progress.elapsed:.1f} s  {progress.rows:,} rows  {_size(progress.bytes)}"


def _stages(progress: Progress, most: int) -> list[tuple[str, str, str]]:
    """Name, rows and size of each stage, as text."""
    return [
        (stage.name, f"{stage.rows:,} rows", _size(stage.bytes))
        for stage in progress.stages[: max(most, 0)]
    ]


def _size(count: int) -> str:
    """Give a number of bytes with its unit.

    Example:
        >>> _size(1023), _size(1536), _size(5 * 1024**4)
        ('1023 B', '1.5 KiB', '5120.0 GiB')
    """
    if count < 1024:  # noqa: PLR2004 - what the units are made of
        return f"{count} B"
    kibibytes = count / 1024
    for power, unit in enumerate(("KiB", "MiB")):
        if kibibytes < 1024 ** (power + 1):
            return f"{kibibytes / 1024**power:.1f} {unit}"
    return f"{kibibytes / 1024**2:.1f} GiB"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (AttributeError, OSError, ValueError):
        return 80


def _is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; without a console Python has no stream at all."""
    try:
        return stream is not None and stream.isatty()
    except (AttributeError, OSError, ValueError):
        return False


def _is_notebook() -> bool:
    # IPython may be half imported, or stand in sys.modules as what blocks it.
    get_shell: Any = getattr(loaded("IPython"), "get_ipython", lambda: None)
    return type(get_shell()).__name__ == "ZMQInteractiveShell"
