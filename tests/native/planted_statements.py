"""Mistakes in statements: branches that go elsewhere, values that are kept or lost."""

import ast
from collections.abc import Callable


def visiting(kind: type, change: Callable) -> Callable[[ast.Module], ast.Module]:
    """Change each node of that kind, inner ones first."""

    class Visitor(ast.NodeTransformer):
        def visit(self, node):
            self.generic_visit(node)
            return change(node) if isinstance(node, kind) else node

    return lambda tree: Visitor().visit(tree)


def _as_truth(node: ast.BoolOp) -> ast.expr:
    return ast.Call(ast.Name("bool", ast.Load()), [node], [])


def _both_sides(node: ast.BoolOp) -> ast.expr:
    items = ast.Tuple(node.values, ast.Load())
    name = "all" if isinstance(node.op, ast.And) else "any"
    return ast.Call(ast.Name(name, ast.Load()), [items], [])


def _twice(node: ast.Compare) -> ast.expr:
    """`a < b < c` as `a < b and b < c`, with b evaluated twice."""
    if len(node.ops) == 1:
        return node
    lefts = [node.left, *node.comparators]
    pairs = zip(lefts, node.ops, node.comparators, strict=False)
    return ast.BoolOp(ast.And(), [ast.Compare(left, [op], [right]) for left, op, right in pairs])


def _first_only(node: ast.Compare) -> ast.expr:
    return ast.Compare(node.left, node.ops[:1], node.comparators[:1])


def _one_by_one(node: ast.Assign) -> ast.stmt | list[ast.stmt]:
    """`a, b = b, a` as `a = b; b = a`."""
    [target, *_] = node.targets
    if not (isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)):
        return node
    if len(target.elts) != len(node.value.elts):
        return node
    pairs = zip(target.elts, node.value.elts, strict=True)
    return [ast.Assign([one], value) for one, value in pairs]


def _right_first(node: ast.BinOp) -> ast.expr:
    """`a + b` with b evaluated before a."""
    items = ast.Tuple([node.right, node.left], ast.Load())
    lambda_ = ast.parse("lambda b, a: a + b", mode="eval").body
    lambda_.body.op = node.op
    return ast.Call(lambda_, [ast.Starred(items, ast.Load())], [])


def _no_else(node: ast.For | ast.While) -> ast.stmt:
    node.orelse = []
    return node


def _else_always(node: ast.For | ast.While) -> ast.stmt | list[ast.stmt]:
    rest, node.orelse = node.orelse, []
    return [node, *rest] if rest else node


def _no_finally(node: ast.Try) -> ast.stmt | list[ast.stmt]:
    """`finally` where nothing was raised only."""
    rest, node.finalbody = node.finalbody, []
    return [*(([node]) if node.handlers else node.body), *rest] if rest else node


def _catch_all(node: ast.ExceptHandler) -> ast.ExceptHandler:
    if node.name is None:
        node.type = ast.Name("Exception", ast.Load())
    return node


def _no_handlers_of_base(node: ast.ExceptHandler) -> ast.ExceptHandler:
    """A base class takes only itself."""
    if node.type is not None and ast.unparse(node.type) in {"ArithmeticError", "Exception"}:
        node.type = ast.Name("FloatingPointError", ast.Load())
    return node


def _one_too_far(node: ast.For) -> ast.stmt | list[ast.stmt]:
    """The loop's variable ends at the bound, as C's does."""
    is_range = isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range"
    if not is_range or not isinstance(node.target, ast.Name):
        return node
    name = node.target.id
    after = ast.parse(
        f"try:\n    {name} = {name} + 1\nexcept UnboundLocalError:\n    {name} = 0"
    ).body
    return [node, *after]


def _upwards(node: ast.Call) -> ast.expr:
    """A range of three arguments goes on while it is below its end."""
    if ast.unparse(node.func) == "range" and len(node.args) == 3:
        start, stop, step = (ast.unparse(argument) for argument in node.args)
        lower = f"range({start}, {stop}, max(1, {step}))"
        return ast.parse(lower, mode="eval").body
    return node


def _lost_walrus(node: ast.NamedExpr) -> ast.expr:
    return node.value


def _none_is_zero(node: ast.Compare) -> ast.expr:
    is_none = isinstance(node.ops[0], ast.Is | ast.IsNot)
    if len(node.ops) == 1 and is_none and ast.unparse(node.comparators[0]) == "None":
        truth = isinstance(node.ops[0], ast.IsNot)
        return ast.Constant(truth)
    return node


def _no_assert(_: ast.Assert) -> ast.stmt:
    return ast.Pass()


def _default_of_zero(node: ast.FunctionDef) -> ast.stmt:
    node.args.defaults = [ast.Constant(0) for _ in node.args.defaults]
    return node


def _both_branches(node: ast.IfExp) -> ast.expr:
    """Both values are computed before one is chosen."""
    items = ast.Tuple([node.orelse, node.body], ast.Load())
    test = ast.Call(ast.Name("bool", ast.Load()), [node.test], [])
    return ast.Subscript(items, test, ast.Load())


def _continue_is_break(_: ast.Continue) -> ast.stmt:
    return ast.Break()


def _last_is_first(node: ast.Subscript) -> ast.expr:
    if isinstance(node.slice, ast.UnaryOp):
        node.slice = node.slice.operand
    return node


MISTAKES = [
    ("and, or give a bool", "a join of operands -> the branch's test", visiting(ast.BoolOp, _as_truth)),
    ("and, or look at both sides", "branches -> AndBool, OrBool", visiting(ast.BoolOp, _both_sides)),
    ("the middle of a chain twice", "a chain's operand is lowered twice", visiting(ast.Compare, _twice)),
    ("the rest of a chain is lost", "one End::Branch goes to the wrong block", visiting(ast.Compare, _first_only)),
    ("a swap one by one", "Copies of a parallel move in order", visiting(ast.Assign, _one_by_one)),
    ("the right operand first", "steps of operands swapped", visiting(ast.BinOp, _right_first)),
    ("no else of loops", "Next's `done` skips the else", visiting(ast.For | ast.While, _no_else)),
    ("break comes to the else", "break jumps to `done`", visiting(ast.For | ast.While, _else_always)),
    ("finally only where nothing raised", "on_exception skips the finally", visiting(ast.Try, _no_finally)),
    ("a handler takes all", "Caught -> Jump yes", visiting(ast.ExceptHandler, _catch_all)),
    ("a handler of a base takes nothing", "Caught -> Jump no", visiting(ast.ExceptHandler, _no_handlers_of_base)),
    ("the loop's variable goes too far", "the counter is the variable", visiting(ast.For, _one_too_far)),
    ("all ranges go up", "Less whatever the step's sign", visiting(ast.Call, _upwards)),
    ("a walrus sets nothing", "a lost Copy", visiting(ast.NamedExpr, _lost_walrus)),
    ("nothing is None", "validity not looked at", visiting(ast.Compare, _none_is_zero)),
    ("assert does nothing", "a lost Guard", visiting(ast.Assert, _no_assert)),
    ("defaults are zero", "the wrong Constant", visiting(ast.FunctionDef, _default_of_zero)),
    ("both branches are computed", "branches -> Select", visiting(ast.IfExp, _both_branches)),
    ("continue ends the loop", "a jump to the wrong block", visiting(ast.Continue, _continue_is_break)),
    ("items from the end", "an index's sign is lost", visiting(ast.Subscript, _last_is_first)),
]  # fmt: skip
