"""Fork, interpreter exit, and threads: what a process does around a session."""

import textwrap

import pytest

PREAMBLE = """
import os, sys, threading, time
import arrowsmith
session = arrowsmith.Database.in_memory(threads=2).session()
session.load_python_plugin('''
import threading, time
started = threading.Event()
@db.scalar_fn
def endless(x: int) -> int:
    started.set()
    while True:
        try:
            while True: pass
        except BaseException: pass
@db.scalar_fn
def sleeps(x: int) -> int:
    started.set()
    time.sleep(60)
    return x
@db.scalar_fn
def inc(x: int) -> int:
    return x + 1
@db.scalar_fn
def forks(x: int) -> int:
    import os
    child = os.fork()
    return os.waitpid(child, 0)[1] if child else 0
''', "p")
started = next(m for n, m in sys.modules.items() if n.endswith("_p")).started
"""


@pytest.fixture
def run(run_script):
    """Run a text behind the preamble."""
    return lambda source: run_script(PREAMBLE + textwrap.dedent(source), timeout=30)


def is_about_a_lost_thread(stderr):
    """Whether nothing is said but warnings of that, by logging's last resort."""
    said = ("has not stopped for 1 s", "keeps a worker thread")
    return all(any(part in line for part in said) for line in stderr.splitlines())


@pytest.mark.parametrize("function", ["endless", "sleeps"])
def test_the_interpreter_exits_while_a_thread_waits_for_a_query(function, run):
    done = run(
        f"""
        def query():
            try:
                session.sql("SELECT p.{function}(value) FROM generate_series(1, 10)").rows()
            except arrowsmith.ClosedError:
                print("closed", flush=True)
        threading.Thread(target=query, daemon=True).start()
        started.wait()
        print("leaving", flush=True)
        """
    )
    assert done.returncode == 0
    assert is_about_a_lost_thread(done.stderr)
    assert done.stdout.splitlines()[0] == "leaving"


@pytest.mark.parametrize("function", ["endless", "sleeps"])
def test_the_interpreter_exits_with_a_stream_left_open(function, run):
    done = run(
        f"""
        import itertools
        batches = iter(session.sql(
            "SELECT CASE WHEN value = 16390 THEN p.{function}(value) END "
            "FROM generate_series(1, 100000)"))
        next(batches)
        started.wait()
        print("leaving", flush=True)
        """
    )
    assert (done.returncode, done.stdout) == (0, "leaving\n")
    assert is_about_a_lost_thread(done.stderr)


