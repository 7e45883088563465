"""Functions over numbers, each of which is compiled."""


@db.scalar_fn
def linear(x: float, y: float) -> float:
    return x * 2 + y


@db.scalar_fn
def fibo(n: int) -> int:
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


@db.scalar_fn
def score_series(values: list[float]) -> list[float]:
    prev = 0.0
    out = []
    for value in values:
        prev = 0.8 * prev + 0.2 * value
        out.append(prev)
    return out


@db.aggregate_fn("score")
class Score:
    def __init__(self):
        self.total = 0.0

    def add(self, v: float):
        if v > 0:
            self.total += v**1.5

    def merge(self, other):
        self.total += other.total

    def result(self) -> float:
        return self.total


@db.aggregate_fn("weighted")
class Weighted:
    def __init__(self):
        self.total = 0.0

    def add(self, value: float, weight: float):
        self.total += value * weight

    def merge(self, other):
        self.total += other.total

    def result(self) -> float:
        return self.total
