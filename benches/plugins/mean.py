"""The mean as an aggregate function, in each of the forms that an author may choose."""


def init():
    return (0.0, 0)


def accumulate(state, value):
    return (state[0] + value, state[1] + 1)


def accumulate_array(state, values):
    return (state[0] + float(values.sum()), state[1] + len(values))


def merge(state, other):
    return (state[0] + other[0], state[1] + other[1])


def finalize(state):
    return state[0] / state[1] if state[1] else None


PARTS = {"init": init, "merge": merge, "finalize": finalize}

db.aggregate_fn("mean_dict", args=["float"], returns="float")({**PARTS, "accumulate": accumulate})
db.aggregate_fn("mean_numpy", args=["float"], returns="float", vectorized="numpy")(
    {**PARTS, "accumulate": accumulate_array}
)


@db.aggregate_fn("mean_class", args=["float"], returns="float")
class Mean:
    __slots__ = ("count", "total")

    def __init__(self):
        self.total = 0.0
        self.count = 0

    def add(self, value):
        self.total += value
        self.count += 1

    def merge(self, other):
        self.total += other.total
        self.count += other.count

    def result(self):
        return self.total / self.count if self.count else None
