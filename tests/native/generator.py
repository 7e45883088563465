"""Random programs over the subset of Python that is compiled: each ends, most rows give a number.

`program(seed)` is the same for the same seed. Its text holds one row function, the functions that
it calls and the constants that it reads; every name in it ends with the seed, so that many
programs fit into one plugin.
"""

from dataclasses import dataclass
from random import Random

from tests.native.expressions import TYPES, Expressions
from tests.native.inputs import Parameter, declared
from tests.native.lines import Lines, indent
from tests.native.list_inputs import is_list
from tests.native.scope import Helper, Scope
from tests.native.statements import Statements


@dataclass(frozen=True)
class Program:
    """A row function, in a text that `PREAMBLE` comes before."""

    name: str
    text: str
    """With `{tier}` where the tier stands."""
    parameters: list[Parameter]
    returns: str


def program(seed: int) -> Program:
    return Writer(seed).write()


class Writer:
    """Writes a program over numbers."""

    prefix = "f"
    lists = False
    recursing = 0.06
    """How often a function calls itself."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.lines: Lines = []
        self.helpers: list[Helper] = []
        wild = self.random.choices([0.0, 0.01], [85, 15])[0]
        exotic = self.random.random() < 0.1
        risk = self.random.choices([0.08, 1.0], [75, 25])[0]
        self.expressions = Expressions(
            self.random, wild=wild, exotic=exotic, risk=risk, lists=self.lists
        )

    def write(self) -> Program:
        random = self.random
        constants = self._constants()
        for i in range(random.choices([0, 1, 2], [6, 3, 2])[0]):
            self._helper(i, constants)
        parameters = self._parameters()
        returns = self._returns()
        name = f"{self.prefix}{self.seed}"
        scope = Scope(
            dict(constants),
            nullable={p.name: p.type for p in parameters if p.nullable},
            fixed=frozenset(constants),
            helpers=tuple(self.helpers),
        )
        for parameter in parameters:
            if not parameter.nullable:
                scope.bind(parameter.name, parameter.type)
        statements = Statements(random, self.expressions, returns)
        body = self._nulls(parameters, scope, returns)
        if is_list(returns):
            body += [*statements.new_list(scope, 1, returns), *statements.list_loop(scope, 2)]
        if random.random() < self.recursing:
            body += self._recursion(name, parameters, scope, returns)
        body += statements.block(scope, random.choice([1, 2, 3]), random.choice([1, 3, 5, 8]))
        if self.lists and not is_list(returns):
            body += [*statements.list_loop(scope, 1), *statements.fold(scope, 1)]
        body.append(f"return {statements.result(scope)}")
        self._function(name, parameters, returns, body)
        return Program(name, "\n".join(self.lines) + "\n", parameters, returns)

    def _returns(self) -> str:
        return self.random.choices(TYPES, [6, 4, 2])[0]

    def _constants(self) -> dict[str, str]:
        names = {}
        for i in range(self.random.choice([0, 0, 1, 2])):
            type_ = self.random.choices(TYPES, [3, 3, 1])[0]
            name = f"G{i}_{self.seed}"
            value = self.expressions.literal(type_).strip("()")
            self.lines.append(f"{name} = {value}")
            names[name] = type_
        return names

    def _parameters(self) -> list[Parameter]:
        count = self.random.choices([1, 2, 3, 4], [3, 5, 3, 1])[0]
        types = self.random.choices(TYPES, [6, 5, 1], k=count)
        return [
            Parameter(f"{'fib'[TYPES.index(type_)]}{'abcd'[i]}", type_, self.random.random() < 0.2)
            for i, type_ in enumerate(types)
        ]

    def _function(self, name: str, parameters: list[Parameter], returns: str, body: Lines) -> None:
        if self.random.random() < 0.5:
            shown = ", ".join(f"{p.name}: {p.annotation}" for p in parameters)
            decorator = '@db.scalar_fn(on_error="collect", tier="{tier}")'
            header = f"def {name}({shown}) -> {returns}:"
        else:
            types = ", ".join(f'"{p.declared}"' for p in parameters)
            decorator = (
                f'@db.scalar_fn("{name}", args=[{types}], returns="{declared(returns)}", '
                'on_error="collect", tier="{tier}")'
            )
            header = f"def {name}({', '.join(p.name for p in parameters)}):"
        self.lines += [decorator, header, *indent(body)]

    def _nulls(self, parameters: list[Parameter], scope: Scope, returns: str) -> Lines:
        """Answer rows with NULLs at once, or replace them; some are left for the body to meet."""
        lines: Lines = []
        for parameter in parameters:
            chance = self.random.random()
            if not parameter.nullable or chance > 0.8:
                continue
            value = self.expressions.literal(parameter.type)
            if chance < 0.4:
                answer = self.random.choice(["None", self.expressions.literal(returns)])
                lines += [f"if {parameter.name} is None:", f"    return {answer}"]
            elif chance < 0.6:
                lines += [f"if {parameter.name} is None:", f"    {parameter.name} = {value}"]
            else:
                text = f"{parameter.name} if {parameter.name} is not None else {value}"
                lines.append(f"{parameter.name} = {text}")
            scope.bind(parameter.name, parameter.type)
        return lines

    def _recursion(
        self, name: str, parameters: list[Parameter], scope: Scope, returns: str
    ) -> Lines:
        """Let the function call itself a few times, counted by its first int."""
        ints = [p.name for p in parameters if p.type == "int" and p.name in scope.names]
        if not ints:
            return []
        counter = ints[0]
        others = [
            f"{counter} - 1" if p.name == counter else self.expressions.make(p.type, scope, 1)
            for p in parameters
        ]
        call = f"{name}({', '.join(others)})"
        lines = [f"if {counter} > 12 or {counter} < 0:", f"    {counter} = {counter} % 5"]
        scope.fixed |= {counter}
        scope.repeated = True
        if returns == "bool":
            return [*lines, f"if {counter} > 0:", f"    return not {call}"]
        result = self.expressions.make(returns, scope, 1)
        return [*lines, f"if {counter} > 0:", f"    return {call} + {result}"]

    def _helper(self, index: int, constants: dict[str, str]) -> None:
        random = self.random
        returns = random.choices(TYPES, [5, 4, 1])[0]
        types = random.choices(TYPES, [5, 4, 1], k=random.choice([1, 2, 3]))
        parameters = tuple((f"{'xyz'[i]}", type_) for i, type_ in enumerate(types))
        defaults = random.choice([0, 0, 1, len(types)])
        name = f"h{index}_{self.seed}"
        names = {**constants, **dict(parameters)}
        scope = Scope(names, fixed=frozenset(constants), repeated=True, helpers=tuple(self.helpers))
        statements = Statements(random, self.expressions, returns)
        if recursive := (types[0] == "int" and random.random() < 0.4):
            defaults = min(defaults, len(types) - 1)
            scope.fixed |= {"x"}
        helper = Helper(name, parameters, defaults, returns)
        body = self._self_call(helper, scope) if recursive else []
        length = random.choice([0, 1, 2])
        if length:
            body += statements.block(scope, random.choice([0, 1]), length)
        body.append(f"return {statements.result(scope)}")
        shown = [
            f"{parameter}={self.expressions.literal(type_)}"
            if i >= len(types) - defaults
            else parameter
            for i, (parameter, type_) in enumerate(parameters)
        ]
        self.lines += [f"def {name}({', '.join(shown)}):", *indent(body)]
        self.helpers.append(helper)

    def _self_call(self, helper: Helper, scope: Scope) -> Lines:
        """Let a helper call itself at most a few times, counted by its first parameter."""
        lines = ["if x > 8 or x < 0:", "    x = x % 4"]
        rest = [self.expressions.make(type_, scope, 1) for _, type_ in helper.parameters[1:]]
        call = f"{helper.name}({', '.join(['x - 1', *rest])})"
        if helper.returns == "bool":
            return [*lines, "if x > 0:", f"    return not {call}"]
        other = self.expressions.make(helper.returns, scope, 1)
        return [*lines, "if x > 0:", f"    return {call} + {other}"]
