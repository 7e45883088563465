"""Time limits of queries, and cancelling them."""

import contextlib
import threading
import time

import pytest

import arrowsmith

ENDLESS = "SELECT count(md5(value::text)) FROM generate_series(1, 10000000000)"
SPIN = """
@db.scalar_fn(on_error="{on_error}")
def spin(x: int) -> int:
    while True:
        pass
"""


def ends_in_time(error, use, **match):
    start = time.monotonic()
    with pytest.raises(error, **match) as caught:
        use()
    assert time.monotonic() - start < 2
    return caught.value


def test_a_query_that_takes_too_long(session):
    relation = session.sql(ENDLESS, timeout=0.2)
    for use in (relation.rows, relation.show, relation.collect, lambda: list(relation)):
        error = ends_in_time(arrowsmith.QueryTimeout, use, match=r"0\.2 s")
        assert isinstance(error, TimeoutError)
    assert session.sql("SELECT 1").rows() == [(1,)]


@pytest.mark.parametrize("on_error", ["raise", "null", "collect"])
def test_no_function_catches_the_querys_timeout(load, on_error):
    session = load(SPIN.format(on_error=on_error))
    ends_in_time(arrowsmith.QueryTimeout, session.sql("SELECT p.spin(1)", timeout=0.2).rows)
    assert session.error_count == 0
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_a_statement_that_runs_at_once_is_limited_too(session):
    ends_in_time(
        arrowsmith.QueryTimeout,
        lambda: session.sql(f"CREATE TABLE t AS {ENDLESS}", timeout=0.2),
    )
    assert "t" not in session.tables()


def test_each_run_has_the_whole_time(load):
    session = load(
        "import time\n\n@db.scalar_fn\ndef nap(x: int) -> int:\n    time.sleep(0.3)\n    return x\n"
    )
    relation = session.sql("SELECT p.nap(1)", timeout=2)
    start = time.monotonic()
    while time.monotonic() - start < 2.2:
        assert relation.rows() == [(1,)]


@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        (10**400, ValueError),
        (True, TypeError),
        ("1", TypeError),
    ],
)
def test_a_time_limit_is_checked(session, timeout, error):
    with pytest.raises(error, match="timeout must be a number of seconds"):
        session.sql("SELECT 1", timeout=timeout)


@pytest.mark.parametrize("timeout", [None, 10, 10.0, 1e9, 1e300])
def test_time_enough(session, timeout):
    assert session.sql("SELECT 1", timeout=timeout).rows() == [(1,)]


def test_cancelling_from_another_thread(session):
    started = threading.Event()

    @session.add_function
    def spin(x: int) -> int:
        started.set()
        while True:
            x += 1

    relation = session.sql("SELECT spin(1)")
    for use in (relation.rows, lambda: list(relation), lambda: session.function("spin")([1])):
        started.clear()
        canceller = threading.Thread(target=lambda: (started.wait(), session.cancel()))
        canceller.start()
        ends_in_time(arrowsmith.QueryCancelled, use)
        canceller.join()
    assert session.sql("SELECT 1").rows() == [(1,)]


@pytest.mark.parametrize("on_error", ["null", "collect"])
def test_no_function_catches_cancelling(session, on_error):
    started = threading.Event()
    plugin = arrowsmith.Plugin("p")

    @plugin.scalar_fn(on_error=on_error)
    def spin(x: int) -> int:
        started.set()
        while True:
            x += 1

    session.load_plugin(plugin)
    canceller = threading.Thread(target=lambda: (started.wait(), session.cancel()))
    canceller.start()
    ends_in_time(arrowsmith.QueryCancelled, session.sql("SELECT p.spin(1)").rows)
    canceller.join()
    assert session.error_count == 0


def test_cancelling_reaches_its_own_session_only(database, session):
    started, released = threading.Event(), threading.Event()
    other = database.session()

    @session.add_function
    def held(x: int) -> int:
        started.set()
        while not released.is_set():
            pass
        return x

    def cancel():
        started.wait()
        other.cancel()
        released.set()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    assert session.sql("SELECT held(1)").rows() == [(1,)]
    canceller.join()


def test_cancelling_nothing_does_nothing(session):
    session.cancel()
    session.cancel()
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_a_thread_that_cannot_be_interrupted_is_named(session):
    started, released = threading.Event(), threading.Event()

    @session.add_function
    def blocked(x: int) -> int:
        started.set()
        released.wait(30)  # in C, for as long as nobody sets it
        return x

    try:
        error = ends_in_time(
            arrowsmith.QueryTimeout, session.sql("SELECT blocked(1)", timeout=0.2).rows
        )
        assert started.is_set()
        assert "blocked" in str(error)
        assert "still running" in str(error)
    finally:
        released.set()


def test_a_write_that_is_stopped_leaves_nothing_behind(session, tmp_path, until):
    numbers = "SELECT value FROM generate_series(1, 200000)"
    whole = time.monotonic()
    session.sql(numbers).write_parquet(tmp_path / "kept.parquet")
    whole = time.monotonic() - whole
    for step in range(20):
        # Planning has the same limit.
        with contextlib.suppress(arrowsmith.QueryTimeout):
            relation = session.sql(numbers, timeout=max(whole * step / 20, 1e-6))
            relation.write_parquet(tmp_path / "kept.parquet")
    assert until(lambda: [path.name for path in tmp_path.iterdir()] == ["kept.parquet"])


def test_a_call_whose_end_waited_for_the_lock_of_others_is_null_all_the_same(load, newest_module):
    session = load(
        "import threading\nbegun = threading.Event()\n\n"
        '@db.scalar_fn(timeout=0.2, on_error="null")\n'
        "def f(x: int) -> int:\n    begun.set()\n    while True: pass\n"
    )
    module = newest_module("p")

    def hold_the_lock():
        module.begun.wait(10)
        time.sleep(0.15)
        end = time.monotonic() + 1.3
        while time.monotonic() < end:
            sum(range(20_000_000))

    other = threading.Thread(target=hold_the_lock)
    other.start()
    assert session.sql("SELECT p.f(1)").rows() == [(None,)]
    other.join()
