"""Random expressions."""

import re
from random import Random

from tests.native.list_expressions import ListExpressions
from tests.native.list_inputs import is_list
from tests.native.scope import Helper, Scope
from tests.native.templates import CONSTANTS, EXOTIC, FORMS, GROWS, PLACEHOLDERS, RISKY, traits

OPERATORS = ["<", "<=", ">", ">=", "==", "!="]
# Numbers at the end of 64 bits, and steps that get there soon.
ENDS = ["9223372036854775807", "~9223372036854775807", "(-9223372036854775807)", "(-2) ** 63"]
HUGE = [*ENDS, "2 ** 62", "-(2 ** 61)", "4611686018427387905"]
CHOICES = {
    "k": ["0", "1", "2", "2", "3", "4", "5"],
    "d": ["-2", "-1", "0", "1", "2", "2", "3", "5", "12"],
    "o": OPERATORS,
    "e": ENDS,
    "h": HUGE,
}
TYPES = ["float", "int", "bool"]
FLOAT_TEXTS = ["0.0", "1.0", "0.5", "-0.5", "2.0", "-1.5", "3.25", "1e-3", "100.0", "-0.0", "1e9",
               "0.1", "2.5", "1e300"]  # fmt: skip
INT_TEXTS = ["0", "1", "2", "3", "-1", "-2", "5", "7", "10", "100", "-17", "1000", "0x7F", "65535",
             "2**31", "9007199254740993", "9223372036854775807"]  # fmt: skip


