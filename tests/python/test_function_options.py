"""What a decorator says about calls: on_error, timeout, thread_safe, classes and threads."""

import concurrent.futures
import contextvars
import os
import threading
import time

import pytest

import arrowsmith

ROW = """
@db.scalar_fn(on_error="{on_error}")
def inverse(x: float) -> float:
    return 1 / x
"""
VECTORIZED = """
@db.scalar_fn(args=["float"], returns="float", vectorized="numpy", on_error="{on_error}")
def inverse(x):
    if (x == 0).any():
        raise ZeroDivisionError("a zero")
    return 1 / x
"""
SPIN = """
@db.scalar_fn(timeout=0.1, on_error="{on_error}")
def spin(x: int) -> int:
    while x == 1:
        pass
    return x
"""
VECTORIZED_SPIN = """
@db.scalar_fn(args=["int"], returns="int", vectorized="numpy", timeout=0.1, on_error="{on_error}")
def spin(x):
    while 1 in x:
        pass
    return x
"""


def collected(session):
    return session.sql(
        "SELECT function, row, arguments, type, message FROM arrowsmith.errors"
    ).rows()


# on_error


def test_errors_are_raised_by_default(load):
    session = load(ROW.replace('(on_error="{on_error}")', ""))
    with pytest.raises(ZeroDivisionError):
        session.sql("SELECT p.inverse(0.0)").rows()
    assert (session.error_count, session.errors().rows()) == (0, [])


@pytest.mark.parametrize("on_error", ["null", "collect"])
def test_a_row_that_fails_is_null(load, on_error):
    session = load(ROW.format(on_error=on_error))
    session.register("t", {"x": [1.0, 0.0, None, 4.0]})
    rows = session.sql("SELECT p.inverse(x) AS y FROM t").rows()
    assert rows == [(1.0,), (None,), (None,), (0.25,)]
    assert session.error_count == (1 if on_error == "collect" else 0)
    if on_error == "collect":
        [(function, row, arguments, kind, message)] = collected(session)
        assert (function, row, kind) == ("p.inverse", 1, "ZeroDivisionError")
        assert "(0.0)" in arguments
        assert message == "float division by zero"


@pytest.mark.parametrize("on_error", ["null", "collect"])
def test_a_batch_that_fails_is_null(load, on_error):
    session = load(VECTORIZED.format(on_error=on_error))
    session.register("t", {"x": [1.0, 0.0, 4.0]})
    assert session.sql("SELECT p.inverse(x) AS y FROM t").rows() == [(None,)] * 3
    assert session.sql("SELECT p.inverse(x) AS y FROM t WHERE x > 0").rows() == [(1.0,), (0.25,)]
    assert session.error_count == (1 if on_error == "collect" else 0)
    if on_error == "collect":
        [(function, row, arguments, kind, message)] = collected(session)
        assert (function, row) == ("p.inverse", None)
        assert arguments.startswith("a batch of 3 rows")
        assert (kind, message) == ("ZeroDivisionError", "a zero")


def test_on_error_holds_for_a_function_that_is_called_directly(load):
    session = load(ROW.format(on_error="collect"))
    assert session.function("p.inverse")([2.0, 0.0]) == [0.5, None]
    assert session.function("p.inverse")(0.0) is None
    assert [record[1] for record in collected(session)] == [1, 0]


@pytest.mark.parametrize(
    ("returns", "kind"), [("'text'", "ConversionError"), ("{}[x]", "KeyError")]
)
def test_a_misfit_counts_as_an_error(load, returns, kind):
    session = load(
        f'@db.scalar_fn(on_error="collect")\ndef f(x: float) -> float:\n    return {returns}\n'
    )
    assert session.sql("SELECT p.f(1.0)").rows() == [(None,)]
    assert [record[3] for record in collected(session)] == [kind]


def test_the_table_and_the_relation_are_the_same(load):
    session = load(ROW.format(on_error="collect"))
    columns = ["time", "function", "row", "arguments", "type", "message"]
    table = session.sql("SELECT * FROM arrowsmith.errors")
    assert session.errors().columns == table.columns == columns
    assert session.errors().to_arrow().num_rows == 0
    assert session.sql("SELECT p.inverse(0.0)").rows() == [(None,)]
    assert table.to_arrow().num_rows == 1  # a query sees what there is when it runs
    assert session.errors().to_arrow() == table.to_arrow()
    assert session.errors().to_arrow().schema.field("time").type.tz == "UTC"
    recent = "time BETWEEN now() - INTERVAL '1 minute' AND now()"
    assert session.sql(f"SELECT row FROM arrowsmith.errors WHERE {recent}").rows() == [(0,)]


def test_the_table_is_bounded_and_the_count_is_not(load):
    session = load(ROW.format(on_error="collect"))
    query = "SELECT count(p.inverse(value * 0.0)) FROM generate_series(1, 10100)"
    assert session.sql(query).rows() == [(0,)]
    assert session.error_count == 10_100
    assert session.sql("SELECT count(*) FROM arrowsmith.errors").rows() == [(10_000,)]
    session.clear_errors()
    assert (session.error_count, session.errors().rows()) == (0, [])
    session.sql("SELECT p.inverse(0.0)").rows()
    assert session.error_count == 1


