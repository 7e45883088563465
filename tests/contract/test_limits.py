"""Everything that is Python can be stopped, and the session goes on."""

import threading
import time

import pytest

import arrowsmith

# The promise is 0.1 s; the rest is for machines that are busy with something else.
LATE = 0.5

ENDLESS = """
@db.scalar_fn({0})
def f(x: int) -> int:
    if x == 2:
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
    return x
"""


@pytest.fixture
def table(host):
    host.register("t", x=[0, 1, 2])
    return host


def test_a_query_s_timeout(table):
    table.load(ENDLESS.format(""))
    start = time.monotonic()
    with pytest.raises(arrowsmith.QueryTimeout):
        table.sql("SELECT p.f(x) FROM t", timeout=0.2)
    assert time.monotonic() - start < 0.2 + LATE
    assert table.value("p.f(1)") == 1


def test_a_function_s_timeout_is_for_each_call(table):
    table.load(ENDLESS.format("timeout=0.2"))
    start = time.monotonic()
    with pytest.raises(arrowsmith.FunctionTimeout, match=r"p\.f"):
        table.sql("SELECT p.f(x) FROM t")
    assert time.monotonic() - start < 0.2 + LATE
    assert table.value("p.f(1)") == 1


def test_on_error_catches_a_function_s_timeout_and_no_query_s(table):
    table.load(ENDLESS.format("timeout=0.2, on_error='null'"))
    assert table.values("SELECT p.f(x) FROM t") == [0, 1, None]
    table.load(ENDLESS.format("on_error='null'"))
    with pytest.raises(arrowsmith.QueryTimeout):
        table.sql("SELECT p.f(x) FROM t", timeout=0.1)


def test_cancelling_from_another_thread(table):
    running = threading.Event()

    def tell(x: int) -> int:
        running.set()
        return x

    table.add_function(tell)
    table.load(ENDLESS.format(""))
    stopped = []

    def cancel():
        assert running.wait(30)
        time.sleep(0.05)  # into the loop; sooner would be right as well
        stopped.append(time.monotonic())
        table.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(arrowsmith.QueryCancelled):
        table.sql("SELECT p.f(tell(x)) FROM t")
    assert time.monotonic() - stopped[0] < LATE
    thread.join()
    assert table.value("p.f(1)") == 1
