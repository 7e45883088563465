"""Functions of every kind in the corners of queries, next to what builtins answer there."""

import pytest

import arrowsmith

PLUGIN = """
@db.window_fn(args=[], returns="int")
class number:
    def init(self):
        return 0

    def step(self, state):
        return state + 1, state + 1

@db.procedure(args=["int"], yields=["n: int"])
def upto(count):
    yield from ((n,) for n in range(count))

@db.procedure(args=["table"], yields=["n: int"])
def lone(table):
    yield (1,)

@db.procedure(args=["table"], yields=["n: int"], on_error="null")
def failing(table):
    raise ValueError

@db.procedure(args=["table"], yields=["a: int", "b: int"])
def twice(table):
    import pyarrow as pa
    yield pa.table([[1], [2], [3]], names=["a", "b", "a"])

@db.aggregate_fn(args=["int"], returns="int")
class count:
    seen = 0

    def add(self, x):
        self.seen += 1

    def merge(self, other):
        self.seen += other.seen

    def result(self):
        return self.seen

@db.scalar_fn
def fail(x: int) -> int:
    raise LookupError(x)
"""


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def session(request):
    with arrowsmith.Database.in_memory(threads=request.param) as database:
        session = database.session()
        session.load_python_plugin(PLUGIN, "p")
        session.register(
            "t", {"id": [1, 2, 3, 4], "a": [1, 1, 2, 2], "x": [9, 8, 7, 6], "c": [2, 0, 1, 3]}
        )
        session.register("u", {"k": [1, 1, 2]})
        yield session


@pytest.mark.parametrize("query", [
    "SELECT id, {} OVER (ORDER BY x, id) AS q FROM t ORDER BY a, id",
    "SELECT id, {} OVER (ORDER BY a, id) AS q, {} OVER (ORDER BY x, id) AS r FROM t ORDER BY id",
    """SELECT id, {} OVER (PARTITION BY a ORDER BY id) AS q,
              {} OVER (PARTITION BY x ORDER BY id) AS r FROM t ORDER BY id""",
    """SELECT id, {} OVER (ORDER BY x, id) AS q, row_number() OVER (ORDER BY a, id) AS r
       FROM t ORDER BY id""",
    "SELECT array_agg(q ORDER BY a, id) FROM (SELECT *, {} OVER (ORDER BY x, id) AS q FROM t)",
])  # fmt: skip
def test_orders_that_share_a_key_stand_beside_each_other(session, query):
    builtin = session.sql(query.replace("{}", "row_number()")).rows()
    assert session.sql(query.replace("{}", "p.number()")).rows() == builtin


def test_a_partition_that_nobody_reads_is_over_all_the_same(session):
    table = "TABLE(SELECT * FROM t) PARTITION BY a"
    assert session.sql(f"SELECT count(*) FROM p.lone({table})", timeout=10).rows() == [(2,)]
    assert session.sql(f"SELECT n FROM p.lone({table}) LIMIT 7", timeout=10).rows() == [(1,), (1,)]
    assert session.sql(f"SELECT count(*) FROM p.failing({table})", timeout=10).rows() == [(0,)]


def test_a_table_that_nobody_reads_does_not_fail(session):
    query = "SELECT * FROM p.lone(TABLE(SELECT p.fail(id) FROM t))"
    for _ in range(10):
        assert session.sql(query).rows() == [(1,)]


def test_a_batch_with_a_column_twice_is_refused(session):
    pytest.importorskip("pyarrow")
    with pytest.raises(arrowsmith.ConversionError, match='"a" comes twice'):
        session.sql("SELECT * FROM p.twice(TABLE(t))").rows()


@pytest.mark.parametrize("join", ["LEFT ANTI", "LEFT SEMI"])
def test_joins_that_keep_one_side_take_no_lateral_call(session, join):
    with pytest.raises(arrowsmith.PlanError, match=r"p\.upto.*inner or LEFT JOIN"):
        session.sql(f"SELECT id FROM t {join} JOIN p.upto(t.c) AS r ON true").rows()


def test_rows_that_repeat_are_not_unique(session, tmp_path):
    path = tmp_path / "keyed.csv"
    path.write_text("id,x\n1,1\n2,2\n3,3\n")
    session.sql(f"""
        CREATE EXTERNAL TABLE keyed (id BIGINT NOT NULL, x BIGINT, PRIMARY KEY (id))
        STORED AS CSV WITH ORDER (id ASC) LOCATION '{path}' OPTIONS ('has_header' 'true')""")
    query = "SELECT q.id, r.n FROM keyed q, p.upto(q.id) r ORDER BY q.id, r.n DESC"
    wanted = [(1, 0), (2, 1), (2, 0), (3, 2), (3, 1), (3, 0)]
    assert session.sql(query).rows() == wanted


@pytest.mark.parametrize("place", ["t.c IN", "EXISTS", "0 ="])
def test_what_would_miss_the_answer_for_no_rows_is_refused(session, place):
    query = f"SELECT id FROM t WHERE {place} (SELECT p.count(k) FROM u WHERE u.k = t.c)"
    with pytest.raises(arrowsmith.PlanError, match="without GROUP BY"):
        session.sql(query).rows()
    free = "SELECT id FROM t WHERE t.c IN (SELECT p.count(k) FROM u)"
    assert session.sql(free).rows() == [(4,)]


def test_groups_of_one_row_are_accumulated_where_they_are_met(session):
    query = """SELECT count(*), sum(n) FROM (SELECT p.count(value) AS n
        FROM generate_series(1, 300000) GROUP BY value % 250000)"""
    assert session.sql(query).rows() == [(250_000, 300_000)]