def test_errors_belong_to_their_session(database):
    sessions = [database.session() for _ in range(2)]
    for session in sessions:
        session.load_python_plugin(ROW.format(on_error="collect"), "p")
    assert sessions[0].sql("SELECT p.inverse(0.0)").rows() == [(None,)]
    assert [session.error_count for session in sessions] == [1, 0]


@pytest.mark.parametrize("on_error", ["null", "collect"])
@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_what_is_no_exception_is_not_caught(load, on_error, name):
    session = load(
        f'@db.scalar_fn(on_error="{on_error}")\ndef f(x: int) -> int:\n    raise {name}\n'
    )
    with pytest.raises(arrowsmith.ExecutionError, match=name):
        session.sql("SELECT p.f(1)").rows()
    assert session.error_count == 0


# timeout


@pytest.mark.parametrize("source", [SPIN, VECTORIZED_SPIN])
def test_a_call_that_takes_too_long(load, source):
    session = load(source.format(on_error="raise"))
    for use in (session.sql("SELECT p.spin(1)").rows, lambda: session.function("p.spin")([1])):
        start = time.monotonic()
        with pytest.raises(arrowsmith.FunctionTimeout, match=r"p\.spin .*0\.1 s") as caught:
            use()
        assert time.monotonic() - start < 2
        assert isinstance(caught.value, TimeoutError)
    assert session.sql("SELECT p.spin(2)").rows() == [(2,)]


@pytest.mark.parametrize("on_error", ["null", "collect"])
def test_on_error_catches_the_functions_own_timeout(load, on_error):
    session = load(SPIN.format(on_error=on_error))
    session.register("t", {"x": [0, 1, 2]})
    assert session.sql("SELECT p.spin(x) AS y FROM t").rows() == [(0,), (None,), (2,)]
    if on_error == "collect":
        [(_, row, _, kind, message)] = collected(session)
        assert (row, kind) == (1, "FunctionTimeout")
        assert "0.1 s" in message


@pytest.mark.parametrize("on_error", ["null", "collect"])
def test_on_error_catches_the_timeout_of_a_batch(load, on_error):
    session = load(VECTORIZED_SPIN.format(on_error=on_error))
    session.register("t", {"x": [0, 1, 2]})
    assert session.sql("SELECT p.spin(x) AS y FROM t").rows() == [(None,)] * 3
    assert session.sql("SELECT p.spin(x) AS y FROM t WHERE x <> 1").rows() == [(0,), (2,)]
    if on_error == "collect":
        assert [record[1::2] for record in collected(session)] == [(None, "FunctionTimeout")]


def test_each_row_has_its_own_time(load):
    session = load(
        """
        import time

        @db.scalar_fn(timeout=0.5)
        def slow(x: int) -> int:
            end = time.perf_counter() + 0.01
            while time.perf_counter() < end:
                pass
            return x
        """.replace("\n        ", "\n")
    )
    start = time.monotonic()
    query = "SELECT count(p.slow(value)) FROM generate_series(1, 70)"
    assert session.sql(query).rows() == [(70,)]
    assert time.monotonic() - start > 0.5, "it must take longer in all than a row may"


# What is refused when loading


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("on_error='ignore'", "raise, null, collect"),
        ("on_error=None", "raise, null, collect"),
        ("timeout=0", "above 0"),
        ("timeout=-1.5", "above 0"),
        ("timeout=True", "above 0"),
        ("timeout='1 s'", "above 0"),
        ("timeout=float('nan')", "above 0"),
        ("timeout=float('inf')", "above 0"),
        ("timeout=10 ** 400", "above 0"),
        ("thread_safe=0", "True or False"),
        ("thread_safe=None", "True or False"),
    ],
)
def test_a_wrong_option_is_refused_with_file_and_line(session, tmp_path, option, said):
    path = tmp_path / "p.py"
    path.write_text(f"@db.scalar_fn({option})\ndef f(x: int) -> int:\n    return x\n")
    with pytest.raises(arrowsmith.PluginLoadError) as caught:
        session.load_plugin(path)
    error = caught.value
    assert (error.file, error.line) == (str(path), 2)
    assert option.split("=")[0] in str(error)
    assert said in str(error)


@pytest.mark.parametrize("timeout", ["None", "1", "0.5", "1e9"])
def test_a_time_limit_is_any_positive_number(load, timeout):
    session = load(f"@db.scalar_fn(timeout={timeout})\ndef f(x: int) -> int:\n    return x\n")
    assert session.sql("SELECT p.f(1)").rows() == [(1,)]


# thread_safe


def run_at_once(session, queries):
    with concurrent.futures.ThreadPoolExecutor(len(queries)) as pool:
        return [
            done.rows() for done in pool.map(lambda query: session.sql(query).collect(), queries)
        ]