@pytest.mark.parametrize(
    "use",
    [
        # Where users' Python code is called from: loading, progress, logging, conversion.
        """session.load_python_plugin("import __main__\\n__main__.blocks()", "q")""",
        """session.sql("SELECT count(*) FROM range(100000000) a, range(1000000) b").progress(
            lambda progress: blocks()).rows()""",
        """logging.getLogger("arrowsmith").addHandler(Blocking())
    logging.getLogger("arrowsmith").setLevel(1)
    session.sql("SELECT 1").rows()""",
        """session.function("p.inc")([Blocking()])""",
    ],
)
def test_a_thread_that_comes_back_after_the_exit_takes_nothing_along(use, run):
    done = run(
        f"""
import builtins, logging
def blocks():
    if not started.is_set():
        started.set()
        time.sleep(2.8)
class Blocking(logging.Handler):
    emit = lambda self, record: blocks()
    __index__ = lambda self: blocks()
def work():
    {use}
threading.Thread(target=work, daemon=True).start()
assert started.wait(10)
class Late:
    def __del__(self):
        time.sleep(3.5)
builtins.late = Late()
print("leaving", flush=True)
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "leaving\n", "")


def test_a_fork_amid_logging(run):
    done = run(
        """
        import logging
        logging.getLogger("arrowsmith").setLevel(1)
        logging.getLogger("arrowsmith").addHandler(logging.NullHandler())
        logging.getLogger("arrowsmith").propagate = False
        over = []
        def work():
            while not over:
                session.sql("SELECT 1").rows()
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(40):
            child = os.fork()
            if child == 0:
                arrowsmith.Database.in_memory(threads=1).session()
                os._exit(0)
            os.waitpid(child, 0)
        over.append(True)
        for thread in threads:
            thread.join()
        print("fine")
        """
    )
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr


def test_after_a_fork_the_child_is_told_and_the_parent_goes_on(run):
    done = run(
        """
        relation, function = session.sql("SELECT p.inc(1)"), session.function("p.inc")
        assert relation.rows() == [(2,)]
        child = os.fork()
        if child == 0:
            uses = [
                relation.rows, lambda: session.sql("SELECT 1"), lambda: function([1]),
                lambda: session.load_python_plugin("", "q"), lambda: session.unload("p"),
                lambda: session.register("t", {"x": [1]}), lambda: next(iter(relation)),
            ]
            for use in uses:
                try:
                    use()
                except arrowsmith.ClosedError as error:
                    assert "fork" in str(error), error
                else:
                    os._exit(3)
            new = arrowsmith.Database.in_memory(threads=2).session()
            new.load_python_plugin("@db.scalar_fn\\ndef f(x: int) -> int:\\n    return x * 2", "q")
            assert new.sql("SELECT q.f(21)").rows() == [(42,)]
            try:
                new.load_python_plugin("@db.scalar_fn(timeout=0.05)\\n"
                                       "def f(x: int) -> int:\\n    while True: pass", "q")
                new.sql("SELECT q.f(1)").rows()
            except arrowsmith.FunctionTimeout:
                sys.exit(7)
            os._exit(4)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert relation.rows() == [(2,)]
        print("fine")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


def test_a_child_that_comes_back_from_plugin_code_ends(run):
    done = run('print(session.sql("SELECT p.forks(1)").rows())')
    assert (done.returncode, done.stdout) == (0, "[(256,)]\n")
    assert done.stderr == "arrowsmith: p.forks forked, and its child came back; it ends here\n"


def test_multiprocessing_by_fork_with_sessions_of_its_own(run):
    done = run(
        """
        import multiprocessing
        def work(number):
            own = arrowsmith.Database.in_memory(threads=1).session()
            own.load_python_plugin("@db.scalar_fn\\ndef f(x: int) -> int:\\n    return x * 2", "q")
            return own.sql("SELECT q.f($1)", [number]).rows()[0][0]
        session.sql("SELECT p.inc(1)").rows()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(work, range(4)))
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 2, 4, 6]\n", "")


def test_lost_calls_don_t_take_the_session_along(run):
    done = run(
        """
        for _ in range(3):
            started.clear()
            try:
                session.sql("SELECT p.sleeps(value) FROM generate_series(1, 100000)",
                            timeout=0.2).rows()
            except arrowsmith.QueryTimeout as error:
                assert "p.sleeps is still running" in str(error), error
            begin = time.monotonic()
            assert session.sql("SELECT p.inc(1)").rows() == [(2,)]
            assert time.monotonic() - begin < 3
        print("fine", flush=True)
        """
    )
    assert (done.returncode, done.stdout) == (0, "fine\n")
    assert is_about_a_lost_thread(done.stderr)


LOOKED_AT = """
import os, signal, sys, threading, time
import arrowsmith

session = arrowsmith.Database.in_memory().session()
session.load_python_plugin("@db.scalar_fn\\ndef f(x: float) -> float:\\n    return x + 1\\n", "p")
f = session.function("p.f")
f(1.0)

def hook(event, args):
    if event == "object.__getattr__":
        for _ in range(50):
            pass

sys.addaudithook(hook)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    while time.monotonic() < begin + 10:
        f(1.0)
except KeyboardInterrupt:
    print(time.monotonic() < begin + 5, f.tier)
"""


def test_ctrl_c_while_compiled_code_is_looked_at_is_not_lost(run_script):
    done = run_script(LOOKED_AT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True native\n", "")
