"""Records programs, rows and the interpreter's answers for the Rust tests of the compiler.

`python -m tests.native.corpus > crates/native/src/recorded/corpus.jsonl`: a program a line, with
what stands for its global names. Floats are their bits. An answer is a value, or the name of what
was raised.
"""

import ast
import json
import math
import struct
import sys
from random import Random
from typing import Any

from tests.native.differ import Pair
from tests.native.generator import Program, program
from tests.native.inputs import batch, columns
from tests.native.templates import PREAMBLE
from tests.native.traps import CATALOGUE

PROGRAMS = 150
ROWS = 12
TRAP_ROWS = 20


def encoded(value: Any) -> Any:
    """Turn a value into what JSON keeps exactly."""
    if isinstance(value, float):
        # All NaNs are one.
        bits = struct.pack("<d", float("nan") if value != value else value)  # noqa: PLR0124
        return {"float": struct.unpack("<Q", bits)[0]}
    return value


def recorded(text: str, one: Program, columns_: list[Any]) -> dict[str, Any]:
    """Give one line: the function, what it needs, and what came of the rows."""
    with Pair(text, tiers=("inline", "inline")) as pair:
        answer = pair.inline.call(f"p.{one.name}", columns_)
        policy = pair.inline.described()[f"p.{one.name}"]["nulls"]
    assert answer.values is not None
    told = dict(part.split(": ") for part in policy.split(", ")) if ":" in policy else {}
    passes = {p.name: told.get(p.name, policy) == "pass" for p in one.parameters}
    rows, answers = [], []
    for i in range(len(columns_[0])):
        row = [column[i].as_py() for column in columns_]
        pairs = zip(row, one.parameters, strict=True)
        if any(value is None and not passes[p.name] for value, p in pairs):
            continue
        rows.append([encoded(value) for value in row])
        failed = answer.failures.get(i)
        answers.append({"raised": failed.type} if failed else encoded(answer.at(i)))
    tree = ast.parse(text.replace("{tier}", "inline"))
    constants = _constants(tree)
    source = PREAMBLE + ast.unparse(tree) + "\n"
    return {
        "name": one.name,
        "text": source,
        "constants": {name: encoded(value) for name, value in constants.items() if _fits(value)},
        "defaults": _defaults(tree, constants),
        "parameters": [[p.name, p.type, passes[p.name]] for p in one.parameters],
        "returns": one.returns,
        "rows": rows,
        "answers": answers,
    }


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Give the values of the numbers that stand beside the functions."""
    values: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            values[ast.unparse(node.targets[0])] = _value(node.value, values)
    return values


def _defaults(tree: ast.Module, constants: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the values of each function's defaults."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        node.name: {
            argument.arg: encoded(_value(default, constants))
            for argument, default in zip(
                node.args.args[len(node.args.args) - len(node.args.defaults) :],
                node.args.defaults,
                strict=True,
            )
        }
        for node in functions
    }


def _value(node: ast.expr, constants: dict[str, Any]) -> Any:
    """Evaluate one of our own literals."""
    code = compile(ast.Expression(node), "constant", "eval")
    return eval(code, {"math": math, "m": math}, constants)  # noqa: S307 - we have written it


def _fits(value: Any) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def main() -> None:
    for seed in range(PROGRAMS):
        one = program(seed)
        columns_ = batch(Random(seed), one.parameters, ROWS)
        sys.stdout.write(json.dumps(recorded(one.text, one, columns_)) + "\n")
    for i, trap in enumerate(CATALOGUE):
        if trap.refused or trap.has_lists or trap.by_library or trap.before or trap.defaults:
            continue
        text = "@db" + trap.text(f"t{i}").split("@db")[1]
        one = Program(f"t{i}", text, trap.parameters, trap.returns)
        rows = [list(row) for row in trap.all_rows]
        chosen = Random(i).sample(rows, min(len(rows), TRAP_ROWS))
        sys.stdout.write(json.dumps(recorded(text, one, columns(one.parameters, chosen))) + "\n")


if __name__ == "__main__":
    main()
