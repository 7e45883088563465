"""Aggregates and windows in the forms that authors choose; `OPTIONS` are those of the decorator."""

AGGREGATES = {
    "mean": """
@db.aggregate_fn(OPTIONS)
class mean:
    '''A class whose objects are the states.'''
    none = None
    def __init__(self):
        self.sum, self.count = 0.0, 0
    def add(self, x: float):
        self.sum += x
        self.count += 1
    def merge(self, other):
        self.sum += other.sum
        self.count += other.count
    def result(self) -> float:
        return self.sum / self.count if self.count else self.none
    def retract(self, x):
        self.sum -= x
        self.count -= 1
""",
    "total": """
def total_init():
    return 0
def total_accumulate(state, x):
    return state + x
def total_merge(state, other):
    return state + other
def total_finalize(state):
    return state
def total_retract(state, x):
    return state - x
db.aggregate_fn("total", args=["float"], returns="float", OPTIONS)({
    "init": total_init, "accumulate": total_accumulate, "merge": total_merge,
    "finalize": total_finalize, "retract": total_retract,
})
""",
    "whole": """
@db.aggregate_fn(args=["int"], returns="int", OPTIONS)
class whole:
    '''Static methods; their sum may be longer than 64 bits on the way.'''
    @staticmethod
    def init():
        return (0, 0)
    @staticmethod
    def accumulate(state, x):
        total, count = state
        return total + x * 2**40, count + 1
    @staticmethod
    def merge(state, other):
        return state[0] + other[0], state[1] + other[1]
    @staticmethod
    def finalize(state):
        return state[0] % 1000003 + state[1]
    @staticmethod
    def retract(state, x):
        total, count = state
        return total - x * 2**40, count - 1
""",
    "spread": """
@db.aggregate_fn(args=["float"], returns="float", OPTIONS)
class spread:
    '''Methods, and a state that has another shape from the first row on.'''
    def init(self):
        return None
    def accumulate(self, state, x):
        if state is None:
            return x, x
        return min(state[0], x), max(state[1], x)
    def merge(self, state, other):
        if state is None:
            return other
        if other is None:
            return state
        return min(state[0], other[0]), max(state[1], other[1])
    def finalize(self, state):
        return None if state is None else state[1] - state[0]
""",
    "product": """
@db.aggregate_fn(args=["int"], returns="int", OPTIONS)
class product:
    '''Grows beyond 64 bits, and comes back where an x is zero.'''
    def __init__(self):
        self.value = 1
    def add(self, x):
        self.value *= x
    def merge(self, other):
        self.value *= other.value
    def result(self):
        return self.value % 1000003
""",
    "seen": """
@db.aggregate_fn(args=["float", "int"], returns="int", nulls="pass", OPTIONS)
class seen:
    '''Gets NULLs.'''
    def __init__(self):
        self.any = False
        self.nulls = 0
    def add(self, x, n):
        if x is None or n is None:
            self.nulls += 1
        else:
            self.any = self.any or n > x
    def merge(self, other):
        self.nulls += other.nulls
        self.any |= other.any
    def result(self):
        return -self.nulls if self.any else self.nulls
""",
    "weighted": """
@db.aggregate_fn(OPTIONS)
class weighted:
    '''Methods that call others of the object, a private and a static one among them.'''
    scale = 2.0
    def __init__(self):
        self._clear()
    def _clear(self):
        self.sum, self.by = 0.0, 0.0
    def add(self, x: float):
        by = self.__weight(x)
        self._grow(x * by, weight=by)
    def merge(self, other):
        if other._mean() is not None:
            self._grow(other.sum, weight=other.by)
    def result(self) -> float:
        return self._mean()
    def retract(self, x):
        by = -self.__weight(x)
        self._grow(x * by, weight=by)
    def __weight(self, x, least=0.5):
        return least if x < 0 else self.capped(x) * self.scale
    @staticmethod
    def capped(x):
        return x if x < 64.0 else 64.0
    def _grow(self, sum, *, weight=0.0):
        self.sum += sum
        self.by += weight
    def _mean(self):
        return self.sum / self.by if self.by else None
""",
    "slotted": """
@db.aggregate_fn(args=["int"], returns="int", OPTIONS)
class slotted:
    '''Slots without a value at first, and a sum that may be longer than 64 bits.'''
    __slots__ = ["total", "__most", "never"]
    step = 2**40
    def __init__(self):
        self.total = 0
    def add(self, x):
        self.total += x * self.step
        if x > 2:
            self._seen(x)
    def merge(self, other):
        self.total += other.total
        try:
            self._seen(other.__most)
        except AttributeError:
            pass
    def result(self):
        try:
            return self.total % 1000003 + self.__most
        except AttributeError:
            return -1 - self.total % 7
    def _seen(self, x):
        try:
            self.__most = max(self.__most, x)
        except AttributeError:
            self.__most = x
""",
    "picky": """
@db.aggregate_fn(args=["int"], returns="float", OPTIONS)
class picky:
    '''Raises, in each of its parts.'''
    def __init__(self):
        self.sum = 0
    def add(self, x):
        if x == 13:
            raise ValueError("thirteen")
        self.sum += 840 // (x - 7)
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return 100.0 / (self.sum % 11)
""",
}  # fmt: skip

WINDOWS = {
    "series": """
@db.window_fn(args=["float"], returns="float", OPTIONS)
class series:
    def init(self):
        return 0.0
    def step(self, prev, v):
        prev = prev * 0.9 + v if v > prev else prev * 0.5
        return prev, prev
""",
    "runs": """
def runs_init():
    return None
def runs_step(state, x):
    if state is None or state[0] != x:
        return (x, 1), 1
    return (x, state[1] + 1), state[1] + 1
db.window_fn("runs", args=["int"], returns="int", nulls="pass", OPTIONS)(
    {"init": runs_init, "step": runs_step})
""",
    "powers": """
@db.window_fn(args=["int"], returns="int", OPTIONS)
class powers:
    @staticmethod
    def init():
        return 1
    @staticmethod
    def step(state, x):
        state = state * (x + 3) if x else 1
        return state, state % 1000003
""",
    "careful": """
@db.window_fn(args=["int"], returns="float", OPTIONS)
class careful:
    @staticmethod
    def init():
        return 0
    @staticmethod
    def step(state, x):
        return state + x, 100 / (x - 7)
""",
}  # fmt: skip

ALL = "".join((AGGREGATES | WINDOWS).values())
