"""Mistakes of compilers, planted into the text that one of two tiers runs.

Each is what a wrong lowering would compute, written in Python: the tests of the tests see whether
random programs find it. `rewrite` says how to plant the same mistake into the typed form.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from tests.native import planted_lists as lists
from tests.native import planted_statements as statements

# For a row; of a program that is right it takes microseconds.
SECONDS = 0.5

Transform = Callable[[ast.Module], ast.Module]

RUNTIME = """
def both(kind, a, b):
    return type(a) is kind and type(b) is kind

def whole(a, b):
    return isinstance(a, int) and isinstance(b, int)

def wrapped(n):
    return (n + 2**63) % 2**64 - 2**63 if type(n) is int else n

def saturated(n):
    return max(-2**63, min(2**63 - 1, n)) if type(n) is int else n

def scaled_round(x, digits=None, ndigits=None):
    digits = ndigits if digits is None else digits
    if digits is None or type(x) is not float or not math.isfinite(x) or abs(digits) > 30:
        return round(x, digits)
    return float(math.floor(x * 10.0**digits + 0.5)) / 10.0**digits

def half_up(x, *digits, **named):
    if digits or named or type(x) is not float:
        return round(x, *digits, **named)
    return int(math.floor(x + 0.5))

def quiet(function, otherwise):
    def call(*arguments):
        try:
            return function(*arguments)
        except (ArithmeticError, ValueError):
            return otherwise
    return call
