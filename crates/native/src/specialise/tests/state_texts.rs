//! Aggregates and windows as their authors write them, each with something that the others don't have.

use super::signature;
use arrowsmith_contract::{NullPolicy, Signature, Type};

pub(super) fn of_float() -> Signature {
    signature(&[("v", Type::FLOAT64, NullPolicy::Skip)], Type::FLOAT64)
}

pub(super) fn of_nullable() -> Signature {
    signature(&[("v", Type::FLOAT64, NullPolicy::Pass)], Type::FLOAT64)
}

pub(super) const SCORE: &str = "\
class Score:
    def __init__(self):
        self.total = 0.0
    def add(self, v):
        if v > 0:
            self.total += v ** 1.5
    def merge(self, other):
        self.total += other.total
    def result(self):
        return self.total
";

pub(super) const MOMENTS: &str = "\
class Moments:
    def __init__(self):
        self.n = 0
        self.mean = self.m2 = 0.0
    def add(self, v):
        self.n += 1
        delta = v - self.mean
        self.mean += delta / self.n
        self.m2 += delta * (v - self.mean)
    def merge(self, other):
        if other.n == 0:
            return
        n = self.n + other.n
        delta = other.mean - self.mean
        self.m2 += other.m2 + delta * delta * self.n * other.n / n
        self.mean, self.n = self.mean + delta * other.n / n, n
    def result(self):
        return self.m2 / (self.n - 1) if self.n > 1 else None
";

pub(super) const RANGE: &str = "\
class Range:
    def __init__(self):
        self.low = self.high = None
        self.missing = 0
        self.up = False
    def add(self, v):
        if v is None:
            self.missing += 1
            return self
        self.up = self.high is not None and v > self.high
        self.low = v if self.low is None or v < self.low else self.low
        self.high = v if self.high is None else max(self.high, v)
    def merge(self, other):
        self.missing += other.missing
        if other.low is not None:
            Range = other.low, other.high
            if self.low is None:
                self.low, self.high = Range
            else:
                self.low, self.high = min(self.low, other.low), max(self.high, other.high)
    def result(self):
        if self.low is None:
            return None
        return self.high - self.low + 1000 * self.missing + 0.25 * self.up
";

pub(super) const FOUR: &str = "\
def init():
    return 0
def accumulate(state, v):
    if v > 0:
        return state + v ** 1.5
    return state
def merge(state, other):
    return state + other
def finalize(state):
    return state
";

pub(super) const MEAN: &str = "\
def init():
    return (0, None)
def accumulate(state, v):
    n, total = state
    return n + 1, v if total is None else total + v
def retract(state, v):
    n, total = state
    return (n - 1, total - v) if n > 1 else (0, None)
def merge(state, other):
    if other[0] == 0:
        return state
    if state[1] is None:
        return other
    return state[0] + other[0], state[1] + other[1]
def finalize(state):
    return state[1] / state[0] if state[0] else None
";

pub(super) const WALK: &str = "\
def init():
    return None
def step(state, v):
    if state is None:
        return v, 0.0
    return 0.25 * v + 0.75 * state, v - state
";

pub(super) const LAG: &str = "\
def init():
    pass
def step(state, v):
    return v, state
";

pub(super) const LATE: &str = "\
STEP = 3
def grow(o, by):
    o.n += by
    o.last = o.n
class Late:
    scale = 2.5
    def weight(self, v, times=2):
        self.scale = self.scale + 1
        return v * self.scale * times
    def add(self, v):
        try:
            self.sum += self.weight(v)
        except AttributeError:
            self.sum: float = self.weight(v, times=1)
            self.n = 0
        grow(self, STEP)
        for self.i in range(self.n):
            if self.i > v:
                break
    def merge(self, other):
        self.sum += other.sum * other.scale
        self.n, (self.last, _) = other.n, (self.n, 0)
    def result(self):
        return self.sum + self.n / 8 + self.last * 100 + self.i / 1024
";

pub(super) const CAREFUL: &str = "\
def init():
    return 0, False
def accumulate(state, v):
    n, flag = state
    try:
        n += 1
        x = 1 / (v - 2.0)
        n += 10
    except ZeroDivisionError:
        flag = not flag
        x = 0.5
    finally:
        n += 100
    if v < -5:
        raise ValueError(\"too small\")
    return n, flag if x != 1 else x > 0
def merge(a, b):
    return a[0] + b[0], a[1] or b[1]
def finalize(state):
    n, flag = state
    return n * 2.0 + flag
";
