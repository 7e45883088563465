"""An object of a class scalar queries when it goes with its thread or its session.

The host must hold no lock then, and must not wait for itself.
"""

import evil_host

import arrowsmith

database = evil_host.database


@db.scalar_fn("f", ["int"], "int")
class Farewell:
    def __call__(self, x):
        return x

    def __del__(self):
        try:
            database.session().sql("SELECT 1").rows()
        except arrowsmith.ClosedError:
            pass


ROWS = [(1,), (2,), (3,)]
ALONE = True