class Expressions(ListExpressions):
    def __init__(
        self, random: Random, *, wild: float, exotic: bool, risk: float, lists: bool = False
    ) -> None:
        self.random = random
        self.wild = wild
        self.exotic = exotic
        self.lists = lists
        self._weights = {
            name: [
                form[0]
                * (exotic or EXOTIC not in traits(form))
                * (risk if RISKY in traits(form) else 1)
                for form in forms
            ]
            for name, forms in FORMS.items()
        }

    def make(self, type_: str, scope: Scope, depth: int) -> str:
        """Write an expression that mostly gives the type, in parentheses where it needs them."""
        if is_list(type_):
            return self.whole(type_, scope, depth)
        if self.wild and self.random.random() < self.wild:
            return self._wild(scope)
        if depth <= 0 or self.random.random() < 0.12:
            return self._leaf(type_, scope)
        return (
            self.of_list(type_, scope, depth)
            or self._special(type_, scope, depth)
            or self._form(type_, scope, depth)
        )

    def _special(self, type_: str, scope: Scope, depth: int) -> str:
        """Write what needs a helper or a name; mostly nothing."""
        special = self.random.random()
        if special < 0.06 and _of_numbers(scope.helpers):
            return self.call(type_, scope, depth)
        if special < 0.08 and scope.free(type_):
            name = self.random.choice(scope.free(type_))
            return f"({name} := {self.make(type_, scope, depth - 1)})"
        return ""

    def _form(self, type_: str, scope: Scope, depth: int) -> str:
        [form] = self.random.choices(FORMS[type_], self._weights[type_])
        grows = GROWS in traits(form) and scope.repeated
        if grows and type_ == "float":
            first = form[1][form[1].index("{") :][:3]
            return f"({self.fill(form[1].replace(first, f'({first} + 0.0)', 1), scope, depth - 1)})"
        text = self.fill(form[1], scope, depth - 1)
        return (
            f"(({text}) % {self.random.choice(['10007', '256', '1000'])})" if grows else f"({text})"
        )

    def fill(self, template: str, scope: Scope, depth: int) -> str:
        """Put expressions in the template's places."""
        if "{x}" in template:
            template = template.replace("{x}", self.random.choice(scope.free("int") or ["_"]))
        return re.sub(r"\{(\w)\}", lambda found: self._fill(found[1], scope, depth), template)

    def _fill(self, key: str, scope: Scope, depth: int) -> str:
        match key:
            case "k" | "d" | "o" | "e" | "h":
                return self.random.choice(CHOICES[key])
            case "c":
                return f"({self.make('int', scope, depth)} & {self.random.choice([1, 3, 7])})"
            case "p":
                return f"({self.make('int', scope, depth)} % {self.random.choice([2, 3, 5])} + 1)"
            case "v":
                return self.random.choice([*scope.names, *scope.nullable] or ["abs(1)"])
            case "r" | "I" | "F" | "M":
                return self._sequence(key, scope, depth)
        return self._operand(key, scope, depth)

    def _sequence(self, key: str, scope: Scope, depth: int) -> str:
        if key == "r":
            return self._range(scope, depth)
        if key == "M":
            # More than a byte counts.
            return "0, " * self.random.choice([253, 255, 256, 300])
        return self._several(key, scope, depth)

    def _range(self, scope: Scope, depth: int) -> str:
        forms = ["range({c})", "range({c}, {c})", "range({c}, -{c}, {h})"]
        return self.random.choice(
            scope.ranges or [self.fill(self.random.choice(forms), scope, depth)]
        )

    def _several(self, key: str, scope: Scope, depth: int) -> str:
        type_ = "int" if key == "I" else "float"
        types = [type_, "int", "bool"]
        chosen = self.random.choices(types, [40, 1, 2], k=self.random.choice([3, 4, 5, 7, 9]))
        return ", ".join(self.make(one, scope, min(depth, 1)) for one in chosen)

    def _operand(self, key: str, scope: Scope, depth: int) -> str:
        """Write an expression that is mostly of the asked type: ints are floats too, bools ints."""
        type_ = PLACEHOLDERS.get(key) or self.random.choice(TYPES)
        if type_ == "float" and self.random.random() < 0.06:
            type_ = "int"
        if type_ == "int" and self.random.random() < 0.03:
            type_ = "bool"
        return self.make(type_, scope, depth)

    def _leaf(self, type_: str, scope: Scope) -> str:
        chance = self.random.random()
        names = scope.of(type_)
        if names and chance < 0.75:
            return self.random.choice(names)
        if type_ == "bool" and chance < 0.9:
            other = self.random.choice(["float", "int"])
            if held := scope.of(other):
                operator = self.random.choice(OPERATORS)
                return f"({self.random.choice(held)} {operator} {self.literal(other)})"
        if chance < 0.85:
            nullable = [name for name, held in scope.nullable.items() if held == type_]
            if nullable:
                name = self.random.choice(nullable)
                return f"({self.literal(type_)} if {name} is None else {name})"
        items = [
            f"{name}[{self.random.choice([i, i - len(types)])}]"
            for name, types in scope.tuples.items()
            for i, held in enumerate(types)
            if held == type_
        ]
        if items and chance < 0.9:
            return self.random.choice(items)
        return self.literal(type_)

    def literal(self, type_: str) -> str:
        if type_ == "bool":
            return self.random.choice(["True", "False"])
        if is_list(type_):
            return self.random.choice(
                ["[]", "[1.5, -0.0]" if type_ == "list[float]" else "[3, -1]"]
            )
        if CONSTANTS[type_] and self.random.random() < 0.12:
            return self.random.choice(CONSTANTS[type_])
        texts = FLOAT_TEXTS if type_ == "float" else INT_TEXTS
        # The first ones are small.
        text = self.random.choice(texts if self.random.random() < 0.1 else texts[:9])
        return f"({text})" if text.startswith("-") or "**" in text else text

    def _wild(self, scope: Scope) -> str:
        """Something that doesn't belong: another type, None, a name without value."""
        # No tuple: a number of times a tuple takes all the memory.
        # No list either.
        nullable = [name for name, held in scope.nullable.items() if not is_list(held)]
        names = [*scope.names, *nullable, *scope.unsure, "None", "1j", "''"]
        return self.random.choice(names)

    def call(self, type_: str, scope: Scope, depth: int) -> str:
        """Write a call of a helper, of the type's kind if there is one."""
        helpers = [one for one in scope.helpers if one.returns == type_ and not one.appends]
        helper = self.random.choice(helpers or _of_numbers(scope.helpers))
        text = f"{helper.name}({self._arguments(helper, scope, depth)})"
        match (helper.returns, type_):
            case ("bool" | "int", "float"):
                return f"float({text})"
            case (_, "bool") if helper.returns != "bool":
                return f"({text} > {self.literal('int')})"
            case ("float", "int"):
                return f"int({text} % 100.0)"
        return text

    def _arguments(self, helper: Helper, scope: Scope, depth: int) -> str:
        written, by_name = [], False
        required = len(helper.parameters) - helper.defaults
        for i, (name, type_) in enumerate(helper.parameters):
            if i >= required and self.random.random() < 0.4:
                by_name = True  # what follows needs its name
                continue
            by_name = by_name or self.random.random() < 0.15
            value = self.make(type_, scope, depth - 1)
            written.append(f"{name}={value}" if by_name else value)
        return ", ".join(written)


def _of_numbers(helpers: tuple[Helper, ...]) -> list[Helper]:
    """Give the helpers that are called for a number."""
    return [one for one in helpers if not (one.appends or is_list(one.returns))]
