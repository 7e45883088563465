"""What is told and shown of a query while it runs."""

import io
import os
import pty
import re
import signal
import subprocess
import sys
import textwrap
import threading
import types
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from arrowsmith import progress
from arrowsmith.progress import Display, display_for

ENDLESS = "SELECT count(md5(value::text)) FROM generate_series(1, 10000000000)"


class EnoughError(Exception):
    pass


# Relation.progress


def test_the_callback_is_told_at_the_end(session):
    seen = []
    relation = session.sql("SELECT value FROM generate_series(1, 1000)")
    told = relation.progress(seen.append)
    assert told is not relation
    assert told.columns == relation.columns
    assert seen == []
    assert len(told.rows()) == 1000
    assert [one.done for one in seen] == [False] * (len(seen) - 1) + [True]
    last = seen[-1]
    assert last.elapsed > 0
    assert (type(last.rows), type(last.bytes)) == (int, int)
    assert last.stages
    for stage in last.stages:
        assert (type(stage.name), type(stage.rows), type(stage.bytes)) == (str, int, int)
    count = len(seen)
    relation.rows()
    assert len(seen) == count


def test_the_callback_is_told_on_the_waiting_thread_and_can_stop_the_run(session):
    seen = []

    def watch(one):
        seen.append((one.elapsed, one.done, threading.get_ident()))
        if len(seen) == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        session.sql(ENDLESS).progress(watch).rows()
    elapsed, done, threads = zip(*seen[:3], strict=True)
    assert list(elapsed) == sorted(elapsed)
    assert elapsed[2] - elapsed[0] > 0.1
    assert done == (False,) * 3
    assert set(threads) == {threading.get_ident()}
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_the_callback_is_told_of_the_end_of_a_run_that_fails(load):
    session = load("@db.scalar_fn\ndef f(x: int) -> int:\n    return 1 // x\n")
    seen = []
    with pytest.raises(ZeroDivisionError):
        session.sql("SELECT p.f(0)").progress(seen.append).rows()
    assert seen[-1].done


@pytest.mark.parametrize("use", ["collect", "show", "rows", "to_arrow", "__iter__"])
def test_every_run_tells(session, use):
    seen = []
    result = getattr(session.sql("SELECT 1 AS n").progress(seen.append), use)()
    if use == "__iter__":
        assert [batch.num_rows for batch in result] == [1]
    assert seen[-1].done


def test_a_callback_is_callable(session):
    with pytest.raises(TypeError, match="callback must be callable"):
        session.sql("SELECT 1").progress(5)
    assert session.sql("SELECT 1").progress(None).rows() == [(1,)]


# The display, fed by hand


class Terminal(io.StringIO):
    """A terminal that remembers what is to be seen. It knows what the display uses."""

    CODES = re.compile(r"\r|\n|\x1b\[(\d*)([A-Za-z])|[^\r\n\x1b]+")

    def isatty(self):
        return True

    def screen(self):
        lines, row, column = [""], 0, 0
        for match in self.CODES.finditer(self.getvalue()):
            text, count, code = match[0], match[1], match[2]
            if text == "\r":
                column = 0
            elif text == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            elif code == "A":
                row -= int(count)
            elif code == "J":
                del lines[row + 1 :]
                lines[row] = lines[row][:column]
            elif code is None:
                before, after = lines[row][:column].ljust(column), lines[row][column + len(text) :]
                lines[row], column = before + text + after, column + len(text)
        return [line.rstrip() for line in lines if line.strip()]


def see(monkeypatch, stream):
    # Not sys.stderr itself, which pytest puts back between a fixture and its test.
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))


@pytest.fixture
def terminal(monkeypatch):
    stream = Terminal()
    see(monkeypatch, stream)
    monkeypatch.setattr(progress, "_screen", progress._Screen())
    monkeypatch.setenv("TERM", "xterm")
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    return stream


@pytest.fixture(params=["rich", "plain", "dumb"])
def any_terminal(request, terminal, monkeypatch):
    if request.param == "plain":
        monkeypatch.setitem(sys.modules, "rich", None)
        monkeypatch.setitem(sys.modules, "rich.console", None)
    if request.param == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    return terminal


