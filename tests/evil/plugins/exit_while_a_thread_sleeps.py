"""A query runs on while the process ends, in a function that sleeps again and again.

The host must let the process end as it would, in about two seconds.
"""

import atexit
import threading
import time

import arrowsmith

session = arrowsmith.Database.in_memory(threads=1).session()
started = threading.Event()


@session.add_function
def doze(x: int) -> int:
    started.set()
    while True:
        try:
            time.sleep(0.001)
        except BaseException:
            pass


def late():
    threading.main_thread().join()
    session.sql("SELECT doze(1)").rows()


threading.Thread(target=late, daemon=True).start()
atexit.register(started.wait, 5)


@db.scalar_fn
def f(x: int) -> int:
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
SECONDS = 10
