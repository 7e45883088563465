"""A group of exceptions hides a SystemExit deep inside.

The host must hand the group over and live on.
"""


@db.scalar_fn
def f(x: int) -> int:
    inner = BaseExceptionGroup("inner", [SystemExit(3), KeyboardInterrupt()])
    inner.add_note("a note of its own")
    raise BaseExceptionGroup("outer", [ValueError("one"), inner])


RAISES = "BaseExceptionGroup: outer"
