"""Failing queries, and plugins that come and go, leave nothing behind."""

import pytest

MEASURE = """
import ctypes, gc, os, sys, time
import arrowsmith

libc = ctypes.CDLL(None)

def threads():
    return len(os.listdir("/proc/self/task"))

def descriptors():
    return len(os.listdir("/proc/self/fd"))

def resident():
    # The last query's plan may still be on its way out, and with it the last plugin.
    for _ in range(3):
        session.sql("SELECT 1").rows()
        gc.collect()
    libc.malloc_trim(0)
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def settled(measure, expected):
    end = time.monotonic() + 5
    while measure() != expected and time.monotonic() < end:
        time.sleep(0.01)
    return measure()

def watch(count, step):
    for number in range(count // 4):
        step(number)
    before = threads(), descriptors()
    for number in range(count // 4):
        step(number)
    half = resident()
    for number in range(count // 2):
        step(number)
    growth = resident() - half
    print(settled(threads, before[0]) - before[0],
          settled(descriptors, before[1]) - before[1], growth)

database = arrowsmith.Database.in_memory(threads=2)
session = database.session()
"""

FAILING = """
session.load_python_plugin('''
import numpy as np
SAME = RuntimeError("the same object, again and again")

@db.scalar_fn
def raises(x: int) -> int:
    raise ValueError(f"no {x}")

@db.scalar_fn
def raises_the_same(x: int) -> int:
    raise SAME

@db.scalar_fn
def misfit(x: int) -> int:
    return "text"

@db.scalar_fn(args=["int"], returns="int", vectorized="numpy")
def short(x):
    return x[:-1]

@db.scalar_fn(timeout=0.002)
def slow(x: int) -> int:
    while True: pass

@db.scalar_fn(on_error="null")
def forgiving(x: int) -> int:
    return 1 // (x - x)
''', "p")
queries = [f"SELECT p.{name}(value) FROM generate_series(1, 100)" for name in (
    "raises", "raises_the_same", "misfit", "short", "slow", "forgiving", "unknown")]
failures = 0

def step(number):
    global failures
    try:
        session.sql(queries[number % len(queries)]).rows()
    except Exception as error:
        failures += 1

watch(1000, step)
assert failures > 800, failures
"""

LOADING = """
def step(number):
    session.load_python_plugin(f'''
import dataclasses
TABLE = list(range(2_000))

@dataclasses.dataclass
class Pair:
    left: int
    right: int

@db.scalar_fn
def f(x: int) -> int:
    return Pair(x, TABLE[x] + {number}).right
''', "p")
    assert session.sql("SELECT p.f(1)").rows() == [(1 + number,)]
    assert session.unload("p")

watch(200, step)
assert not [name for name in sys.modules if name.startswith("_arrowsmith_plugin_")]
"""

REPLACING = LOADING.replace('    assert session.unload("p")\n', "").replace(
    "\nassert not", "\nsession.unload('p')\nassert not"
)

RELOADING = """
import pathlib, tempfile

folder = tempfile.TemporaryDirectory()
path = pathlib.Path(folder.name, "p.py")
path.write_text("@db.scalar_fn\\ndef f(x: int) -> int: return x")
OWNER.load_plugin(path)

def step(number):
    path.write_text(f'''
TABLE = list(range(2_000))
@db.scalar_fn
def f(x: int) -> int:
    return TABLE[x] + {number}
''')
    OWNER.reload("p")
    assert session.sql("SELECT p.f(1)").rows() == [(1 + number,)]

watch(200, step)
OWNER.unload("p")
resident()
assert not [name for name in sys.modules if name.startswith("_arrowsmith_plugin_")]
folder.cleanup()
"""

RELOADING_IN_A_DATABASE = RELOADING.replace("OWNER", "database")
RELOADING = RELOADING.replace("OWNER", "session")


@pytest.mark.parametrize(
    "what", ["FAILING", "LOADING", "REPLACING", "RELOADING", "RELOADING_IN_A_DATABASE"]
)
def test_nothing_is_left_behind(what, run_script):
    done = run_script(MEASURE + globals()[what], timeout=100)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    threads, descriptors, growth = map(int, done.stdout.split())
    assert (threads, descriptors) == (0, 0)
    assert growth < 2**20, f"{growth / 2**20:.2f} MiB in the second half"
