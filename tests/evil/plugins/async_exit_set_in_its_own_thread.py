"""A function sets off an asynchronous SystemExit in its own thread.

The host must fail the query, and have the thread clean for the next one.
"""

import ctypes
import threading


@db.scalar_fn
def f(x: int) -> int:
    exit_ = ctypes.py_object(SystemExit)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), exit_)
    return x


@db.scalar_fn
def clean(x: int) -> int:
    return sum(range(100)) * 0 + x


RAISES = "ExecutionError: SystemExit"
THEN = "SELECT sum(clean(x)) FROM many"
THEN_ROWS = [(199_990_000,)]
ALONE = True
