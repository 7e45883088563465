"""Random statements: a block is a list of lines, indented by four spaces a level."""

from itertools import count
from random import Random
from typing import TYPE_CHECKING

from tests.native.expressions import TYPES, Expressions
from tests.native.iterables import Iterables
from tests.native.lines import Lines, indent
from tests.native.list_inputs import is_list
from tests.native.lists import Lists
from tests.native.loops import Loops
from tests.native.names import Names
from tests.native.scope import Scope
from tests.native.trials import CLASSES, LISTED, Trials

if TYPE_CHECKING:
    from collections.abc import Callable


class Statements(Loops, Trials, Iterables, Names, Lists):
    """Writes the body of one function."""

    def __init__(
        self, random: Random, expressions: Expressions, returns: str, *, returning: bool = True
    ) -> None:
        self.random = random
        self.expressions = expressions
        self.returns = returns
        self.returning = returning
        """Whether there may be a return in the middle."""
        self.numbers = count()
        self._kinds: list[tuple[float, Callable[[Scope, int], Lines]]] = [
            (10, self.assign), (5, self.augmented), (3, self.several), (3, self.make_tuple),
            (5, self.choice), (2, self.guarded), (2, self.while_loop), (4, self.range_loop),
            (2, self.tuple_loop), (4, self.trial), (1.5, self.check), (1, self.early_return),
            (1, self.walrus_test), (0.3, self.delete), (0.4, self.bare),
            (1.2, self.hold), (1, self.walk), (1.2, self.unpack), (1, self.loop_variable),
            (0.4, self.combinations),
        ]  # fmt: skip
        self._simple = self._kinds[:4]
        self.classes = CLASSES
        if expressions.lists:
            self._kinds += [
                (4, self.new_list), (6, self.append), (12, self.list_loop), (3, self.by_index),
                (1, self.grow), (1.5, self.fill), (2, self.alias), (3, self.fold),
                (0.7, self.exotic), (1, self.push),
            ]  # fmt: skip
            self._simple += [(8, self.append), (1.5, self.new_list), (0.7, self.push)]
            self.classes = CLASSES + LISTED

    def block(self, scope: Scope, depth: int, length: int) -> Lines:
        """Write some statements, at least one."""
        lines: Lines = []
        for _ in range(self.random.randint(1, max(1, length))):
            lines += self.statement(scope, depth)
        if scope.loops and self.random.random() < 0.15:
            word = self.random.choice(["break", "continue"])
            lines += [f"if {self.value('bool', scope)}:", f"    {word}"]
        return lines

    def statement(self, scope: Scope, depth: int) -> Lines:
        kinds = self._kinds if depth > 0 else self._simple
        [kind] = self.random.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])
        return kind(scope, depth)

    def value(self, type_: str, scope: Scope) -> str:
        text = self.expressions.make(type_, scope, self.random.choice([1, 2, 2, 3]))
        return text[1:-1] if _is_wrapped(text) else text

    def result(self, scope: Scope) -> str:
        """Write what is returned at the end: mostly what shows all that was computed."""
        if is_list(self.returns):
            own = scope.own(self.returns)
            return self.random.choice(own) if own else self.value(self.returns, scope)
        names = scope.of(self.returns)
        if self.returns == "float":
            names += scope.of("int")
        if len(names) < 2 or self.returns == "bool" or self.random.random() < 0.35:
            return self.value(self.returns, scope)
        chosen = self.random.sample(names, min(len(names), 5))
        operators = ["+", "-", "+"] if self.returns == "float" else ["+", "-", "^"]
        return "".join(
            f" {self.random.choice(operators)} {name}" if i else name
            for i, name in enumerate(chosen)
        )

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers)}"

    def target(self, type_: str, scope: Scope) -> str:
        """Give a name to set: a new one, one of the type or, rarely, one of another type."""
        chance = self.random.random()
        free = scope.free(type_)
        if free and chance < 0.6:
            return self.random.choice(free)
        if chance < 0.64:
            other = scope.free(self.random.choice(TYPES))
            if other:
                return self.random.choice(other)
        return self.fresh("v")

    def assign(self, scope: Scope, _depth: int) -> Lines:
        type_ = self.random.choices(TYPES, [5, 4, 2])[0]
        value = self.value(type_, scope)
        name = self.target(type_, scope)
        scope.bind(name, type_)
        form = self.random.random()
        if form < 0.1:
            return [f"{name}: {type_} = {value}"]
        if form < 0.2:
            second = self.target(type_, scope)
            scope.bind(second, type_)
            return [f"{name} = {second} = {value}"]
        return [f"{name} = {value}"]

    def augmented(self, scope: Scope, depth: int) -> Lines:
        type_ = self.random.choices(TYPES, [5, 4, 1])[0]
        free = scope.free(type_)
        if not free:
            return self.assign(scope, depth)
        name = self.random.choice(free)
        operators = {
            "float": [("+=", "{f}"), ("-=", "{f}"), ("*=", "0.5"), ("/=", "(abs({f}) + 1.0)"),
                      ("/=", "{f}"), ("//=", "0.5"), ("%=", "2.5"), ("+=", "{i}"), ("*=", "1.25")],
            "int": [("+=", "{i}"), ("-=", "{i}"), ("*=", "2"), ("*=", "-3"), ("//=", "{p}"),
                    ("%=", "{p}"), ("&=", "{i}"), ("|=", "{i}"), ("^=", "{i}"), ("<<=", "1"),
                    (">>=", "{c}"), ("+=", "{b}"), ("//=", "{i}")],
            "bool": [("&=", "{b}"), ("|=", "{b}"), ("^=", "{b}")],
        }  # fmt: skip
        operator, template = self.random.choice(operators[type_])
        return [f"{name} {operator} {self.expressions.fill(template, scope, 2)}"]

    def several(self, scope: Scope, depth: int) -> Lines:
        """Set several names at once: from values, or from each other."""
        type_ = self.random.choice(TYPES)
        free = scope.free(type_)
        if len(free) >= 2 and self.random.random() < 0.5:
            chosen = self.random.sample(free, min(len(free), self.random.choice([2, 2, 3])))
            return [f"{', '.join(chosen)} = {', '.join(chosen[1:] + chosen[:1])}"]
        tuples = [name for name, types in scope.tuples.items() if len(types) <= 3]
        if tuples and self.random.random() < 0.5:
            source = self.random.choice(tuples)
            types = scope.tuples[source]
            values = source
        else:
            types = self.random.choices(TYPES, [3, 3, 1], k=self.random.choice([2, 2, 3]))
            values = ", ".join(self.expressions.make(one, scope, 2) for one in types)
        names = [self.fresh("v") for _ in types]
        for name, one in zip(names, types, strict=True):
            if self.random.random() < 0.5 and scope.free(one) and depth:
                names[names.index(name)] = self.random.choice(scope.free(one))
        for name, one in zip(names, types, strict=True):
            scope.bind(name, one)
        targets = ", ".join(names)
        return [f"{self.random.choice([targets, f'({targets})'])} = {values}"]

    def make_tuple(self, scope: Scope, _depth: int) -> Lines:
        length = self.random.choice([2, 2, 3, 4])
        if self.random.random() < 0.6:
            types = [self.random.choice(TYPES)] * length
        else:
            types = self.random.choices(TYPES, [3, 3, 1], k=length)
        name = self.fresh("t")
        values = ", ".join(self.expressions.make(one, scope, 1) for one in types)
        scope.bind_tuple(name, types)
        return [f"{name} = ({values})"]

    def choice(self, scope: Scope, depth: int) -> Lines:
        lines: Lines = []
        branches = []
        for i in range(self.random.choice([1, 1, 2, 3])):
            branch = scope.copy()
            lines.append(f"{'elif' if i else 'if'} {self.value('bool', branch)}:")
            lines += indent(self.block(branch, depth - 1, 2))
            branches.append(branch)
        rest = scope.copy()
        if self.random.random() < 0.6:
            lines += ["else:", *indent(self.block(rest, depth - 1, 2))]
        scope.join([*branches, rest])
        return lines

    def guarded(self, scope: Scope, depth: int) -> Lines:
        """Look at a name that may be None, or leave a name that may be."""
        if not scope.nullable:
            name = self.fresh("n")
            type_ = self.random.choice(TYPES)
            value, test = self.value(type_, scope), self.value("bool", scope)
            scope.nullable[name] = type_
            return [f"{name} = None", f"if {test}:", f"    {name} = {value}"]
        name = self.random.choice(list(scope.nullable))
        there = scope.copy()
        there.bind(name, scope.nullable[name])
        absent = scope.copy()
        first, second = (there, absent) if self.random.random() < 0.5 else (absent, there)
        lines = [f"if {name} is {'not ' if first is there else ''}None:"]
        lines += indent(self.block(first, depth - 1, 2))
        lines += ["else:", *indent(self.block(second, depth - 1, 2))]
        scope.join([first, second])
        if name in scope.unsure:
            scope.unsure.remove(name)
        if name not in {*scope.names, *scope.tuples, *scope.lists}:
            scope.nullable[name] = there.lists.get(name) or there.names.get(name, "float")
        return lines

    def walrus_test(self, scope: Scope, depth: int) -> Lines:
        type_ = self.random.choice(["float", "int"])
        value = self.value(type_, scope)
        name = self.fresh("v")
        scope.bind(name, type_)
        test = f"({name} := {value}) {self.random.choice('<>')} {self.expressions.literal(type_)}"
        branch = scope.copy()
        lines = [f"if {test}:", *indent(self.block(branch, depth - 1, 2))]
        scope.join([branch, scope.copy()])
        return lines

    def check(self, scope: Scope, _depth: int) -> Lines:
        rare = self.rare(scope)
        form = self.random.random()
        if form < 0.5:
            return [f"assert not ({rare})" + self.random.choice(["", ", 'checked'", ", 7"])]
        error = self.random.choice(["ValueError('no')", "ArithmeticError", "ZeroDivisionError()",
                                    "OverflowError('a', 1)", "RuntimeError('e')"])  # fmt: skip
        return [f"if {rare}:", f"    raise {error}"]

    def rare(self, scope: Scope) -> str:
        """Write a test that seldom holds."""
        number = self.expressions.make("int", scope, 1)
        return self.random.choice(
            [f"{number} % 97 == 13", f"{self.expressions.make('float', scope, 1)} > 1e12"]
        )

    def early_return(self, scope: Scope, _depth: int) -> Lines:
        test = self.rare(scope) if self.random.random() < 0.5 else self.value("bool", scope)
        if not self.returning:
            return ["pass"]
        value = "None" if self.random.random() < 0.2 else self.value(self.returns, scope)
        return [f"if {test}:", f"    return {value}"]

    def delete(self, scope: Scope, depth: int) -> Lines:
        free = scope.free("float")
        if len(free) < 2:
            return self.assign(scope, depth)
        name = self.random.choice(free)
        scope.forget(name)
        return [f"del {name}"]

    def bare(self, scope: Scope, _depth: int) -> Lines:
        return [self.random.choice(["pass", self.value("float", scope), '"""words"""'])]


def _is_wrapped(text: str) -> bool:
    """Whether the first parenthesis closes at the end."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and i < len(text) - 1:
            return False
    return ":=" not in text and "," not in text
