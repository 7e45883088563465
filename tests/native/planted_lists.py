"""Mistakes with lists: items that are kept or lost, names that are one list or two, ends of loops."""

import ast
from collections.abc import Callable

from tests.native.planted_statements import visiting

RUNTIME = """
before = []

def items_of_before(*items):
    # As an arena that no row begins anew: a list has what the list before had.
    kept = before[:1]
    before[:] = items
    return [*kept, *items] if not items else list(items)

def wrapping(values, index):
    return values[index % len(values)] if isinstance(values, list) and values else values[index]

def clamped(values, index):
    if not isinstance(values, list) or not values:
        return values[index]
    return values[max(-len(values), min(len(values) - 1, index))]

def behind_zero(values, index):
    # An item in front of the first one is the first one.
    if isinstance(values, list) and values and index < -len(values):
        return values[0]
    return values[index]

def without_nan(choose):
    def call(*values, **options):
        if len(values) == 1 and isinstance(values[0], list):
            numbers = [value for value in values[0] if value == value]
            return choose(numbers) if numbers else choose(values[0])
        return choose(*values, **options)
    return call

def last_of_ties(choose):
    def call(*values, **options):
        if len(values) == 1 and isinstance(values[0], list):
            return choose(values[0][::-1])
        return choose(*values, **options)
    return call

def of_nothing(choose):
    def call(*values, **options):
        if len(values) == 1 and isinstance(values[0], list) and not values[0]:
            return 0
        return choose(*values, **options)
    return call

def wrapped_sum(values, start=0):
    total = sum(values, start)
    return wrapped(total) if isinstance(values, list) else total

def capacity(values):
    # Room is made for four, then twice as many.
    length = len(values)
    return max(4, 1 << (length - 1).bit_length()) if isinstance(values, list) and length > 4 else length

def to_longest(*values):
    from itertools import zip_longest
    if all(isinstance(one, list) for one in values):
        return zip_longest(*values, fillvalue=0)
    return zip(*values)

def from_zero(values, start=0):
    return enumerate(values) if isinstance(values, list) else enumerate(values, start)

def iterated_once(values):
    return values[:] if isinstance(values, list) else values

def copied(value):
    return value[:] if isinstance(value, list) else value

def one_less(values):
    return values[:-1] if isinstance(values, list) and len(values) > 7 else values

def push_float(values, value):
    values.append(float(value) if type(value) is int and values and type(values[0]) is float else value)

def push_int(values, value):
    values.append(int(value) if type(value) is float and values and type(values[0]) is int else value)

def push_short(values, value):
    values.append((value + 2**31) % 2**32 - 2**31 if type(value) is int else value)

def push_to_full(values, value):
    # What stands at the end of the room is lost.
    if len(values) != 4 and len(values) != 8:
        values.append(value)

def push_twice(values, value):
    values.append(value)
    if len(values) == 8:
        values.append(value)

def filled(value):
    return [0 if one is None else one for one in value] if isinstance(value, list) else value

def always(value):
    return True if isinstance(value, list) else value
"""


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _named(old: str, new: str) -> Callable[[ast.Module], ast.Module]:
    """Call another function in the place of one."""

    def change(node: ast.Call) -> ast.expr:
        if ast.unparse(node.func) == old:
            node.func = ast.parse(new, mode="eval").body
        return node

    return visiting(ast.Call, change)


def _indexed(new: str) -> Callable[[ast.Module], ast.Module]:
    def change(node: ast.Subscript) -> ast.expr:
        is_read = isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice)
        return _call(new, node.value, node.slice) if is_read else node

    return visiting(ast.Subscript, change)


