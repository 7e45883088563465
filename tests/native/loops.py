"""Random loops, all of which end."""

from random import Random
from typing import TYPE_CHECKING

from tests.native.expressions import TYPES, Expressions
from tests.native.lines import Lines, indent
from tests.native.scope import Scope

if TYPE_CHECKING:
    from tests.native.statements import Statements


class Loops:
    random: Random
    expressions: Expressions

    def _body(self: "Statements", scope: Scope, depth: int, length: int) -> Lines:
        # One loop in another at most: a row shall not take long.
        return self.block(scope, depth - 1 if scope.loops < 2 else 0, length)

    def _close(self: "Statements", scope: Scope, inner: Scope, depth: int) -> Lines:
        """Write an `else`, perhaps, and keep what is sure after a loop."""
        lines = []
        scope.join([scope.copy(), inner])
        if self.random.random() < 0.25:
            lines = ["else:", *indent(self.block(after := scope.copy(), depth - 1, 2))]
            scope.join([scope.copy(), after])
        return lines

    def while_loop(self: "Statements", scope: Scope, depth: int) -> Lines:
        counter = self.fresh("c")
        inner = scope.copy(fix=counter, in_loop=True)
        inner.bind(counter, "int")
        limit = self.random.randint(1, 6)
        tests = [f"{counter} < {limit}", f"{limit} > {counter}", f"{counter} != {limit}"]
        test = self.random.choice(tests)
        form = self.random.random()
        if form < 0.3:
            test = f"{test} and ({self.value('bool', inner)})"
        lines = [f"{counter} = 0"]
        if form < 0.8:
            lines += [f"while {test}:", f"    {counter} += 1"]
        else:
            lines += ["while True:", f"    if {counter} >= {limit}:", "        break"]
            lines += [f"    {counter} += 1"]
        lines += indent(self._body(inner, depth, 3))
        return lines + self._close(scope, inner, depth)

    def range_loop(self: "Statements", scope: Scope, depth: int) -> Lines:
        step = self.random.choice(["-1", "-2", "2", "3", "1", "0" if depth > 2 else "2"])
        forms = ["{c}", "{c}", "{k}", "{c}, {c} + 2", "{k}, -{c}, -1", "{c}, {p} + 5, " + step,
                 "{c} + 3, {k}, " + step, "-{c}, {c}", "{c}, {i} % 9"]  # fmt: skip
        arguments = self.expressions.fill(self.random.choice(forms), scope, 1)
        old = scope.free("int")
        name = self.random.choice(old) if old and self.random.random() < 0.15 else self.fresh("i")
        inner = scope.copy(in_loop=True)
        inner.bind(name, "int")
        lines = [f"for {name} in range({arguments}):", *indent(self._body(inner, depth, 3))]
        return lines + self._close(scope, inner, depth)

    def tuple_loop(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Walk over one tuple or two."""
        lines: Lines = []
        chosen = [self._walkable(scope, lines) for _ in range(self.random.choice([1, 2]))]
        inner = scope.copy(in_loop=True)
        names = [self.fresh("e") for _ in chosen]
        for name, (_, type_) in zip(names, chosen, strict=True):
            inner.bind(name, type_)
        texts = [text for text, _ in chosen]
        if len(chosen) == 2:
            header = f"for {', '.join(names)} in zip({', '.join(texts)}):"
        elif self.random.random() < 0.5:
            index = self.fresh("i")
            inner.bind(index, "int")
            start = self.random.choice(["", "", ", 1"])
            header = f"for {index}, {names[0]} in enumerate({texts[0]}{start}):"
        else:
            header = f"for {names[0]} in {texts[0]}:"
        lines += [header, *indent(self._body(inner, depth, 3))]
        return lines + self._close(scope, inner, depth)

    def _walkable(self: "Statements", scope: Scope, lines: Lines) -> tuple[str, str]:
        """Give a tuple whose items are of one type, and the type."""
        same = [(name, types[0]) for name, types in scope.tuples.items() if len(set(types)) == 1]
        if same and self.random.random() < 0.7:
            return self.random.choice(same)
        type_ = self.random.choices(TYPES, [3, 3, 1])[0]
        length = self.random.choice([1, 2, 3])
        values = ", ".join(self.expressions.make(type_, scope, 1) for _ in range(length))
        text = f"({values},)"
        if self.random.random() < 0.6:
            return text, type_
        name = self.fresh("t")
        lines.append(f"{name} = {text}")
        scope.bind_tuple(name, [type_] * length)
        return name, type_
