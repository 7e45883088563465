"""Random statements about what becomes of names: set twice at once, by a loop that may be empty."""

from random import Random
from typing import TYPE_CHECKING

from tests.native.expressions import TYPES, Expressions
from tests.native.lines import Lines, indent
from tests.native.scope import Scope

if TYPE_CHECKING:
    from tests.native.statements import Statements

# `@` is a target here and a value there.
NESTED = ["(@, @), @", "@, (@, @)", "(@, @), (@, @)", "@, (@, (@, @))", "((@, @), @), @"]
WRONG = {
    "(@, @), @": ["@, @", "(@, @), @, @", "(@, @, @), @"],
    "@, (@, @)": ["@, @", "@, (@,)", "@, (@, @, @)"],
    "(@, @), (@, @)": ["(@, @), @", "(@, @), (@, @, @)"],
    "@, (@, (@, @))": ["@, (@, @)", "@, (@, (@,))"],
    "((@, @), @), @": ["(@, @), @", "((@, @), @), @, @"],
}
"""Values that don't fit a target, by the target."""


class Names:
    random: Random
    expressions: Expressions

    def unpack(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Set names of a nested target, some of them twice."""
        type_ = self.random.choice(TYPES)
        names = [self.fresh("u"), *scope.free(type_)[:2], self.fresh("u")]
        form = self.random.choice(NESTED)
        targets = [self.random.choice(names) for _ in range(form.count("@"))]
        target = _filled(form, targets)
        if self.random.random() < 0.35:
            return self._unpacking_loop(target, targets, type_, scope, depth)
        values = [self.expressions.make(type_, scope, 1) for _ in targets]
        is_risky = self.random.random() < 0.35
        # No name may get a tuple: a tuple times a number takes all the memory.
        wrong = self.random.choice([form, *WRONG[form]]) if is_risky else form
        values += values
        lines = [f"{target} = {_filled(wrong, values[: wrong.count('@')])}"]
        if is_risky:
            before = [name for name in set(targets) if name not in scope.names]
            lines = [
                *(f"{name} = {self.expressions.literal(type_)}" for name in sorted(before)),
                "try:",
                *indent(lines),
                f"except {self.random.choice(['TypeError', '(TypeError, ValueError)'])}:",
                *indent(["pass"]),
            ]
        for name in targets:
            scope.bind(name, type_)
        return lines

    def _unpacking_loop(
        self: "Statements", target: str, targets: list[str], type_: str, scope: Scope, depth: int
    ) -> Lines:
        lines = [f"{name} = {self.expressions.literal(type_)}" for name in sorted(set(targets))]
        rows = [
            _filled(target, [self.expressions.make(type_, scope, 1) for _ in targets], targets)
            for _ in range(self.random.choice([1, 2, 3]))
        ]
        for name in targets:
            scope.bind(name, type_)
        inner = scope.copy(in_loop=True)
        body = self._body(inner, 1 if depth > 1 else 0, 2)
        scope.join([scope.copy(), inner])
        items = "".join(f"({row}), " for row in rows)
        return [*lines, f"for {target} in ({items}):", *indent(body)]

    def loop_variable(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Read the variable of a loop behind it, whether the loop has run or not."""
        name, kept = self.fresh("x"), self.fresh("v")
        first = self.random.choice(["None", "", self.expressions.literal("int"), "7.5"])
        lines = [f"{name} = {first}"] if first else []
        walked = self.expressions.fill("range({c})", scope, 1)
        inner = scope.copy(in_loop=True)
        inner.bind(name, "int")
        body = ["pass"]
        if self.random.random() < 0.6:
            body = self._body(inner, 1 if depth > 1 else 0, 2)
        lines += [f"for {name} in {walked}:", *indent(body)]
        scope.join([scope.copy(), inner])
        scope.forget(name)
        other = self.expressions.literal("int")
        # Without its value there is less that keeps the name alive.
        value = self.random.choice([name, "77"])
        match first:
            case "None":
                lines += [f"{kept} = {other} if {name} is None else {value}"]
            case "":
                error = self.random.choice(["NameError", "UnboundLocalError", "Exception"])
                lines += [
                    "try:",
                    f"    {name}",
                    f"    {kept} = {value}",
                    f"except {error}:",
                    f"    {kept} = {other}",
                ]
            case _:
                lines += [f"{kept} = {name}"]
        scope.bind(kept, "float" if first == "7.5" else "int")
        return lines

    def combinations(self: "Statements", scope: Scope, _depth: int) -> Lines:
        """Read a tuple with a constant item behind many branches."""
        known = self.random.choice(["True", "False", "None"])
        types = [self.random.choice(["float", "int"]) for _ in range(self.random.choice([2, 3]))]
        values = ", ".join(self.expressions.make(type_, scope, 1) for type_ in types)
        held, flags = (
            self.fresh("t"),
            [self.fresh("p") for _ in range(self.random.choice([3, 4, 5]))],
        )
        lines = [f"{held} = ({known}, {values})"]
        for flag in flags:
            yes, no = self.random.choice([("True", "False"), ("False", "True"), ("True", "None")])
            lines.append(f"{flag} = {yes} if {self.expressions.make('bool', scope, 2)} else {no}")
        for i, type_ in enumerate(types):
            name = self.fresh("v")
            lines.append(f"{name} = {held}[{i + 1}]")
            scope.bind(name, type_)
        count = self.fresh("v")
        lines.append(
            f"{count} = {' + '.join(f'({2**i} if {flag} else 0)' for i, flag in enumerate(flags))}"
        )
        scope.bind(count, "int")
        return lines


def _filled(form: str, texts: list[str], places: list[str] | None = None) -> str:
    """Put texts in the places of a nested tuple, `@` or the names of a target, from the left."""
    if places is not None:
        for place in sorted(set(places), key=len, reverse=True):
            form = form.replace(place, "@")
    parts = form.split("@")
    return "".join(part + text for part, text in zip(parts, [*texts, ""], strict=True))
