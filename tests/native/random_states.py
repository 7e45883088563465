"""Random aggregates and window functions: what carries a state from row to row.

`aggregate(seed)` and `window(seed)` are the same for the same seed. A state is a number, a tuple or
an object with attributes; its parts are computed by random statements, or by what may be done in
any order, so that threads may share the rows.
"""

from dataclasses import dataclass
from random import Random

from tests.native.expressions import Expressions
from tests.native.inputs import Parameter
from tests.native.lines import Lines, indent
from tests.native.scope import Scope
from tests.native.state_methods import StateMethods
from tests.native.statements import Statements

TYPES = ["float", "int"]
# What may be done in any order and any parts, with what it begins with; and how it is taken back.
ORDERLESS = [("{0} + {1}", "0", "{0} - {1}"), ("{0} ^ {1}", "0", "{0} ^ {1}"),
             ("max({0}, {1})", "-1000", ""), ("min({0}, {1})", "1000", ""), ("{0} | {1}", "0", ""),
             ("{0} & {1}", "-1", "")]  # fmt: skip


@dataclass(frozen=True)
class StateProgram:
    name: str
    text: str
    """With `{tier}` where the tier stands."""
    parameters: list[Parameter]
    returns: str
    orderless: bool = False
    """Whether rows may come in any order, and states be merged in any."""
    retracts: bool = False
    watchers: tuple[str, ...] = ()
    """Aggregates that do the same, and give a part of the state each."""


def aggregate(seed: int) -> StateProgram:
    return _Writer(seed).aggregate()


def window(seed: int) -> StateProgram:
    return _Writer(seed).window()


