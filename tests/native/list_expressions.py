"""Random expressions over lists: `@` is a list whose items are of the type that is asked for."""

from random import Random
from typing import TYPE_CHECKING

from tests.native.list_inputs import item_of
from tests.native.scope import Scope

if TYPE_CHECKING:
    from tests.native.expressions import Expressions

ITEM = [
    (4, "@[-1] if @ else {0}"), (4, "@[0] if @ else {0}"), (2, "@[0] if len(@) > 0 else {0}"),
    (2, "max(@) if @ else {0}"), (2, "min(@) if @ else {0}"), (3, "@[{i} % len(@)] if @ else {0}"),
    (2, "@[-{p}] if len(@) > 4 else {0}"), (1, "@[len(@) - 1] if len(@) != 0 else {0}"),
    (1, "{0} if not @ else @[len(@) // 2]"), (0.15, "@[{c}]"), (0.15, "@[-{p}]"), (0.1, "max(@)"),
    (0.05, "@[{i}]"), (0.5, "@[{b}] if len(@) > 1 else {0}"),
]  # fmt: skip
FORMS = {
    "float": [(weight, text.replace("{0}", "{f}")) for weight, text in ITEM],
    "int": [
        *((weight, text.replace("{0}", "{i}")) for weight, text in ITEM),
        (1.5, "sum(@)"), (0.5, "sum(@, {i})"), (0.7, "sum(@) // len(@) if @ else {i}"),
    ],
}  # fmt: skip
# Of any list.
LENGTHS = [(6, "len(@)"), (2, "len(@) - 1"), (1, "len(@) % {p}"), (1, "{i} % (len(@) + 1)")]
TESTS = [(3, "len(@) {o} {c}"), (2, "not @"), (1.5, "bool(@)"), (1, "len(@) > len(@)"),
         (0.5, "@ is None"), (0.5, "@ is not None"), (1, "True if @ else {b}")]  # fmt: skip
EXOTIC = {
    "bool": ["{f} in @", "@ == @", "@ < [1.0]", "@ is @", "@ == None"],
    "int": ["@.index(max(@))", "len(@[1:])", "@.count(1)", "len([*@])"],
    "float": ["sum(@)", "sum(@, 0.5)", "math.fsum(@)", "sorted(@)[0]", "@[::-1][0]"],
}


class ListExpressions:
    random: Random
    exotic: bool
    lists: bool
    """Whether there may be any."""

    def of_list(self: "Expressions", type_: str, scope: Scope, depth: int) -> str:
        """Write an expression over a list; mostly nothing."""
        if not (self.lists and scope.lists and self.random.random() < 0.2):
            return ""
        names = [name for name, held in scope.lists.items() if item_of(held) == type_]
        any_list = type_ == "bool" or not names or (type_ == "int" and self.random.random() < 0.4)
        forms = TESTS if type_ == "bool" else LENGTHS if any_list else FORMS[type_]
        if type_ == "float" and not names:
            return ""
        if self.exotic and self.random.random() < 0.1:
            forms = [(1, text) for text in EXOTIC[type_]]
        name = self.random.choice(list(scope.lists) if any_list else names)
        [(_, text)] = self.random.choices(forms, [weight for weight, _ in forms])
        return f"({self.fill(text.replace('@', name), scope, min(depth - 1, 1))})"

    def whole(self: "Expressions", type_: str, scope: Scope, depth: int) -> str:
        """Write a list of the type."""
        names = [name for name, held in scope.lists.items() if held == type_]
        sure = [name for name in names if name in scope.given | scope.filled]
        chance = self.random.random()
        if sure and chance < 0.75:
            return self.random.choice(sure)
        if len(sure) > 1 and chance < 0.85:
            one, other = self.random.sample(sure, 2)
            return f"({one} if {self.make('bool', scope, 1)} else {other})"
        helpers = [helper for helper in scope.helpers if helper.returns == type_]
        if helpers and chance < 0.95:
            return self.call(type_, scope, depth)
        count = self.random.choice([1, 2, 2, 3, *([0] if chance > 0.98 else [])])
        sure_item = "float({})" if item_of(type_) == "float" else "({}) + 0"
        items = [self.make(item_of(type_), scope, min(depth - 1, 1)) for _ in range(count)]
        return f"[{', '.join(sure_item.format(item) for item in items)}]"
