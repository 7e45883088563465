"""Random statements over lists: made, appended to, walked over while they grow, by two names.

No list gets long: where a loop may repeat an `append` without an end of its own, it asks for the
length first.
"""

from random import Random
from typing import TYPE_CHECKING

from tests.native.expressions import Expressions
from tests.native.lines import Lines, indent
from tests.native.list_inputs import ITEMS, item_of
from tests.native.scope import Scope

if TYPE_CHECKING:
    from tests.native.statements import Statements

TYPES = list(ITEMS)
# What takes an index, `#`, to where there may be no item; `@` is the list.
RISKS = {
    "float": ["@[{c}]", "@[-{c}]", "@[{i}]", "max(@)", "min(@)", "@[len(@) - {p}]"],
    "int": ["@[{c}]", "@[-{c}]", "@[{i}]", "max(@)", "min(@)", "sum(@)", "@[{b}]",
            "2 if sum(@, None) is None else sum(@)", "7 if sum(@, {b}) is True else 8"],
}  # fmt: skip
# Of no list, as it stands here; nothing that would be a longer list.
WRONG = ["@ + {i}", "{f} - @", "@ < {f}", "-@", "@[{f}]", "@[None]", "float(@)", "abs(@)", "int(@)",
         "math.sqrt(@)", "round(@)", "divmod(@, 2)", "@ ** 2", "@ >> 1", "max(@, {f})", "len({n})",
         "min({i}, @)", "~@", "range(@)[0]", "@ & {b}", "(@ or {i}) + 1", "(@ and {f}) - 1",
         "{i} if @ < @ else {i}", "pow({i}, @)", "max({n})"]  # fmt: skip
# What keeps a function with the interpreter, or its rows.
EXOTIC = ["@ = @[1:]", "@ += [{f}]", "@ = @ + [1.5]", "@.pop()", "@[0] = {f}", "@.append(None)",
          "@.append({i} * 0.5 if {b} else {i})", "@.append({b})", "@.extend(@[:3])",
          "@.insert(0, {f})", "@ = sorted(@)[:50]", "@ = list(@)", "@ = [e for e in @]",
          "del @[:1]"]  # fmt: skip
MOST = 40


