"""Random ranges and iterators that get a name: walked over twice, in part, by each other."""

from random import Random
from typing import TYPE_CHECKING

from tests.native.expressions import Expressions
from tests.native.lines import Lines, indent
from tests.native.scope import Scope

if TYPE_CHECKING:
    from tests.native.statements import Statements

# Short, whatever the numbers are.
RANGES = ["{c}", "{c}", "{k}", "{c}, {c} + 2", "{c}, {i} % 9", "{k}, -{c}, -1", "{c} + 3, {c}, -2",
          "-{c}, {c}, {p}", "{c}, -{c}, {e}", "{e}, {c}, {h}", "{c}, {i} % 2**64, {h}"]  # fmt: skip


class Iterables:
    random: Random
    expressions: Expressions

    def hold(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Give a range or an iterator a name, an old one at times: `n = range(n)`."""
        if scope.free("int") and self.random.random() < 0.2:
            return [*self._range_of_itself(scope), *self.walk(scope, depth)]
        text, types = self._iterable(scope, 2)
        # An item of what was a tuple of numbers must be a number the next time round, too: a tuple
        # times a number takes all the memory.
        old = [*scope.free("int"), *([] if scope.loops else scope.tuples)]
        old = [name for name in old if name in text]
        again = old and self.random.random() < 0.6
        name = self.random.choice(old) if again else self.fresh("it")
        if text.startswith("range("):
            scope.bind_range(name)
        else:
            scope.bind_iterator(name, types)
        return [f"{name} = {text}", *self.walk(scope, depth)]

    def _range_of_itself(self: "Statements", scope: Scope) -> Lines:
        name = self.random.choice(scope.free("int"))
        scope.bind_range(name)
        forms = [
            "{0}",
            "1, {0}",
            "{0}, 7",
            "{0}, -3, -1",
            "0, 20, {0} + 1",
            "{0}, {0} + 3",
            "-{0}, {0}",
        ]
        text = self.random.choice(forms).format(name)
        return [f"{name} = {name} % {self.random.choice([3, 5, 9])}", f"{name} = range({text})"]

    def walk(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Walk over what has a name: all of it or a part, once or twice."""
        held = [*scope.ranges, *scope.iterators]
        if not held:
            return self.hold(scope, depth)
        name = self.random.choice(held)
        lines: Lines = []
        for _ in range(self.random.choice([1, 2, 2])):
            # A body may have set the name to something else.
            if name in {*scope.ranges, *scope.iterators}:
                lines += self._walk(name, scope, depth)
        return lines

    def _walk(self: "Statements", name: str, scope: Scope, depth: int) -> Lines:
        inner = scope.copy(in_loop=True)
        is_range = name in scope.ranges
        types = ["int"] if is_range else scope.iterators[name]
        names = [self.fresh("e") for _ in types]
        for one, type_ in zip(names, types, strict=True):
            if type_:
                inner.bind(one, type_)
        count = scope.free("int")
        body = [f"{self.random.choice(count)} += 1"] if count else []
        body += self._body(inner, 1 if depth > 1 else 0, 2)
        if self.random.random() < 0.35:
            body.append(self.random.choice(["break", f"if {self.value('bool', inner)}: break"]))
        targets = ", ".join(names) + "," * (len(names) == 1 and not is_range)
        lines = [f"for {targets} in {name}:", *indent(body)]
        scope.join([scope.copy(), inner])
        return lines

    def _iterable(self: "Statements", scope: Scope, depth: int) -> tuple[str, list[str]]:
        """Give an iterable, and the types of what its items consist of."""
        form = self.random.random()
        if form < 0.35:
            return self._range(scope), ["int"]
        if form < 0.6:
            text, type_ = self._part(scope, depth)
            start = self.random.choice(
                ["", "", ", 1", f", {self.expressions.make('int', scope, 0)}"]
            )
            return f"enumerate({text}{start})", ["int", type_]
        parts = [self._part(scope, depth) for _ in range(self.random.choice([1, 2, 2, 3]))]
        if self.random.random() < 0.2:
            parts.append(parts[0])
        return f"zip({', '.join(text for text, _ in parts)})", [type_ for _, type_ in parts]

    def _part(self: "Statements", scope: Scope, depth: int) -> tuple[str, str]:
        """Give something to walk over, and the type of its items; nothing for tuples."""
        form = self.random.random()
        if scope.ranges and form < 0.15:
            return self.random.choice(scope.ranges), "int"
        if scope.iterators and form < 0.4:
            return self.random.choice(list(scope.iterators)), ""
        if scope.tuples and form < 0.65:
            name = self.random.choice(list(scope.tuples))
            return name, scope.tuples[name][0]
        if depth > 0 and form > 0.9:
            text, _ = self._iterable(scope, depth - 1)
            return text, "int" if text.startswith("range(") else ""
        return self._range(scope), "int"

    def _range(self: "Statements", scope: Scope) -> str:
        text = self.random.choice(RANGES)
        return f"range({self.expressions.fill(text, scope, 1)})"
