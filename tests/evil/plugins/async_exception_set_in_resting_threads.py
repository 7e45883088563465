"""A function sets off an asynchronous exception in the engine's threads that rest.

The host must clear it when the next query's function enters there.
"""

import ctypes
import threading

rested = set()


@db.scalar_fn
def f(x: int) -> int:
    rested.add(threading.get_ident())
    return x


@db.scalar_fn
def shoot(x: int) -> int:
    error = ctypes.py_object(LookupError)
    for ident in rested - {threading.get_ident()}:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), error)
    return x


QUERY = "SELECT count(f(value)) FROM generate_series(1, 100000)"
ROWS = [(100_000,)]
THEN = "SELECT shoot(1)"
THEN_ROWS = [(1,)]
ALONE = True