class Lists:
    random: Random
    expressions: Expressions

    def item(self: "Statements", type_: str, scope: Scope) -> str:
        """Write an item of a list of the type, mostly one that is surely of the type."""
        item = item_of(type_)
        text = self.value(item, scope)
        if self.random.random() < 0.1:
            return text
        sure = (
            ["float({})", "({}) * 1.0", "({}) + 0.0"]
            if item == "float"
            else ["({}) + 0", "int({})"]
        )
        return self.random.choice(sure).format(text)

    def new_list(self: "Statements", scope: Scope, _depth: int, type_: str = "") -> Lines:
        mostly = 5 * (self.returns in TYPES)
        type_ = type_ or self.random.choices([self.returns, *TYPES], [mostly, 3, 2])[0]
        old = [name for name in scope.own(type_) if name not in scope.fixed]
        name = self.random.choice(old) if old and self.random.random() < 0.3 else self.fresh("l")
        items = [self.item(type_, scope) for _ in range(self.random.choice([0, 0, 0, 1, 2, 3]))]
        scope.bind_list(name, type_, filled=bool(items))
        note = f": {type_}" if self.random.random() < 0.1 else ""
        return [f"{name}{note} = [{', '.join(items)}]"]

    def append(self: "Statements", scope: Scope, depth: int) -> Lines:
        own = [name for type_ in TYPES for name in scope.own(type_)]
        if not own:
            return self.new_list(scope, depth)
        return self._append(self.random.choice(own), scope)

    def _append(self: "Statements", name: str, scope: Scope) -> Lines:
        type_ = scope.lists[name]
        value = self.item(type_, scope)
        lines: Lines = []
        if self.random.random() < (0.9 if scope.trying else 0.3):
            held = self.fresh("v")
            lines, value = [f"{held} = {value}"], held
            scope.bind(held, item_of(type_))
        push = f"{name}.append({value})"
        if scope.growing or scope.loops > 1 or self.random.random() < 0.1:
            bound = self.random.choice([2, 5, MOST])
            return [*lines, f"if len({name}) < {bound}:", f"    {push}"]
        scope.filled |= {name}
        return [*lines, push]

    def fill(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Append until there are enough."""
        lines = [] if scope.own("list[int]") else self.new_list(scope, depth)
        name = self.random.choice([name for type_ in TYPES for name in scope.own(type_)])
        inner = scope.copy(fix=name, in_loop=True)
        value = self.item(scope.lists[name], inner)
        bound = self.random.choice([3, 8, 9, 20])
        lines += [f"while len({name}) < {bound}:", f"    {name}.append({value})"]
        if self.random.random() < 0.4:
            inner.growing = True
            lines += indent(self._body(inner, depth, 2))
        scope.join([scope.copy(), inner])
        scope.filled |= {name}
        return lines

    def list_loop(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Walk over a list or two, and mostly append something."""
        lines = [] if scope.lists else self.new_list(scope, depth)
        inner = scope.copy(in_loop=True)
        header = self._header(scope, inner)
        body = self._body(inner, depth, 2)
        own = [name for type_ in TYPES for name in inner.own(type_)]
        if own and self.random.random() < 0.7:
            body += self._append(self.random.choice(own), inner)
        lines += [header, *indent(body)]
        return lines + self._close(scope, inner, depth)

    def listed(self: "Statements", scope: Scope) -> str:
        """Give the name of a list, mostly of one that has items."""
        sure = [name for name in scope.lists if name in scope.given | scope.filled]
        return self.random.choice(
            sure if sure and self.random.random() < 0.85 else list(scope.lists)
        )

    def _header(self: "Statements", scope: Scope, inner: Scope) -> str:
        chosen = [self.listed(scope) for _ in range(self.random.choice([1, 1, 2]))]
        texts, names = [], []
        for name in chosen:
            text, type_ = name, item_of(scope.lists[name])
            if self.random.random() < 0.15:
                text, type_ = (
                    f"range({self.random.choice(['len(@)', '1, len(@)', 'len(@) - 1, -1, -1'])})",
                    "int",
                )
                text = text.replace("@", name)
            inner.growing |= text == name and name not in scope.given
            texts.append(text)
            names.append((self.fresh("e"), type_))
        for name, type_ in names:
            inner.bind(name, type_)
        if len(names) > 1:
            return f"for {', '.join(name for name, _ in names)} in zip({', '.join(texts)}):"
        if self.random.random() < 0.3:
            index, start = self.fresh("i"), self.random.choice(["", "", ", 1", ", {i}"])
            inner.bind(index, "int")
            start = self.expressions.fill(start, scope, 1)
            return f"for {index}, {names[0][0]} in enumerate({texts[0]}{start}):"
        return f"for {names[0][0]} in {texts[0]}:"

    def by_index(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Walk over the places of a list, and look at what is next to them."""
        if not scope.lists:
            return self.list_loop(scope, depth)
        held = self.listed(scope)
        index, name = self.fresh("i"), self.fresh("v")
        inner = scope.copy(fix=index, in_loop=True)
        inner.bind(index, "int")
        inner.bind(name, item_of(scope.lists[held]))
        bounds = self.random.choice(
            ["len(@)", "len(@)", "1, len(@)", "len(@) - 1", "len(@) - 1, -1, -1"]
        )
        places = ["#", "#", "# - 1", "-#", "-# - 1", "#"] + ["# + 1"] * (bounds == "len(@) - 1")
        place = self.random.choice([*places, "# + 1"] if self.random.random() < 0.1 else places)
        lines = [f"{name} = {self.expressions.literal(inner.names[name])}"]
        inner.growing = held not in scope.given
        lines += [
            f"for {index} in range({bounds.replace('@', held)}):",
            f"    {name} = {held}[{place.replace('#', index)}]",
            *indent(self._body(inner, depth, 2)),
        ]
        scope.bind(name, inner.names.get(name, "int"))
        return lines + self._close(scope, inner, depth)

    def grow(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Walk over a list that gets longer meanwhile."""
        own = [name for type_ in TYPES for name in scope.own(type_)]
        if not own:
            return self.fill(scope, depth)
        name, one = self.random.choice(own), self.fresh("e")
        inner = scope.copy(fix=name, in_loop=True)
        inner.growing = True
        inner.bind(one, item_of(scope.lists[name]))
        lines = [f"for {one} in {name}:", *indent(self._append(name, inner))]
        lines += indent(self._body(inner, depth, 1)) if self.random.random() < 0.3 else []
        return lines + self._close(scope, inner, depth)

    def alias(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Give a list a second name; one that may still be empty only seldom."""
        sure = [name for name in scope.lists if name in scope.given | scope.filled]
        held = sure if sure and self.random.random() < 0.95 else list(scope.lists)
        if not held:
            return self.new_list(scope, depth)
        name, first = self.fresh("l"), self.random.choice(held)
        type_, given = scope.lists[first], first in scope.given
        others = [one for one in held if scope.lists[one] == type_ and one != first]
        text = first
        if others and self.random.random() < 0.4:
            other = self.random.choice(others)
            given |= other in scope.given
            text = f"{first} if {self.expressions.make('bool', scope, 2)} else {other}"
        scope.bind_list(name, type_, given=given, filled=first in scope.filled and text == first)
        lines = [f"{name} = {text}"]
        if not given and self.random.random() < 0.7:
            lines += self._append(self.random.choice([name, first]), scope)
        return lines

    def fold(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Compute one number of all that is in a list."""
        if not scope.lists:
            return self.new_list(scope, depth)
        held = self.listed(scope)
        name, one, type_ = self.fresh("v"), self.fresh("e"), item_of(scope.lists[held])
        forms = ["# * 0.5 + @", "# - @", "@ / 2 - #", "max(#, @)", "@"]
        if type_ == "int":
            forms = ["(# * 3 + @) % 10007", "# ^ @", "min(#, @)", "# + 1 - @", "@"]
        text = self.random.choice(forms).replace("#", name).replace("@", one)
        scope.bind(name, type_)
        first = "0.0" if type_ == "float" else "0"
        return [f"{name} = {first}", f"for {one} in {held}:", f"    {name} = {text}"]

    def exotic(self: "Statements", scope: Scope, depth: int) -> Lines:
        own = [name for name in scope.lists if name not in scope.fixed]
        if not own or not self.expressions.exotic or scope.growing or scope.loops > 1:
            return self.append(scope, depth)
        text = self.random.choice(EXOTIC).replace("@", self.random.choice(own))
        return [self.expressions.fill(text, scope, 1)]

    def push(self: "Statements", scope: Scope, depth: int) -> Lines:
        """Let a helper append."""
        helpers = [helper for helper in scope.helpers if helper.appends]
        held = [name for type_ in TYPES for name in scope.own(type_) if name in scope.filled]
        if not helpers or not held:
            return self.append(scope, depth)
        helper, name = self.random.choice(helpers), self.random.choice(held)
        call = f"{helper.name}({name}, {self.item(scope.lists[name], scope)})"
        if self.random.random() < 0.5:
            return [call]
        count = self.fresh("v")
        scope.bind(count, "int")
        return [f"{count} = {call}"]

    def list_risk(self: "Statements", type_: str, scope: Scope) -> str:
        """Write what raises where a list has too few items; nothing where there is no list."""
        held = [name for name, of in scope.lists.items() if item_of(of) == type_]
        if not held or self.random.random() < 0.4:
            return ""
        forms = WRONG if self.random.random() < 0.12 else RISKS[type_]
        text = self.random.choice(forms).replace("@", self.random.choice(held))
        return self.expressions.fill(text, scope, 1)
