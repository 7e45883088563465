"""What being stopped, or standing beside somebody who is stuck, leaves intact."""

import textwrap
import threading
import time

import pytest

import arrowsmith


def test_what_is_stopped_cleans_up_behind_itself(session, newest_module):
    source = """
import threading
lock, cleaned = threading.Lock(), []

@db.scalar_fn
def f(x: int) -> int:
    with lock:
        try:
            # CPython 3.11 leaves a `try` by the back of a loop that is the first thing in it.
            x += 0
            while True: pass
        finally:
            cleaned.append(x)
"""
    session.load_python_plugin(source, "gentle")
    module = newest_module("gentle")
    for number in range(20):
        with pytest.raises(arrowsmith.QueryTimeout):
            session.sql("SELECT gentle.f($1)", [number], timeout=0.03).rows()
        assert not module.lock.locked()
    assert module.cleaned == list(range(20))


HOST = """
import random, sys
import arrowsmith
session = arrowsmith.Database.in_memory(threads=2).session()
session.load_python_plugin(sys.argv[1], "p")
random.seed(1)
for _ in range(60):
    try:
        session.sql("SELECT p.f(1)", timeout=random.uniform(0.003, 0.03)).rows()
    except arrowsmith.QueryTimeout:
        pass
"""


@pytest.fixture
def stop_often(run_script):
    """Stop the plugin's `f` sixty times, and run something then."""
    return lambda plugin, after: run_script(HOST + textwrap.dedent(after), plugin)


def test_logging_outlives_functions_that_are_stopped_while_they_log(stop_often):
    plugin = """
import io, logging
logging.basicConfig(stream=io.StringIO(), level=logging.INFO)

@db.scalar_fn
def f(x: int) -> int:
    while True:
        logging.info("a line")
"""
    done = stop_often(plugin, 'import logging; logging.info("still here"); print("fine")')
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr


def test_imports_outlive_functions_that_are_stopped_while_they_import(stop_often):
    plugin = """
@db.scalar_fn
def f(x: int) -> int:
    import wave, email.mime.text, xml.dom.minidom, unittest.mock, http.server, sqlite3.dump
    import asyncio.base_events, multiprocessing.pool, ctypes.util, colorsys, mailbox
    while True: pass
"""
    after = """
import wave, email.mime.text, xml.dom.minidom, unittest.mock, http.server, sqlite3.dump
import asyncio.base_events, multiprocessing.pool, ctypes.util, colorsys, mailbox
print("fine")
"""
    done = stop_often(plugin, after)
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr
    assert "Error" not in done.stderr


@pytest.mark.parametrize("mine", ["time.sleep(3)", "threading.Event().wait(3)"])
def test_who_sleeps_in_a_row_function_keeps_no_other_database_waiting(mine, newest_module):
    with (
        arrowsmith.Database.in_memory(threads=1) as one,
        arrowsmith.Database.in_memory(threads=1) as other,
    ):
        stuck, quick = one.session(), other.session()
        stuck.load_python_plugin(
            "import threading, time\nstarted = threading.Event()\n@db.scalar_fn\n"
            f"def f(x: int) -> int:\n    started.set()\n    {mine}\n    return x\n",
            "stuck",
        )
        quick.load_python_plugin("@db.scalar_fn\ndef f(x: int) -> int:\n    return x\n", "quick")
        module = newest_module("stuck")
        running = threading.Thread(target=stuck.sql("SELECT stuck.f(1)").rows)
        running.start()
        assert module.started.wait(10)
        start = time.perf_counter()
        query = "SELECT sum(quick.f(value)) FROM generate_series(1, 50000)"
        assert quick.sql(query).rows() == [(1_250_025_000,)]
        assert time.perf_counter() - start < 0.5
        running.join()


OWNER = """
import threading
begun, ended, inside = [], [], threading.Event()

class Own:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        begun.append(1)
        for _ in range(10):
            pass
        ended.append(1)

@db.scalar_fn
def f(x: int) -> int:
    with Own():
        inside.set()
        other.sql("SELECT count(md5(value::text)) FROM generate_series(1, 100000000000)").rows()
    return x
"""


def test_what_is_stopped_while_it_waits_for_a_query_cleans_up_too(session, newest_module, until):
    session.load_python_plugin(OWNER, "owner")
    module = newest_module("owner")
    with arrowsmith.Database.in_memory(threads=1) as database:
        module.other = database.session()
        for number in range(1, 21):
            module.inside.clear()
            stopper = threading.Thread(target=lambda: (module.inside.wait(10), session.cancel()))
            stopper.start()
            with pytest.raises(arrowsmith.QueryCancelled):
                session.sql("SELECT owner.f(1)").rows()
            stopper.join()
            assert until(lambda: len(module.ended) >= number), (module.begun, module.ended)  # noqa: B023 - called at once
