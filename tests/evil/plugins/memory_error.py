"""A function asks for more memory than any machine has.

The host must hand the MemoryError over.
"""


@db.scalar_fn
def f(x: int) -> int:
    return len(bytearray(2**62))


RAISES = "MemoryError"
