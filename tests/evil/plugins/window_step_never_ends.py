"""A step loops for ever and swallows everything.

The host must stop it in time.
"""


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def step(self, state, x):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