class _Writer:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.expressions = Expressions(self.random, wild=0.0, exotic=False, risk=0.03)
        count = self.random.choice([1, 1, 2, 3])
        self.types = self.random.choices(TYPES, k=count)
        self.parts = [f"s{i}" for i in range(count)]
        form = self.random.random()
        self.form = "object" if form < 0.35 else "tuple" if count > 1 or form < 0.5 else "number"
        chosen = self.random.choices(TYPES, [6, 5], k=self.random.choice([1, 1, 2]))
        self.parameters = [
            Parameter("fi"[TYPES.index(type_)] + "ab"[i], type_, self.random.random() < 0.2)
            for i, type_ in enumerate(chosen)
        ]
        self.returns = self.random.choice(TYPES)
        self.orderless = False

    def aggregate(self) -> StateProgram:
        random = self.random
        self.orderless = orderless = random.random() < 0.4
        operations = random.choices(ORDERLESS, k=len(self.parts))
        retracts = orderless and all(undo for _, _, undo in operations)
        if orderless:
            self.types = ["int"] * len(self.parts)
            inits = [first for _, first, _ in operations]
            accumulate = self._combined([one for one, _, _ in operations], self._row_ints())
            others = [f"o{i}" for i in range(len(self.parts))]
            merge = self._combined([one for one, _, _ in operations], others)
        else:
            inits = [self._literal(type_) for type_ in self.types]
            accumulate = self._body(self._row_names())
            merge = self._body({f"o{i}": type_ for i, type_ in enumerate(self.types)})
        parts = {"accumulate": accumulate, "merge": merge}
        if retracts:
            # What was put in is taken out by the same expressions.
            parts["retract"] = [line.replace(" + ", " - ") for line in accumulate]
        text = (self._class if self.form == "object" else self._four)(inits, parts)
        watchers = tuple(f"a{self.seed}_{part}" for part in self.parts)
        text += "".join(self._watching(text, name) for name in watchers)
        return StateProgram(
            f"a{self.seed}", text, self.parameters, self.returns, orderless, retracts, watchers
        )

    def _watching(self, text: str, name: str) -> str:
        """Write the aggregate once more, with a part of the state as its result."""
        part = name.split("_")[1]
        returns = self.types[self.parts.index(part)]
        method, lines = "finalize(self, state)", [f"{self._state(self.parts)} = state"]
        if self.form == "object":
            method, lines = "result(self)", [f"{part} = self.{part}"]
        before = text.split("\n", 1)[1].split(f"    def {method}:", maxsplit=1)[0]
        rest = [f"def {method}:", *indent([*lines, f"return {part}"])]
        return "".join(
            [
                self._decorator("aggregate_fn", name, returns, "null") + "\n",
                before.replace(f"class a{self.seed}:", f"class {name}:"),
                "\n".join(indent(rest)) + "\n",
            ]
        )

    def window(self) -> StateProgram:
        inits = [self._literal(type_) for type_ in self.types]
        self.form = "tuple" if self.form == "object" else self.form
        scope = self._scope(self._row_names())
        statements = Statements(self.random, self.expressions, self.returns, returning=False)
        body = self._nulls(scope) + statements.block(scope, self.random.choice([0, 1, 2]), 3)
        body = [
            *body,
            f"value = {statements.value(self.returns, scope)}",
            *self._next(scope, statements),
        ]
        given = ", ".join(p.name for p in self.parameters)
        both, methods = f"{self._state(self.parts)}, value", []
        if self.random.random() < 0.4:
            both = f"self.__both({self._state(self.parts)}, value=value)"
            methods = ["def __both(self, state, value=0):", "    return state, value"]
        lines = [
            self._decorator("window_fn", f"w{self.seed}"),
            f"class w{self.seed}:",
            *indent(["def init(self):", f"    return {self._state(inits)}"]),
            *indent([f"def step(self, state, {given}):", f"    {self._state(self.parts)} = state"]),
            *indent(indent([*body, f"return {both}"])),
            *indent(methods),
        ]
        return StateProgram(f"w{self.seed}", "\n".join(lines) + "\n", self.parameters, self.returns)

    def _decorator(self, kind: str, name: str, returns: str = "", on_error: str = "") -> str:
        types = ", ".join(f'"{p.declared}"' for p in self.parameters)
        on_error = on_error or self.random.choice(["raise", "null"])
        return (
            f'@db.{kind}("{name}", args=[{types}], returns="{returns or self.returns}", '
            f'on_error="{on_error}", tier="{{tier}}")'
        )

    def _four(self, inits: list[str], parts: dict[str, Lines]) -> str:
        given = ", ".join(p.name for p in self.parameters)
        own = f"{self._state(self.parts)} = state"
        lines = [self._decorator("aggregate_fn", f"a{self.seed}"), f"class a{self.seed}:"]
        lines += indent(["def init(self):", f"    return {self._state(inits)}"])
        for name, body in parts.items():
            takes = "other" if name == "merge" else given
            before = [own]
            if name == "merge":
                before.append(f"{self._state([f'o{i}' for i in range(len(self.parts))])} = other")
            after = [f"return {self._state(self.parts)}"]
            lines += indent(
                [f"def {name}(self, state, {takes}):", *indent([*before, *body, *after])]
            )
        lines += indent(["def finalize(self, state):", *indent([own, *self._result()])])
        return "\n".join(lines) + "\n"

    def _class(self, inits: list[str], parts: dict[str, Lines]) -> str:
        given = ", ".join(p.name for p in self.parameters)
        types = dict(zip(self.parts, self.types, strict=True))
        methods = StateMethods(self.random, self.expressions, types, is_exact=self.orderless)
        lines = [self._decorator("aggregate_fn", f"a{self.seed}"), f"class a{self.seed}:"]
        lines += indent([*methods.slots(), "def __init__(self):", *indent(methods.begin(inits))])
        for name, body in parts.items():
            takes = "other" if name == "merge" else given
            method = "add" if name == "accumulate" else name
            others = [f"o{i}" for i in range(len(self.parts))]
            before = methods.load("self", self.parts)
            before += methods.load("other", others) if name == "merge" else []
            after = methods.store(self.parts)
            lines += indent([f"def {method}(self, {takes}):", *indent([*before, *body, *after])])
        result = [*methods.load("self", self.parts), *self._result()]
        lines += indent(["def result(self):", *indent(result), *methods.written()])
        return "\n".join(lines) + "\n"

    def _state(self, parts: list[str]) -> str:
        if self.form == "number" and len(parts) == 1:
            return parts[0]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"

    def _literal(self, type_: str) -> str:
        # An int at first, a float from some row on: the state has two shapes.
        return (
            self.random.choice(["0", "1"])
            if self.random.random() < 0.3
            else self.expressions.literal(type_)
        )

    def _row_names(self) -> dict[str, str]:
        return {p.name: p.type for p in self.parameters}

    def _scope(self, names: dict[str, str]) -> Scope:
        nullable = {p.name: p.type for p in self.parameters if p.nullable and p.name in names}
        sure = {name: type_ for name, type_ in names.items() if name not in nullable}
        own = dict(zip(self.parts, self.types, strict=True))
        return Scope({**own, **sure}, nullable=nullable, repeated=True)

    def _nulls(self, scope: Scope) -> Lines:
        lines = []
        for name, type_ in list(scope.nullable.items()):
            if self.random.random() < 0.7:
                lines += [f"if {name} is None:", f"    {name} = {self.expressions.literal(type_)}"]
                scope.bind(name, type_)
        return lines

    def _body(self, names: dict[str, str]) -> Lines:
        """Compute the parts of the next state from those of before and other names."""
        scope = self._scope(names)
        # A return in the middle would give something else than a state.
        statements = Statements(self.random, self.expressions, "float", returning=False)
        body = self._nulls(scope) + statements.block(scope, self.random.choice([0, 1]), 2)
        return body + self._next(scope, statements)

    def _next(self, scope: Scope, statements: Statements) -> Lines:
        lines = []
        for part, type_ in zip(self.parts, self.types, strict=True):
            value = statements.value(type_, scope)
            if self.random.random() < 0.4:
                value = f"{part} + {self.expressions.make(type_, scope, 1)}"
            # No state gets so long that it takes all the time.
            cut = " % 1000003" if type_ == "int" and self.random.random() < 0.8 else ""
            lines.append(f"{part} = ({value}){cut}")
            scope.bind(part, type_)
        return lines

    def _row_ints(self) -> list[str]:
        ints = [p.name for p in self.parameters if p.type == "int"]
        others = [f"(1 if {p.name} is None else 3)" for p in self.parameters if p.nullable]
        plain = [
            name for name in ints if not any(p.nullable and p.name == name for p in self.parameters)
        ]
        return [self.random.choice(plain + others + ["1"]) for _ in self.parts]

    def _combined(self, forms: list[str], others: list[str]) -> Lines:
        zipped = zip(self.parts, forms, others, strict=True)
        return [f"{part} = {form.format(part, other)}" for part, form, other in zipped if form]

    def _result(self) -> Lines:
        scope = self._scope({})
        statements = Statements(self.random, self.expressions, self.returns)
        lines = (
            [f"if {self.parts[0]} == 0:", "    return None"] if self.random.random() < 0.3 else []
        )
        if self.random.random() < 0.4:
            lines += statements.block(scope, 1, 2)
        return [*lines, f"return {statements.result(scope)}"]
