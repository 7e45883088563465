"""Random `try` statements, around what often raises."""

from random import Random
from typing import TYPE_CHECKING

from tests.native.expressions import Expressions
from tests.native.lines import Lines, indent
from tests.native.scope import Scope

if TYPE_CHECKING:
    from tests.native.statements import Statements


RISKS = {
    "float": [
        "{f} / {f}",
        "{i} / {i}",
        "{f} // {i}",
        "{f} % {f}",
        "math.sqrt({f})",
        "math.log({f})",
        "math.exp({f} * 50.0)",
        "{f} ** ({f} * 1.0)",
        "{f} ** -{k}",
        "math.asin({f})",
        "float({i} * {i})",
        "math.pow({f}, {f})",
        "math.fmod({f}, {f})",
        "1.0 / ({i} & 3)",
    ],
    "int": [
        "{i} // {i}",
        "{i} % {i}",
        "int({f})",
        "round({f})",
        "math.floor({f} * 1e300)",
        "{i} << {i} % 5 - 1",
        "{i} >> {i}",
        "math.isqrt({i})",
        "divmod({i}, {c})[1]",
        "{i} // {c}",
        "pow({i}, -{c}, {c})",
        "math.factorial({i} % 4 - 1)",
        "sum({r}, None)",
        "sum({r}, {n})",
        "len({r})",
    ],
}
# Seldom: they take long to write and to read.
LONG = ["max({M}{i})", "min(({M}{i}))", "math.gcd({M}{i})", "len(({M}{i}))"]  # fmt: skip
BROAD = ["Exception", "(ArithmeticError, ValueError)", "(OverflowError, ValueError, TypeError)",
         "(ArithmeticError, ValueError, AssertionError, KeyError)"]  # fmt: skip
CLASSES = ["ZeroDivisionError", "ValueError", "OverflowError", "ArithmeticError", "Exception",
           "(ValueError, ZeroDivisionError)", "TypeError", "AssertionError"]  # fmt: skip


LISTED = ["IndexError", "LookupError", "(IndexError, ValueError)", "Exception"]


class Trials:
    random: Random
    expressions: Expressions

    def trial(self: "Statements", scope: Scope, depth: int) -> Lines:
        type_ = self.random.choice(["float", "int"])
        name = self.fresh("v")
        fallback = self.expressions.literal(type_)
        lines = [f"{name} = {fallback}"]
        scope.bind(name, type_)
        inner = scope.copy()
        inner.trying = True
        body = self._risk(name, type_, inner)
        if self.random.random() < 0.4:
            body += self.block(inner, depth - 1, 2)
        lines += ["try:", *indent(body)]
        # An exception may come before anything of the body was done.
        branches = [inner]
        handlers = self.random.choices([0, 1, 2], [1, 8, 3])[0]
        for i in range(handlers):
            branch = _before(scope, inner)
            lines += self._handler(name, type_, branch, depth, is_last=i == handlers - 1)
            branches.append(branch)
        if handlers and self.random.random() < 0.25:
            lines += ["else:", *indent(self.block(inner, depth - 1, 2))]
        if not handlers or self.random.random() < 0.3:
            lines += ["finally:", *indent(self._finally(_before(scope, inner), depth))]
        scope.join(branches)
        scope.unsure = sorted(set(scope.unsure) - {"error"})
        return lines

    def _risk(self: "Statements", name: str, type_: str, scope: Scope) -> Lines:
        chance = self.random.random()
        if chance < 0.15:
            error = self.random.choice(["ValueError", "ZeroDivisionError('z')", "KeyError(1)"])
            return [f"if {self.value('bool', scope)}:", f"    raise {error}"]
        if chance < 0.25:
            return [f"assert {self.value('bool', scope)}"]
        if self.expressions.lists and (text := self.list_risk(type_, scope)):
            return [f"{name} = {text}"]
        forms = LONG if type_ == "int" and chance > 0.92 else RISKS[type_]
        template = self.random.choice(forms)
        if scope.repeated and "**" in template:
            template = f"float({template.replace('{f}', '({f} + 0.0)', 1)})"
        return [f"{name} = {self.expressions.fill(template, scope, 1)}"]

    def _handler(
        self: "Statements", name: str, type_: str, scope: Scope, depth: int, *, is_last: bool
    ) -> Lines:
        classes = BROAD if is_last and self.random.random() < 0.7 else self.classes
        header = f"except {self.random.choice(classes)}"
        chance = self.random.random()
        if is_last and chance < 0.1:
            header = "except"
        elif chance < 0.3:
            header += " as error"
        body = [f"{name} = {self.value(type_, scope)}"]
        after = self.random.random()
        if after < 0.08:
            body = ["raise"]
        elif after < 0.13:
            body = ["raise RuntimeError('again')"]
        elif after < 0.2 and self.returning:
            body = [f"return {self.value(self.returns, scope)}"]
        elif after < 0.35:
            body += self.block(scope, depth - 1, 2)
        return [header + ":", *indent(body)]

    def _finally(self: "Statements", scope: Scope, depth: int) -> Lines:
        if self.returning and self.random.random() < 0.12:
            return [
                f"if {self.value('bool', scope)}:",
                f"    return {self.value(self.returns, scope)}",
            ]
        # `break` and `continue` would jump out of it.
        return self.block(_outside(scope), 0 if depth < 2 else 1, 2)


def _before(scope: Scope, inner: Scope) -> Scope:
    """Give what is sure wherever an exception came."""
    before = scope.copy()
    before.join([scope.copy(), inner.copy()])
    return before


def _outside(scope: Scope) -> Scope:
    outside = scope.copy()
    outside.loops = 0
    return outside
