"""A function forks, and the child queries the session.

The host must refuse that with a clear error in the child, not hang, and answer in the parent.
"""

import os
import signal

import evil_host

import arrowsmith


def ask():
    signal.alarm(5)  # ends the child if it hangs
    try:
        evil_host.session.sql("SELECT 1").rows()
    except arrowsmith.ArrowsmithError as error:
        return 7 if "fork" in str(error) else 8
    return 9


@db.scalar_fn
def f(x: int) -> int:
    child = os.fork()
    if child == 0:
        os._exit(ask())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


QUERY = "SELECT f(x) FROM t LIMIT 1"
ROWS = [(7,)]
ALONE = True
