"""The names that an expression may use at one place of a random program."""

from dataclasses import dataclass, field, replace
from typing import Self

from tests.native.list_inputs import is_list

Signature = tuple["Helper", ...]


@dataclass(frozen=True)
class Helper:
    """A function beside the one under test."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Names and types."""
    defaults: int
    """How many of the last ones have a default."""
    returns: str
    appends: bool = False
    """Whether it appends its second argument to its first one."""


@dataclass
class Scope:
    """Types are what names mostly hold; nothing breaks if one holds something else."""

    names: dict[str, str]
    """Names that surely have a value, with its type."""
    tuples: dict[str, list[str]] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    """Names of ranges, which are walked over again and again."""
    iterators: dict[str, list[str]] = field(default_factory=dict)
    """What a step of a loop over them gives: a type each, and nothing for tuples."""
    lists: dict[str, str] = field(default_factory=dict)
    """Types of lists: `list[float]`."""
    given: frozenset[str] = frozenset()
    """Names of lists that are not appended to: arguments."""
    filled: frozenset[str] = frozenset()
    """Names of lists that surely have an item."""
    growing: bool = False
    """Whether a list is walked over that may grow meanwhile."""
    nullable: dict[str, str] = field(default_factory=dict)
    """Names that may be None."""
    unsure: list[str] = field(default_factory=list)
    """Names that may have no value."""
    fixed: frozenset[str] = frozenset()
    """Names that only their own loop may set."""
    loops: int = 0
    trying: bool = False
    """Whether somebody may catch what is raised here."""
    repeated: bool = False
    """Whether statements here may run more than once for a row."""
    helpers: Signature = ()

    def copy(self, *, fix: str = "", in_loop: bool = False) -> Self:
        return replace(
            self,
            names=dict(self.names),
            tuples=dict(self.tuples),
            ranges=list(self.ranges),
            lists=dict(self.lists),
            iterators=dict(self.iterators),
            nullable=dict(self.nullable),
            unsure=list(self.unsure),
            fixed=self.fixed | {fix} if fix else self.fixed,
            loops=self.loops + in_loop,
            repeated=self.repeated or in_loop,
        )

    def of(self, type_: str) -> list[str]:
        return [name for name, held in self.names.items() if held == type_]

    def free(self, type_: str) -> list[str]:
        """Names of the type that may be set."""
        return [name for name in self.of(type_) if name not in self.fixed]

    def bind(self, name: str, type_: str) -> None:
        self.forget(name)
        if is_list(type_):
            self.bind_list(name, type_, given=True)
        else:
            self.names[name] = type_

    def bind_tuple(self, name: str, types: list[str]) -> None:
        self.forget(name)
        self.tuples[name] = types

    def bind_range(self, name: str) -> None:
        self.forget(name)
        self.ranges.append(name)

    def bind_iterator(self, name: str, types: list[str]) -> None:
        self.forget(name)
        self.iterators[name] = types

    def bind_list(
        self, name: str, type_: str, *, given: bool = False, filled: bool = False
    ) -> None:
        self.forget(name)
        self.lists[name] = type_
        self.given |= {name} if given else set()
        self.filled |= {name} if filled else set()

    def own(self, type_: str) -> list[str]:
        """Names of lists of the type that may be appended to."""
        return [
            name for name, held in self.lists.items() if held == type_ and name not in self.given
        ]

    def forget(self, name: str) -> None:
        for known in (self.names, self.tuples, self.iterators, self.lists, self.nullable):
            known.pop(name, None)
        self.given -= {name}
        self.filled -= {name}
        self.ranges = [known for known in self.ranges if known != name]

    def join(self, others: list[Self]) -> None:
        """Keep what all branches agree on; what only some have set is unsure."""
        before = {*self.names, *self.nullable, *self.unsure}
        for attribute in ("names", "tuples", "iterators", "lists", "nullable"):
            branches = [getattr(other, attribute) for other in others]
            same = {
                name: held
                for name, held in branches[0].items()
                if all(branch.get(name) == held for branch in branches)
            }
            setattr(self, attribute, same)
        self.ranges = [
            name for name in others[0].ranges if all(name in other.ranges for other in others)
        ]
        self.given = frozenset().union(*(other.given for other in others))
        self.filled = others[0].filled.intersection(*(other.filled for other in others))
        sure = {*self.names, *self.tuples, *self.iterators, *self.ranges, *self.nullable}
        seen = {name for other in others for name in (*other.names, *other.unsure)}
        self.unsure = sorted((seen | before) - sure - {*self.lists})
