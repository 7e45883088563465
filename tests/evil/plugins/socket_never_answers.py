"""A function waits for bytes from a socket that nobody writes to.

The host must let the caller go, and say that the function is still running.
"""

import socket


@db.scalar_fn
def f(x: int) -> int:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        return len(ours.recv(1))


TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*socket_never_answers\\.f).*still running"
