"""A function raises GeneratorExit, which would end the caller's generator.

The host must fail the query with an error of its own.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise GeneratorExit


RAISES = "ExecutionError: GeneratorExit"
CAUSE = "GeneratorExit"
