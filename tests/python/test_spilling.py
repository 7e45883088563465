"""Aggregates whose states don't fit into memory."""

import pytest

import arrowsmith

PADDED = """
pickled = []

@db.aggregate_fn(args=["int"], returns="int")
class total:
    def __init__(self):
        self.sum, self.padding = 0, bytes(400)

    def add(self, x):
        self.sum += x

    def merge(self, other):
        self.sum += other.sum

    def result(self):
        return self.sum

    def __getstate__(self):
        pickled.append(1)
        return self.sum

    def __setstate__(self, state):
        self.sum, self.padding = state, bytes(400)
"""
QUERY = """
    SELECT count(*), sum(t), sum(t * k)
    FROM (SELECT value % 30000 AS k, p.total(value) AS t
          FROM generate_series(1, 60000) GROUP BY value % 30000)
"""
# Group k has k and k + 30000, but group 0 has 30000 and 60000.
ANSWER = [
    (
        30_000,
        sum(range(1, 60_001)),
        sum(k * (2 * k + 30_000) for k in range(1, 30_000)),
    )
]


@pytest.mark.parametrize("threads", [1, 2])
def test_states_are_pickled_where_memory_ends_and_only_there(threads, newest_module):
    for memory, is_spilled in (("1GiB", False), ("16MiB", True)):
        with arrowsmith.Database.in_memory(threads=threads, memory=memory) as database:
            session = database.session()
            session.load_python_plugin(PADDED, "p")
            assert session.sql(QUERY).rows() == ANSWER
            assert bool(newest_module("p").pickled) == is_spilled


def test_states_that_cannot_be_pickled_stay(caplog):
    source = "import threading\n" + PADDED.replace(
        "        self.sum, self.padding = 0, bytes(400)\n",
        "        self.sum, self.padding, self.lock = 0, bytes(400), threading.Lock()\n",
    ).replace("return self.sum\n\n    def __set", "return self.lock\n\n    def __set")
    with arrowsmith.Database.in_memory(threads=1, memory="16MiB") as database:
        session = database.session()
        session.load_python_plugin(source, "p")
        assert session.sql(QUERY).rows() == ANSWER
    assert [record.message for record in caplog.records if "pickle" in record.message]
