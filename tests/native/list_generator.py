"""Random programs over lists, which also compute with numbers as other programs do."""

import ast
from dataclasses import replace

from tests.native.expressions import TYPES
from tests.native.generator import Program, Writer
from tests.native.inputs import Parameter
from tests.native.lines import indent
from tests.native.list_inputs import ITEMS, is_list
from tests.native.scope import Helper, Scope
from tests.native.statements import Statements

LISTS = list(ITEMS)


def list_program(seed: int) -> Program:
    """Give a program with lists, the same for the same seed."""
    return _ListWriter(seed).write()


class _ListWriter(Writer):
    prefix = "l"
    lists = True
    recursing = 0.01

    def write(self) -> Program:
        one = super().write()
        # Lists are long where each item is looked at once or so.
        most = {0: 5000, 1: 2000, 2: 50}.get(depth(one.text), 10)
        return replace(one, parameters=[replace(each, most=most) for each in one.parameters])

    def _returns(self) -> str:
        return self.random.choices([*LISTS, *TYPES], [5, 4, 3, 3, 0.5])[0]

    def _parameters(self) -> list[Parameter]:
        count = self.random.choices([0, 1, 2], [5, 3, 1])[0]
        scalars = self.random.choices(TYPES, [5, 5, 1], k=count)
        lists = self.random.choices(LISTS, k=self.random.choices([0, 1, 2, 3], [1, 8, 5, 1])[0])
        types = self.random.sample([*lists, *scalars], len(lists) + count) or ["list[float]"]
        letters = {"float": "f", "int": "i", "bool": "b", "list[float]": "x", "list[int]": "n"}
        return [
            Parameter(f"{letters[type_]}{'abcde'[i]}", type_, self.random.random() < 0.12)
            for i, type_ in enumerate(types)
        ]

    def _helper(self, index: int, constants: dict[str, str]) -> None:
        chance = self.random.random()
        name = f"h{index}_{self.seed}"
        if chance < 0.3:
            super()._helper(index, constants)
        elif chance < 0.55:
            self._pushing(name)
        else:
            self._reading(name, constants)

    def _pushing(self, name: str) -> None:
        """Write a helper that appends to its list."""
        tail = self.random.choice(["return len(x)", "return x[0]", "return y", "pass"])
        lines = ["if len(x) < 40:", "    x.append(y)", tail]
        self.lines += [f"def {name}(x, y):", *indent(lines)]
        self.helpers.append(Helper(name, (("x", "list"), ("y", "item")), 0, "int", appends=True))

    def _reading(self, name: str, constants: dict[str, str]) -> None:
        """Write a helper that takes a list, and gives a number or a list."""
        random = self.random
        returns = random.choices([*LISTS, "float", "int"], [1, 1, 4, 4])[0]
        types = [
            random.choice(LISTS),
            *random.choices(TYPES, [5, 4, 1], k=random.choice([0, 1, 2])),
        ]
        parameters = tuple(("xyz"[i], type_) for i, type_ in enumerate(types))
        scope = Scope(dict(constants), fixed=frozenset(constants), repeated=True)
        for parameter, type_ in parameters:
            scope.bind(parameter, type_)
        statements = Statements(random, self.expressions, returns)
        body = statements.new_list(scope, 1) if is_list(returns) else []
        body += statements.block(scope, random.choice([0, 1]), random.choice([1, 2]))
        body.append(f"return {statements.result(scope)}")
        shown = ", ".join(parameter for parameter, _ in parameters)
        self.lines += [f"def {name}({shown}):", *indent(body)]
        self.helpers.append(Helper(name, parameters, 0, returns))


def depth(text: str) -> int:
    """Say how many loops over lists there are in each other, at most."""
    tree = ast.parse(text)
    depths: dict[str, int] = {"min": 1, "max": 1, "sum": 1}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            depths[node.name] = max((_depth(child, depths) for child in node.body), default=0)
    return max(depths[node.name] for node in tree.body if isinstance(node, ast.FunctionDef))


def _depth(node: ast.AST, depths: dict[str, int]) -> int:
    inner = max((_depth(child, depths) for child in ast.iter_child_nodes(node)), default=0)
    if isinstance(node, ast.For | ast.comprehension):
        # Of a range of numbers there are few.
        over = ast.unparse(node.iter)
        return inner + (not over.startswith("range(") or "len(" in over)
    if isinstance(node, ast.While):
        return inner + 1
    if isinstance(node, ast.Call):
        return inner + depths.get(ast.unparse(node.func), 0)
    return inner
