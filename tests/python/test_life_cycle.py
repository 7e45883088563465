"""Closing, re-entry, Ctrl-C, memory."""

import builtins
import concurrent.futures
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import arrowsmith


def test_closed_things_say_so():
    database = arrowsmith.Database.in_memory(threads=1)
    session = database.session()
    relation = session.sql("SELECT 1")
    session.close()
    session.close()
    assert session.closed
    for use in (
        lambda: session.sql("SELECT 1"),
        lambda: session.register("t", {"x": [1]}),
        lambda: session.load_python_plugin("", "p"),
        relation.rows,
    ):
        with pytest.raises(arrowsmith.ClosedError, match="closed"):
            use()
    database.close()
    assert database.closed
    with pytest.raises(arrowsmith.ClosedError):
        database.session()


class Closing:
    """A function that closes a session as soon as it is asked for its name."""

    def __init__(self, session):
        self.session = session

    @property
    def __name__(self):
        self.session.close()
        return "closing"

    def __call__(self, x: int) -> int:
        return x


@pytest.mark.parametrize(
    "load",
    [
        lambda session, _: session.add_function(Closing(session)),
        lambda session, path: session.load_plugin(path),
        lambda session, _: session.reload("p"),
    ],
    ids=["add_function", "load_plugin", "reload"],
)
def test_nothing_stays_of_what_is_loaded_while_the_session_is_closed(
    session, load, tmp_path, monkeypatch
):
    path = tmp_path / "p.py"
    source = "@db.scalar_fn\ndef f(x: int) -> int:\n    return x\n"
    path.write_text(source)
    session.load_plugin(path)
    path.write_text(f"import builtins\nbuiltins.closing.close()\n{source}")
    monkeypatch.setattr(builtins, "closing", session, raising=False)
    with pytest.raises(arrowsmith.ClosedError):
        load(session, path)
    assert session._native.function_count() == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_a_function_may_query_its_own_session(threads):
    with arrowsmith.Database.in_memory(threads=threads) as database, database.session() as session:
        session.register("t", {"x": [1, 2, 3]})

        @session.add_function
        def above(x: int) -> int:
            return session.sql("SELECT count(*) FROM t WHERE x > $1", [x]).rows()[0][0]

        assert session.sql("SELECT above(x) FROM t ORDER BY x").rows() == [(2,), (1,), (0,)]


def test_a_function_may_wait_for_a_thread_that_queries(session):
    pool = concurrent.futures.ThreadPoolExecutor(1)

    @session.add_function
    def inner(x: int) -> int:
        return x + 1

    @session.add_function
    def outer(x: int) -> int:
        query = session.sql("SELECT inner($1)", [x])
        return pool.submit(query.rows).result()[0][0]

    assert session.sql("SELECT outer(1)").rows() == [(2,)]
    pool.shutdown()


def test_closing_releases_a_caller_between_rows(database):
    session = database.session()
    started = threading.Event()

    @session.add_function
    def slow(x: int) -> int:
        started.set()
        time.sleep(0.002)
        return x

    def close():
        started.wait()
        session.close()

    closer = threading.Thread(target=close)
    closer.start()
    start = time.monotonic()
    with pytest.raises(arrowsmith.ArrowsmithError):
        session.sql("SELECT slow(value) FROM generate_series(1, 100000)").rows()
    assert time.monotonic() - start < 2
    closer.join()


def test_options_are_checked():
    for options in ({"threads": 0}, {"threads": -1}, {"memory": "much"}, {"memory": 0}):
        with pytest.raises(ValueError, match=r"threads|memory"):
            arrowsmith.Database.in_memory(**options)


def test_a_sort_spills_under_a_memory_limit(tmp_path):
    query = "SELECT value, md5(value::text) AS h FROM generate_series(1, 1000000) ORDER BY h"
    with arrowsmith.Database.in_memory(threads=2, memory="64MiB", temp_dir=tmp_path) as database:
        session = database.session()
        rows = sum(batch.num_rows for batch in session.sql(query))
        assert rows == 1_000_000
        assert "spill_count" in session.sql(query).explain(analyze=True)
    with arrowsmith.Database.in_memory(threads=2, memory="200KiB") as database:
        session = database.session()
        with pytest.raises(MemoryError):
            session.sql(query).rows()
        assert session.sql("SELECT 1").rows() == [(1,)]


def test_ctrl_c_ends_a_query():
    source = """
        import arrowsmith
        session = arrowsmith.Database.in_memory().session()
        print("ready", flush=True)
        try:
            series = "generate_series(1, 10000000000)"
            session.sql(f"SELECT count(md5(value::text)) FROM {series}").rows()
        except KeyboardInterrupt:
            print("interrupted", session.sql("SELECT 1").rows(), flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        # Let the query start. Sent too early, the signal tests less but never fails wrongly.
        time.sleep(0.3)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted [(1,)]\n"
        assert time.monotonic() - sent < 1.0


def test_the_interpreter_exits_with_a_query_running(run_script):
    done = run_script(
        """
        import arrowsmith
        session = arrowsmith.Database.in_memory().session()
        @session.add_function
        def slow(x: int) -> int:
            return sum(range(1000)) + x
        batches = iter(session.sql("SELECT slow(value) FROM generate_series(1, 10000000)"))
        next(batches)
        print("leaving")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "leaving\n", "")


@pytest.mark.parametrize("module", ["numpy", "pandas", "polars", "pyarrow"])
def test_no_library_is_needed(module, run_script):
    done = run_script(
        f"""
        import sys
        sys.modules[{module!r}] = None
        import arrowsmith
        session = arrowsmith.Database.in_memory().session()
        @session.add_function
        def half(x: float) -> float:
            return x / 2
        session.register("t", {{"x": [1.0, None]}})
        print(session.sql("SELECT half(x) AS h FROM t").rows(), session.function("half")([4.0]))
        session.sql("SELECT 1 AS one").show()
        next(iter(session.sql("SELECT 1 AS one")))
        """
    )
    assert done.stderr == ""
    assert done.stdout.startswith("[(0.5,), (None,)] [2.0]\n")


def test_importing_imports_none_of_them(run_script):
    done = run_script(
        """
        import sys
        import arrowsmith
        print(sorted({"numpy", "pandas", "polars", "pyarrow", "typer", "rich"} & set(sys.modules)))
        """
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