def state(elapsed, *, done=False, stages=()):
    made = [SimpleNamespace(name=name, rows=1234, bytes=2048) for name in stages]
    return SimpleNamespace(elapsed=elapsed, done=done, rows=1_000_000, bytes=3 << 20, stages=made)


def test_nothing_is_shown_for_half_a_second(any_terminal):
    display = Display()
    for elapsed in (0.1, 0.4, 0.49):
        display(state(elapsed))
    display(state(0.5, done=True))
    assert any_terminal.getvalue() == ""


def test_one_line_is_shown_and_cleared(any_terminal):
    display = Display()
    display(state(1.0, stages=["scan"]))
    assert any_terminal.screen()[0] == "1.0 s  1,000,000 rows  3.0 MiB"
    display(state(2.0, stages=["scan"]))
    assert any_terminal.screen()[0] == "2.0 s  1,000,000 rows  3.0 MiB"
    display(state(2.1, done=True))
    assert any_terminal.screen() == []


def test_rich_shows_a_line_for_each_stage(terminal):
    display = Display()
    display(state(1.0, stages=["scan", "sort " + "x" * 200]))
    display(state(1.1, stages=["scan", "sort " + "x" * 200]))
    head, scan, sort = terminal.screen()
    assert head.startswith("1.1 s")
    assert re.search(r"scan +1,234 rows +2\.0 KiB", scan)
    assert re.fullmatch(r"sort x+… +1,234 rows +2\.0 KiB", sort)
    assert len(sort) <= 80
    display(state(2.0, stages=[f"stage {number}" for number in range(100)]))
    assert 2 < len(terminal.screen()) <= 22, "what is higher than the screen can't be cleared"
    display(state(2.1, done=True))
    assert terminal.screen() == []


def test_what_others_print_stays(any_terminal):
    display = Display()
    any_terminal.write("before\n")
    display(state(1.0, stages=["scan"]))
    display.clear()
    any_terminal.write("between\n")
    display(state(1.1, stages=["scan"]))
    display(state(1.2, done=True))
    assert any_terminal.screen() == ["before", "between"]


def test_of_two_runs_at_once_the_first_is_shown(terminal):
    first, second = Display(), Display()
    first(state(1.0))
    shown = terminal.getvalue()
    second(state(5.0))
    second(state(5.1, done=True))
    assert terminal.getvalue() == shown
    first(state(1.1, done=True))
    second(state(6.0))
    assert terminal.screen()[0].startswith("6.0 s")
    second(state(6.1, done=True))
    assert terminal.screen() == []


def test_a_run_that_was_left_alone_gives_the_screen_back(terminal, monkeypatch):
    Display()(state(1.0))
    monkeypatch.setattr(progress, "_STALE", -1.0)
    second = Display()
    second(state(7.0))
    assert terminal.screen()[0].startswith("7.0 s")
    second(state(7.1, done=True))


class Broken(Terminal):
    def write(self, text):
        raise OSError(text)


@pytest.mark.usefixtures("terminal")
def test_a_broken_terminal_switches_the_display_off(monkeypatch):
    stream = Broken()
    see(monkeypatch, stream)
    display = Display()
    display(state(1.0))
    see(monkeypatch, other := Terminal())
    display(state(1.1))
    display(state(1.2, done=True))
    display.clear()
    assert other.getvalue() == ""


@pytest.fixture
def notebook(monkeypatch):
    """A stand-in for IPython in a notebook, and what its output shows, in turn."""
    shown = []

    class ZMQInteractiveShell:
        pass

    handle = SimpleNamespace(update=shown.append)
    ipython, output = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    ipython.get_ipython = ZMQInteractiveShell
    output.HTML = str
    output.display = lambda html, *, display_id: (shown.append(html), display_id and handle)[1]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", output)
    return shown


def test_a_notebook_updates_one_output(notebook):
    display = display_for(None)
    display(state(1.0, stages=["<scan>"]))
    display(state(1.1))
    display(state(1.2, done=True))
    first, second, last = notebook
    assert "1.0 s" in first
    assert "&lt;scan&gt;" in first
    assert "1.1 s" in second
    assert last == ""


