"""How the methods of a random state read and write its attributes: each, or by methods for that."""

from random import Random

from tests.native.expressions import Expressions
from tests.native.lines import Lines, indent
from tests.native.scope import Scope


class StateMethods:
    """Writes a class whose attributes are named as the parts, some of them private."""

    def __init__(
        self, random: Random, expressions: Expressions, types: dict[str, str], *, is_exact: bool
    ) -> None:
        """Take the parts with their types, and whether what is stored must be what was given."""
        self.random, self.parts = random, [*types]
        parts = self.parts
        self.attributes = [random.choice(["", "", "_", "__"]) + part for part in parts]
        self.has_slots = random.random() < 0.4
        self.methods: dict[str, Lines] = {}
        if random.random() < 0.5:
            self._add_loader()
        if random.random() < 0.5:
            self._add_keeper()
            if not is_exact and random.random() < 0.6:
                self._add_mixer(expressions, types)

    def slots(self) -> Lines:
        """Give the line that says what attributes there are, or none."""
        names = ", ".join(f'"{name}"' for name in [*self.attributes, "never"])
        return [f"__slots__ = ({names})"] if self.has_slots else []

    def load(self, owner: str, names: list[str]) -> Lines:
        """Put the attributes of an object into variables."""
        if "_now" in self.methods:
            return [f"{', '.join(names)}, = {owner}._now()"]
        pairs = zip(names, self.attributes, strict=True)
        return [f"{name} = {owner}.{attribute}" for name, attribute in pairs]

    def begin(self, values: list[str]) -> Lines:
        """Put the first values into the attributes of `self`, which must not fail."""
        return self._stores(values) if "mixed" in self.methods else self.store(values)

    def store(self, values: list[str]) -> Lines:
        """Put values into the attributes of `self`."""
        if "__keep" in self.methods:
            named = [f"{part}={value}" for part, value in zip(self.parts, values, strict=True)]
            # The first ones by position.
            count = self.random.randint(0, len(values))
            return [f"self.__keep({', '.join(values[:count] + named[count:])})"]
        return self._stores(values)

    def written(self) -> Lines:
        """Give the methods that the others call."""
        return [line for lines in self.methods.values() for line in lines]

    def _add_loader(self) -> None:
        values = ", ".join(f"self.{attribute}" for attribute in self.attributes)
        self.methods["_now"] = ["def _now(self):", *indent([f"return {values},"])]

    def _add_keeper(self) -> None:
        header = f"def __keep(self, {', '.join(self.parts)}):"
        self.methods["__keep"] = [header, *indent(self._stores(self.parts))]

    def _add_mixer(self, expressions: Expressions, types: dict[str, str]) -> None:
        """Have a static method change the first part that is kept."""
        part = self.parts[0]
        scope = Scope({"a": types[part], "b": "int"}, repeated=True)
        value = f"({expressions.make(types[part], scope, 2)}) % 1000003"
        header = ["@staticmethod", "def mixed(a, b=3):"]
        self.methods["mixed"] = [*header, *indent([f"return {value}"])]
        self.methods["__keep"] += indent([f"self.{self.attributes[0]} = self.mixed({part})"])

    def _stores(self, values: list[str]) -> Lines:
        pairs = zip(self.attributes, values, strict=True)
        return [f"self.{attribute} = {value}" for attribute, value in pairs]