"""


@dataclass(frozen=True)
class Mistake:
    name: str
    rewrite: str
    """In the typed form, or in what makes it."""
    of: str = ""
    """The operator or function: `+`, `neg`, `math.sqrt`."""
    wrong: str = ""
    """What is called in its place."""
    transform: Transform | None = None
    """Of statements and others that are no operator."""
    rare: bool = False
    """Whether few random programs show it."""
    lists: bool = False
    """Whether it is one with lists."""

    def __call__(self, text: str) -> str:
        # A mistake may make a loop endless.
        limited = text if "timeout=" in text else text.replace("tier=", f"timeout={SECONDS}, tier=")
        tree = ast.parse(limited)
        changed = self.transform(tree) if self.transform else _Replace(self.of).visit(tree)
        runtime = RUNTIME + lists.RUNTIME * self.lists
        preamble = f"import math\n{runtime}\nwrong = {self.wrong or None}\n"
        return preamble + ast.unparse(ast.fix_missing_locations(changed))


OPERATORS: dict[str, type] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod,
    "**": ast.Pow, "<<": ast.LShift, ">>": ast.RShift, "&": ast.BitAnd, "^": ast.BitXor,
    "neg": ast.USub, "~": ast.Invert, "not": ast.Not,
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "==": ast.Eq, "!=": ast.NotEq,
}  # fmt: skip


class _Replace(ast.NodeTransformer):
    """Calls `wrong` in place of an operator or a function."""

    def __init__(self, of: str) -> None:
        self.operator = OPERATORS.get(of)
        self.name = of

    def _wrong(self, *arguments: ast.expr) -> ast.Call:
        return ast.Call(ast.Name("wrong", ast.Load()), list(arguments), [])

    def _name(self, function: ast.expr) -> str:
        text = ast.unparse(function)
        return "math." + text[2:] if text.startswith("m.") else text

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        is_it = self.operator is type(node.op)
        return self._wrong(node.left, node.right) if is_it else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return self._wrong(node.operand) if self.operator is type(node.op) else node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if len(node.ops) == 1 and self.operator is type(node.ops[0]):
            return self._wrong(node.left, node.comparators[0])
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        is_counter = isinstance(node.value, ast.Constant) and node.value.value == 1
        if (
            self.operator is not type(node.op)
            or not isinstance(node.target, ast.Name)
            or is_counter
        ):
            return node
        old = ast.Name(node.target.id, ast.Load())
        return ast.Assign([node.target], self._wrong(old, node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if self._name(node.func) == self.name:
            node.func = ast.Name("wrong", ast.Load())
        return node


MISTAKES = [
    Mistake("addition wraps", "Checked Add -> AddWrapping", "+", "lambda a, b: wrapped(a + b)"),
    Mistake("subtraction wraps", "Checked Subtract -> SubtractWrapping", "-",
            "lambda a, b: wrapped(a - b)"),
    Mistake("multiplication wraps", "Checked Multiply -> MultiplyWrapping", "*",
            "lambda a, b: wrapped(a * b)"),
    Mistake("multiplication saturates", "a lost side exit", "*", "lambda a, b: saturated(a * b)"),
    Mistake("minus wraps", "Checked Subtract from 0 -> SubtractWrapping", "neg",
            "lambda a: wrapped(-a)"),
    Mistake("abs wraps", "no exit for the least int", "abs", "lambda a: wrapped(abs(a))", rare=True),
    Mistake("C's division", "FloorDivide -> sdiv", "//",
            "lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) "
            "if whole(a, b) else a // b"),
    Mistake("C's remainder", "Modulo -> srem", "%",
            "lambda a, b: a - b * (abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)) "
            "if whole(a, b) and b else a % b"),
    Mistake("fmod for %", "FloatModulo -> Fmod", "%",
            "lambda a, b: math.fmod(a, b) if both(float, a, b) and b and math.isfinite(a) else a % b"),
    Mistake("floor of a quotient", "FloatFloorDivide -> DivideFloat, Floor", "//",
            "lambda a, b: float(math.floor(a / b)) if both(float, a, b) and b "
            "and math.isfinite(a / b) else a // b"),
    Mistake("division of rounded ints", "IntDivide -> IntToFloat twice, DivideFloat", "/",
            "lambda a, b: float(a) / float(b) if whole(a, b) and b else a / b", rare=True),
    Mistake("x * x for x ** 2", "Pow by 2 -> MultiplyFloat", "**",
            "lambda a, b: a * a if type(a) is float and b == 2 and abs(a) < 1e154 else a ** b", rare=True),
    Mistake("sqrt for x ** 0.5", "Pow by 0.5 -> SquareRoot", "**",
            "lambda a, b: math.sqrt(a) if b == 0.5 and a >= 0 else a ** b", rare=True),
    Mistake("int ** negative is 0", "no exit for negative exponents", "**",
            "lambda a, b: 0 if whole(a, b) and b < 0 and abs(a) > 1 else a ** b", rare=True),
    Mistake("int powers wrap", "the second result of IntPower is not looked at", "**",
            "lambda a, b: wrapped(a ** b)"),
    Mistake("shift counts are masked, left", "ShiftLeft -> ishl", "<<",
            "lambda a, b: wrapped(a << (b & 63))"),
    Mistake("shift counts are masked, right", "ShiftRight -> sshr", ">>", "lambda a, b: a >> (b & 63)"),
    Mistake("bool & bool is an int", "AndBool -> AndInt", "&", "lambda a, b: int(a & b)"),
    Mistake("bool + bool is or", "AddWrapping -> OrBool", "+",
            "lambda a, b: a | b if both(bool, a, b) else a + b"),
    Mistake("~ of a bool is not", "InvertInt -> Not", "~",
            "lambda a: not a if type(a) is bool else ~a"),
    Mistake("0 - x for -x", "NegateFloat -> SubtractFloat from 0", "neg", "lambda a: 0 - a"),
    Mistake("x + 0 is x", "AddFloat of 0 -> Copy", "+", "lambda a, b: a if b == 0 else a + b", rare=True),
    Mistake("x - x is 0", "SubtractFloat -> Constant", "-",
            "lambda a, b: type(a)(0) if type(a) is type(b) and (a is b or a == b) else a - b", rare=True),
    Mistake("division by zero is infinite", "a lost Guard", "/",
            "lambda a, b: math.copysign(math.inf, a) if b == 0 and a != 0 else a / b"),
    Mistake("comparison after rounding, <", "CompareIntFloat -> IntToFloat, CompareFloat", "<",
            "lambda a, b: float(a) < float(b) if type(a) is not type(b) else a < b", rare=True),
    Mistake("unordered is less", "Less -> not GreaterEqual", "<",
            "lambda a, b: not a >= b", rare=True),
    Mistake("NaN equals itself", "CompareFloat of the same -> Constant", "==",
            "lambda a, b: a == b or (a != a and b != b)", rare=True),
    Mistake("NaN differs from nothing", "NotEqual ordered", "!=",
            "lambda a, b: a < b or a > b"),
    Mistake("NaN is false", "truth as an ordered comparison", "not", "lambda a: not a or a != a", rare=True),
    Mistake("min by the other comparison", "ties take the second", "min",
            "lambda *a: sorted(reversed(a))[0]"),
    Mistake("max turns ints to floats", "the type of the join", "max",
            "lambda *a: max(map(float, a)) if float in map(type, a) else max(a)", rare=True),
    Mistake("half away from zero", "RoundHalfEven -> Floor of x + 0.5", "round", "half_up"),
    Mistake("round by scaling", "RoundDigits -> MultiplyFloat, RoundHalfEven, DivideFloat",
            "round", "scaled_round"),
    Mistake("int saturates", "FloatToInt without its Guard", "int",
            "lambda a: saturated(int(a)) if a == a else 0"),
    Mistake("int rounds", "Truncate -> RoundHalfEven", "int", "lambda a: round(a)"),
    Mistake("no domain check of sqrt", "a lost Guard", "math.sqrt", "quiet(math.sqrt, math.nan)"),
    Mistake("no pole check of log", "a lost Guard", "math.log", "quiet(math.log, -math.inf)", rare=True),
    Mistake("no range check of exp", "a lost Guard", "math.exp", "quiet(math.exp, math.inf)", rare=True),
    Mistake("sin of infinity", "a lost Guard", "math.sin", "quiet(math.sin, math.nan)"),
    Mistake("radians by division", "a / 180 * pi", "math.radians",
            "lambda a: a / 180.0 * math.pi", rare=True),
    Mistake("atan2 the other way round", "arguments swapped", "math.atan2",
            "lambda a, b: math.atan2(b, a)"),
    *(
        Mistake(name, rewrite, transform=transform, rare=name in {"the middle of a chain twice", "break comes to the else"})
        for name, rewrite, transform in statements.MISTAKES
    ),
    *(
        Mistake(name, rewrite, transform=transform, lists=True, rare=name in lists.RARE)
        for name, rewrite, transform in lists.MISTAKES
    ),
]  # fmt: skip