def test_a_plugin_that_is_not_thread_safe_has_one_thread_inside():
    plugin = arrowsmith.Plugin("p")
    inside = threading.Lock()
    calls, overlaps = [], []

    def alone(x):
        if not inside.acquire(blocking=False):
            overlaps.append(threading.get_ident())
            return x
        calls.append(threading.get_ident())
        time.sleep(0.002)  # lets go of the interpreter, so that others could come in
        inside.release()
        return x

    options = {"args": ["int"], "returns": "int", "thread_safe": False}
    plugin.scalar_fn("f", vectorized="numpy", **options)(alone)
    plugin.scalar_fn("g", vectorized="arrow", **options)(alone)
    plugin.scalar_fn("h", **options)(alone)
    with arrowsmith.Database.in_memory(threads=4) as database:
        session = database.session()
        session.load_plugin(plugin)
        series = "generate_series(1, 60000)"
        queries = [f"SELECT count(p.f(value)) + count(p.g(value)) FROM {series}"] * 4
        queries += ["SELECT count(p.h(value)) * 1200 FROM generate_series(1, 100)"] * 2
        assert run_at_once(session, queries) == [[(120_000,)]] * 6
    assert overlaps == []
    assert len(calls) > 100


def test_the_end_of_a_generator_keeps_others_out_too():
    plugin = arrowsmith.Plugin("p")
    inside = threading.Lock()
    ended, overlaps = threading.Event(), []

    def stay(seconds):
        if not inside.acquire(blocking=False):
            overlaps.append(threading.get_ident())
            return
        time.sleep(seconds)
        inside.release()

    @plugin.procedure(args=["int"], yields=["n: int"], thread_safe=False)
    def rows(count):
        try:
            yield from ((n,) for n in range(count))
        finally:
            stay(0.2)
            ended.set()

    @plugin.scalar_fn(args=["int"], returns="int", thread_safe=False)
    def f(x):
        stay(0.005)
        return x

    with arrowsmith.Database.in_memory(threads=2) as database:
        session = database.session()
        session.load_plugin(plugin)
        queries = ["SELECT count(p.f(value)) FROM generate_series(1, 60)"]
        queries += ["SELECT count(*) * 30 FROM (SELECT n FROM p.rows(1000000000) LIMIT 2)"] * 2
        assert run_at_once(session, queries) == [[(60,)]] * 3
        assert ended.wait(10)
    assert overlaps == []


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core lets one thread in")
def test_others_are_inside_together():
    plugin = arrowsmith.Plugin("p")
    both = threading.Barrier(2, timeout=30)

    @plugin.scalar_fn(args=["int"], returns="int", vectorized="numpy")
    def meet(x):
        both.wait()
        return x

    with arrowsmith.Database.in_memory(threads=4) as database:
        session = database.session()
        session.load_plugin(plugin)
        assert run_at_once(session, ["SELECT p.meet(1)", "SELECT p.meet(2)"]) == [[(1,)], [(2,)]]


# Classes and threads


def test_a_class_has_one_instance_per_thread():
    plugin = arrowsmith.Plugin("p")
    made, strangers = [], []

    @plugin.scalar_fn("own", args=["int"], returns="int", vectorized="numpy")
    class Own:
        def __init__(self):
            self.thread = threading.get_ident()
            made.append(self.thread)

        def __call__(self, x):
            if threading.get_ident() != self.thread:
                strangers.append(threading.get_ident())
            return x

    with arrowsmith.Database.in_memory(threads=4) as database:
        session = database.session()
        session.load_plugin(plugin)
        queries = ["SELECT count(p.own(value)) FROM generate_series(1, 100000)"] * 4
        assert run_at_once(session, queries) == [[(100_000,)]] * 4
        assert run_at_once(session, queries) == [[(100_000,)]] * 4
    assert strangers == []
    assert 1 <= len(made) == len(set(made)) <= 4


def test_thread_locals_and_context_variables_live_from_batch_to_batch():
    plugin = arrowsmith.Plugin("p")
    local = threading.local()
    variable = contextvars.ContextVar("variable", default=0)
    seen = []

    @plugin.scalar_fn(args=["int"], returns="int", vectorized="numpy")
    def count(x):
        local.count = getattr(local, "count", 0) + 1
        variable.set(variable.get() + 1)
        seen.append((threading.get_ident(), local.count, variable.get()))
        return x

    with arrowsmith.Database.in_memory(threads=2) as database:
        session = database.session()
        session.load_plugin(plugin)
        for _ in range(3):
            query = "SELECT count(p.count(value)) FROM generate_series(1, 50000)"
            assert session.sql(query).rows() == [(50_000,)]
    assert len(seen) >= 9
    for thread in {thread for thread, *_ in seen}:
        counts = [(own, variable) for other, own, variable in seen if other == thread]
        assert counts == [(number, number) for number in range(1, len(counts) + 1)]
