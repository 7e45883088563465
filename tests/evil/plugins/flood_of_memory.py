"""A function keeps a little more memory with each row, in cycles.

The host must answer.
"""

kept = []


@db.scalar_fn
def f(x: int) -> int:
    cycle = [bytes(1_000)]
    cycle.append(cycle)
    kept.append(cycle)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
