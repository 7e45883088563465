"""Queries inside of functions, threads on one session, plugins that come and go meanwhile.

Whatever hangs here is ended by pytest's time limit, which dumps the stacks of all threads.
"""

import concurrent.futures
import gc
import itertools
import logging
import threading
import time

import pytest

import arrowsmith
from arrowsmith import _native


def double(factor=2):
    return f"@db.scalar_fn\ndef f(x: int) -> int:\n    return {factor} * x\n"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("depth", [1, 3, 6])
def test_queries_inside_of_functions_inside_of_queries(threads, depth):
    with arrowsmith.Database.in_memory(threads=threads) as database, database.session() as session:

        @session.add_function
        def down(x: int) -> int:
            if x == 0:
                return 0
            return 1 + session.sql("SELECT down($1)", [x - 1]).rows()[0][0]

        assert session.sql("SELECT down($1)", [depth]).rows() == [(depth,)]


def test_a_nested_query_ends_with_the_outer_one(database):
    session, other = database.session(), database.session()
    seen = []

    @other.add_function
    def endless(x: int) -> int:
        while True:
            x += 1

    @session.add_function
    def outer(x: int) -> int:
        try:
            return other.sql("SELECT endless($1)", [x]).rows()[0][0]
        except arrowsmith.ArrowsmithError as error:
            seen.append(error)
            raise

    start = time.perf_counter()
    with pytest.raises(arrowsmith.QueryTimeout):
        session.sql("SELECT outer(1)", timeout=0.2).rows()
    assert time.perf_counter() - start < 0.3
    assert other.sql("SELECT 1").rows() == [(1,)]
    assert [type(error) for error in seen] in ([], [arrowsmith.QueryTimeout])


def test_many_threads_on_one_session(session):
    session.load_python_plugin(double(), "p")
    session.register("t", {"x": list(range(1000))})

    def work(number):
        query = "SELECT sum(p.f(x)) FROM t WHERE x < $1"
        limit = number % 7 + 1
        return session.sql(query, [limit]).rows() == [(limit * (limit - 1),)]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(200)))


def test_a_plugin_comes_and_goes_while_others_query(session):
    over = threading.Event()
    session.load_python_plugin(double(1), "p")

    def churn():
        for version in itertools.count(2):
            if over.is_set():
                return
            session.load_python_plugin(double(version), "p")
            if version % 4 == 0:
                session.unload("p")

    def query():
        answers = 0
        for _ in range(150):
            try:
                rows = session.sql("SELECT p.f(v) FROM (VALUES (1), (2)) AS t(v)").rows()
            except arrowsmith.PlanError as error:
                assert "unknown function p.f" in str(error)  # noqa: PT017 - it may not be raised
                continue
            # One version answers for all rows of a query.
            assert rows[1][0] == 2 * rows[0][0]
            answers += 1
        return answers

    churning = threading.Thread(target=churn)
    churning.start()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = [future.result() for future in [pool.submit(query) for _ in range(4)]]
    over.set()
    churning.join()
    assert sum(answers) > 0


def test_a_running_query_keeps_the_version_that_it_started_with(session):
    session.load_python_plugin(double(2), "p")
    batches = iter(session.sql("SELECT p.f(value) AS y FROM generate_series(1, 200000)"))
    first = next(batches)
    session.load_python_plugin(double(3), "p")
    assert session.unload("p")
    values = [value for batch in (first, *batches) for value in batch["y"].to_pylist()]
    assert sorted(values) == [2 * value for value in range(1, 200_001)]


def test_a_function_object_outlives_its_session():
    database = arrowsmith.Database.in_memory(threads=1)
    session = database.session()
    session.load_python_plugin(double(), "p")
    function = session.function("p.f")
    del database, session
    gc.collect()
    assert function([1, 2]) == [2, 4]


def test_a_function_object_of_a_closed_session_says_so(database):
    session = database.session()
    session.load_python_plugin(double(), "p")
    function = session.function("p.f")
    session.close()
    with pytest.raises(arrowsmith.ClosedError, match="the session is closed"):
        function([1])


@pytest.mark.parametrize("waits", [False, True])
def test_a_function_that_unloads_while_it_is_dropped(database, waits):
    session = database.session()

    class Dropped:
        def __call__(self, x: int) -> int:
            return x

        def __del__(self):
            # Sleeping lets another thread in, which unloads, too.
            time.sleep(0.05 if waits else 0)
            session.unload("p")

    plugin = arrowsmith.Plugin("p")
    plugin.scalar_fn("f")(Dropped())
    session.load_plugin(plugin)
    del plugin
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        unloads = [pool.submit(session.unload, "p") for _ in range(2)]
        assert sum(unload.result(10) for unload in unloads) == 1


