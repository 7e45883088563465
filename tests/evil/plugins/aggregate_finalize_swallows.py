"""An aggregate swallows in a loop what would stop it.

The host must stop it all the same.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        return state + x

    def merge(self, state, other):
        return state + other

    def finalize(self, state):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
