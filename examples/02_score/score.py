# A window function and an aggregate, as a user writes them. Neither looks at None, so both skip
# NULL: such a row has no score and changes nothing.

db.set_plugin_id("ai.example.score")
db.set_version("1.0.0")


@db.window_fn("score_series", args=["float"], returns="float", determinism="pure")
class ScoreSeries:
    """What is left of the past, and the present on top of it; half of it where less comes."""

    def init(self):
        return 0.0

    def step(self, prev, v):
        prev = prev * 0.9 + v if v > prev else prev * 0.5
        return prev, prev


@db.aggregate_fn("score", args=["float"], returns="float", determinism="pure")
class Score:
    """The sum of v ** 1.5 over all v above zero."""

    def __init__(self):
        self.total = 0.0

    def add(self, v):
        if v > 0:
            self.total += v**1.5

    def merge(self, other):
        self.total += other.total

    def result(self):
        return self.total