def test_a_reader_that_goes_on_after_an_interrupt_learns_that_rows_are_missing(session):
    calls = itertools.count()

    @session.add_function
    def slow(x: int) -> int:
        next(calls)
        time.sleep(0.0005)
        return x

    def interrupt(progress):
        if not progress.done:
            raise LookupError("from the callback")

    batches = iter(
        session.sql("SELECT slow(value) FROM generate_series(1, 1000000)").progress(interrupt)
    )
    with pytest.raises(LookupError):
        next(batches)
    with pytest.raises(arrowsmith.QueryCancelled):
        list(batches)
    seen = next(calls)
    time.sleep(0.1)
    assert next(calls) == seen + 1, "the query runs on"


@pytest.mark.parametrize("vectorized", ["False", "'numpy'"])
def test_a_calls_timeout_ends_the_query_that_it_waits_for(session, newest_module, vectorized):
    source = f"""
session = None

@db.scalar_fn(args=["int"], returns="int", on_error="null", timeout=0.1, vectorized={vectorized})
def waits(x):
    return session.sql("SELECT count(*) FROM range(100000000) a, range(1000000) b").rows()
"""
    session.load_python_plugin(source, "nested")
    module = newest_module("nested")
    module.session = session
    start = time.perf_counter()
    assert session.sql("SELECT nested.waits(1)").rows() == [(None,)]
    assert time.perf_counter() - start < 0.25


def test_a_plugin_that_is_not_thread_safe_stays_alone_when_it_is_stopped(database, newest_module):
    session = database.session()
    source = """
import threading, time
session, inside, overlaps = None, [], []
started = threading.Event()

def enter(name):
    overlaps.extend(inside)
    inside.append(name)

@db.scalar_fn(thread_safe=False)
def a(x: int) -> int:
    enter("a")
    try:
        started.set()
        while True: pass
    finally:
        try:
            session.sql("SELECT 1").rows()
        except BaseException:
            pass
        time.sleep(0.01)
        inside.remove("a")

@db.scalar_fn(args=["int"], returns="int", thread_safe=False, vectorized="numpy")
def b(x):
    enter("b")
    inside.remove("b")
    return x
"""
    session.load_python_plugin(source, "alone")
    module = newest_module("alone")
    module.session = session

    with concurrent.futures.ThreadPoolExecutor(1) as pool:

        def run_b():
            assert module.started.wait(10)
            # It waits until `a` is out.
            return session.sql("SELECT alone.b(1)").rows()

        answer = pool.submit(run_b)
        with pytest.raises(arrowsmith.QueryTimeout):
            session.sql("SELECT alone.a(1)", timeout=0.3).rows()
        assert answer.result(10) == [(1,)]
    assert not module.overlaps
    assert not module.inside


def test_a_lost_thread_is_logged(session, caplog, until):
    @session.add_function
    def sleeps(x: int) -> int:
        time.sleep(1.5)
        return x

    with pytest.raises(arrowsmith.QueryTimeout, match="sleeps is still running"):
        session.sql("SELECT sleeps(1)", timeout=0.1).rows()
    with caplog.at_level(logging.WARNING, logger="arrowsmith"):
        # Lines come with whoever is at the door.
        assert until(lambda: session.sql("SELECT 1").rows() and len(caplog.records) > 1)
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    said = {record.name: record.getMessage() for record in caplog.records}
    message = said["arrowsmith.pyhost.interrupt.thread"]
    assert "session.sleeps.sleeps has not stopped for 1 s" in message


def test_the_engines_lines_reach_logging_at_the_level_that_is_wanted(session, caplog):
    session.sql("SELECT 1").rows()
    assert not caplog.records
    with caplog.at_level(logging.DEBUG, logger="arrowsmith"):
        session.sql("SELECT 1").rows()
        session.sql("SELECT 1").rows()
    assert any(record.name == "arrowsmith.engine.work" for record in caplog.records)


def test_a_panic_becomes_an_internal_error(session):
    session.sql("SELECT 1").rows()
    # Other libraries made with PyO3 have classes of that name, too.
    classes = [cls for cls in BaseException.__subclasses__() if cls.__name__ == "PanicException"]
    raised = []
    for panic in classes:

        @_native.boundary
        def panics(panic=panic):
            raise panic("index out of bounds")

        with pytest.raises(BaseException, match="index out of bounds") as caught:
            panics()
        raised.append(caught.value)
    [ours] = [error for error in raised if isinstance(error, arrowsmith.InternalError)]
    assert "please report it" in str(ours)
    assert session.sql("SELECT 1").rows() == [(1,)]