@pytest.mark.usefixtures("terminal")
def test_who_gets_a_display(monkeypatch):
    assert isinstance(display_for(None), Display)
    assert display_for(False) is None  # noqa: FBT003 - the setting as the user gives it
    for stream in (io.StringIO(), None, object()):
        see(monkeypatch, stream)
        assert display_for(None) is None
        assert isinstance(display_for(True), Display)  # noqa: FBT003 - as above
    closed = io.StringIO()
    closed.close()
    see(monkeypatch, closed)
    assert display_for(None) is None
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    assert display_for(None) is None


# The display on real queries

SLOW = """
import sys
import time
import arrowsmith

session = arrowsmith.Database.in_memory({options}).session()

@session.add_function
def slow(x: int) -> int:
    time.sleep({seconds})
    return x

relation = session.sql("SELECT slow(7) AS n")
{use}
print("rich" in sys.modules, "IPython" in sys.modules)
"""


def run_in_terminal(use, seconds, options=""):
    """Run a script whose standard error is a real terminal; give what it wrote to either."""
    source = SLOW.format(use=textwrap.dedent(use), seconds=seconds, options=options)
    with start_in_terminal("-c", source) as (process, lines):
        drawn = Terminal("".join(lines))
        out, _ = process.communicate(timeout=60)
    return process.returncode, out.splitlines(), drawn


@contextmanager
def start_in_terminal(*arguments):
    """Start Python with a terminal as standard error; give the process and what comes there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        encoding="utf-8",
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(theirs)
    try:
        with process:
            yield process, read_all(ours)
    finally:
        os.close(ours)


def read_all(descriptor):
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:  # what Linux says once nobody has the other end
            return
        if not data:
            return
        yield data.decode()


def test_a_slow_query_is_shown_in_a_terminal():
    code, out, drawn = run_in_terminal("print(relation.rows())", 1.0)
    assert (code, out) == (0, ["[(7,)]", "True False"])
    assert re.search(r"0\.[5-9] s ", drawn.getvalue())
    assert drawn.screen() == []


def test_a_slow_iteration_is_shown_in_a_terminal():
    use = "for batch in relation: print('one batch', file=sys.stderr)"
    code, _, drawn = run_in_terminal(use, 1.0)
    assert code == 0
    assert re.search(r"0\.[5-9] s ", drawn.getvalue())
    assert drawn.screen() == ["one batch"]


def test_a_failure_leaves_the_screen_to_its_traceback():
    use = """
    @session.add_function
    def bad(x: int) -> int:
        return 1 // (slow(x) - x)
    session.sql("SELECT bad(7)").rows()
    """
    code, _, drawn = run_in_terminal(use, 1.0)
    assert code == 1
    assert re.search(r"0\.[5-9] s ", drawn.getvalue())
    assert drawn.screen()[0].startswith("Traceback")


def test_ctrl_c_on_the_command_line_leaves_one_line():
    with start_in_terminal("-m", "arrowsmith", "sql", ENDLESS) as (process, lines):
        seen = next(lines)
        process.send_signal(signal.SIGINT)
        seen += "".join(lines)
        assert process.wait(60) == 130
    assert re.match(r"\r\x1b\[J0\.[5-9] s ", seen)
    assert Terminal(seen).screen() == ["cancelled"]


def test_a_quick_query_imports_nothing():
    code, out, drawn = run_in_terminal("print(relation.rows())", 0.0)
    assert (code, out, drawn.getvalue()) == (0, ["[(7,)]", "False False"], "")


def test_the_display_can_be_switched_off():
    code, out, drawn = run_in_terminal("print(relation.rows())", 1.0, "progress=False")
    assert (code, out, drawn.getvalue()) == (0, ["[(7,)]", "False False"], "")


def test_a_callback_takes_the_displays_place():
    use = "told = []; relation.progress(told.append).rows(); print(told[-1].done)"
    code, out, drawn = run_in_terminal(use, 1.0)
    assert (code, out, drawn.getvalue()) == (0, ["True", "False False"], "")


def test_nothing_is_drawn_into_a_pipe(run_script):
    source = SLOW.format(use="relation.rows()", seconds=1.0, options="")
    done = run_script(source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False False\n", "")
