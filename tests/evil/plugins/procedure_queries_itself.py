"""A procedure queries its own session between rows.

The host must answer both.
"""

from evil_host import session


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    for (n,) in session.sql("SELECT x FROM t ORDER BY x").rows():
        yield n, str(session.sql("SELECT count(*) FROM many").rows()[0][0])


QUERY = "SELECT * FROM f(3)"
ROWS = [(1, "20000"), (2, "20000"), (3, "20000")]