def _pushed(new: str) -> Callable[[ast.Module], ast.Module]:
    def change(node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            return _call(new, node.func.value, *node.args)
        return node

    return visiting(ast.Call, change)


def _walked(new: str) -> Callable[[ast.Module], ast.Module]:
    def change(node: ast.For) -> ast.stmt:
        if isinstance(node.iter, ast.Name):
            node.iter = _call(new, node.iter)
        return node

    return visiting(ast.For, change)


def _copied(node: ast.Assign) -> ast.stmt:
    """A second name is a copy."""
    if isinstance(node.value, ast.Name | ast.IfExp):
        node.value = _call("copied", node.value)
    return node


def _returned(node: ast.Return) -> ast.stmt:
    """The list as it was when `return` was reached."""
    if isinstance(node.value, ast.Name):
        node.value = _call("copied", node.value)
    return node


def _given(node: ast.Call) -> ast.expr:
    """A helper gets a copy."""
    if isinstance(node.func, ast.Name) and node.func.id not in {
        "len",
        "min",
        "max",
        "sum",
        "range",
    }:
        node.args = [
            _call("copied", one) if isinstance(one, ast.Name) else one for one in node.args
        ]
    return node


def _kept(node: ast.List) -> ast.expr:
    is_declaration = any(isinstance(getattr(one, "value", 0), str) for one in node.elts)
    return node if is_declaration else _call("items_of_before", *node.elts)


def _true(node: ast.If | ast.IfExp) -> ast.If | ast.IfExp:
    if isinstance(node.test, ast.Name):
        node.test = _call("always", node.test)
    return node


def _nulls(node: ast.FunctionDef) -> ast.stmt:
    """NULLs among items are zeros."""
    begin = [f"{one.arg} = filled({one.arg})" for one in node.args.args]
    node.body = [*ast.parse("\n".join(begin)).body, *node.body]
    return node


def _uncaught(node: ast.ExceptHandler) -> ast.ExceptHandler:
    """An index error leaves its handler alone."""
    if node.type is not None:
        text = ast.unparse(node.type).replace("IndexError", "EOFError")
        node.type = ast.parse(text.replace("LookupError", "KeyError"), mode="eval").body
    return node


MISTAKES = [
    ("an index wraps", "a lost Guard of Item", _indexed("wrapping")),
    ("an index stops at the ends", "min, max for a Guard", _indexed("clamped")),
    ("the items in front of the first", "`not_before` is not looked at", _indexed("behind_zero")),
    ("index errors are not caught", "the row leaves in a try", visiting(ast.ExceptHandler, _uncaught)),
    ("max ignores NaN", "a maximum of the machine", _named("max", "without_nan(max)")),
    ("min ignores NaN", "a minimum of the machine", _named("min", "without_nan(min)")),
    ("the last of equal ones", "Less -> LessEqual", _named("min", "last_of_ties(min)")),
    ("min of nothing is zero", "a lost Guard", _named("min", "of_nothing(min)")),
    ("max of nothing is zero", "a lost Guard", _named("max", "of_nothing(max)")),
    ("sums of lists wrap", "Checked Add -> AddWrapping", _named("sum", "wrapped_sum")),
    ("the capacity for the length", "CAPACITY for LENGTH", _named("len", "capacity")),
    ("zip goes to the longest", "AndBool -> OrBool", _named("zip", "to_longest")),
    ("enumerate begins at zero", "a lost Copy", _named("enumerate", "from_zero")),
    ("a length is read once", "Length hoisted out of a loop", _walked("iterated_once")),
    ("the last item is forgotten", "LessEqual -> Less", _walked("one_less")),
    ("a second name is a copy", "a copied list", visiting(ast.Assign, _copied)),
    ("a returned list is done", "`give` before the finally", visiting(ast.Return, _returned)),
    ("a helper gets a copy", "a list that is given is copied", visiting(ast.Call, _given)),
    ("a row begins with the list before", "the arena is not begun anew", visiting(ast.List, _kept)),
    ("lists are true", "truth of an address", visiting(ast.If | ast.IfExp, _true)),
    ("a NULL among items is zero", "`complete` is not asked", visiting(ast.FunctionDef, _nulls)),
    ("ints become floats", "IntToFloat before Push", _pushed("push_float")),
    ("floats become ints", "Truncate before Push", _pushed("push_int")),
    ("items of 32 bits", "a short store", _pushed("push_short")),
    ("an item where room ends is lost", "Push without its second half", _pushed("push_to_full")),
    ("an item where room ends comes twice", "Push behind `grow` again", _pushed("push_twice")),
]  # fmt: skip
RARE = {"max ignores NaN", "a returned list is done"}
