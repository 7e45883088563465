"""A loaded function, callable on arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arrowsmith._native import StandIn, boundary
from arrowsmith.arrays import family_of, is_flat, is_scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from arrowsmith import _native


class Function(StandIn):
    """A function of a plugin, as the engine runs it, called on whole arrays.

    What comes back is of the kind that went in: NumPy arrays give a NumPy array (a masked one if
    there are NULLs), Arrow arrays a pyarrow array, pandas and Polars series a series, lists a list,
    and scalars alone give a scalar. A scalar beside arrays counts for each row. An aggregate gives
    the one value of all rows; a window function takes the rows, in their order, as one partition.

    For a parameter that is a list, a flat array is one list: `series([1.0, 2.0])` is one call, and
    gives a list of the kind that went in, or a scalar. A column of lists (an Arrow array of them,
    an array of objects, a list of lists) is a column.

    Example:
        >>> import arrowsmith
        >>> session = arrowsmith.Database.in_memory().session()
        >>> @session.add_function
        ... def half(x: float) -> float:
        ...     return x / 2
        >>> half_of = session.function("half")
        >>> half_of([1.0, 5.0, None]), half_of(3)
        ([0.5, 2.5, None], 1.5)
    """

    def __init__(
        self,
        native: _native.Function,
        *,
        stands_for: Callable[..., Any] | None = None,
    ) -> None:
        """Wrap the native function; use `Session.function` or `arrowsmith.compile` instead."""
        self._native = native
        self._stands_for = stands_for
        self.__doc__ = native.documentation

    @property
    def name(self) -> str:
        """The qualified name, `plugin_id.name`."""
        return self._native.name

    @property
    def signature(self) -> str:
        """Parameters with their types, and the type of the result."""
        return self._native.signature

    @property
    def kind(self) -> str:
        """What it takes and gives: scalar, aggregate, procedure or window."""
        return self._native.kind

    @property
    def mode(self) -> str:
        """How it was written: row, vectorized (arrow) or vectorized (numpy)."""
        return self._native.mode

    @property
    def tier(self) -> str:
        """Where it runs: native (as machine code) or inline (in this process's interpreter)."""
        return self._native.tier

    @property
    def tier_reason(self) -> str | None:
        """Why it runs there."""
        return self._native.tier_reason

    @property
    def version(self) -> str:
        """The version of its plugin."""
        return self._native.version

    @boundary
    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - the same kind out as in
        """Call the function on arrays of one length, scalars, or both; lists are flat arrays.

        Raises:
            PlanError: A wrong number of arguments, or types that the function doesn't take.
            ConversionError: A value that doesn't fit its declared type.
            ValueError: Arrays of different lengths.
        """
        lists = [self._is_one_list(argument, place) for place, argument in enumerate(arguments)]
        constants = [
            is_list or is_scalar(argument)
            for argument, is_list in zip(arguments, lists, strict=True)
        ]
        if self._stands_for is not None and all(constants) and self._native.is_called_inside:
            # A recursive function whose name is bound to this object: it means itself.
            return self._stands_for(*arguments)
        answer = self._native.invoke(arguments, constants)
        if self._native.kind == "aggregate":
            return answer.to_list()[0]
        if any(lists) and all(constants):
            items = answer.items()
            return answer.to_list()[0] if items is None else family_of(arguments).give(items)
        columns = zip(arguments, constants, strict=True)
        return family_of([argument for argument, constant in columns if not constant]).give(answer)

    def _is_one_list(self, argument: object, place: int) -> bool:
        if is_scalar(argument) or not self._native.takes_list(place):
            return False
        return is_flat(argument)

    @boundary
    def explain(self, *, ir: bool = False) -> str:
        """Show the function's text, and what became of each line of it.

        A line is marked with `|` where it is compiled, with `!` where it is compiled and rows left
        it for the interpreter so far, and with `x` where something keeps the function from being
        compiled. What that is stands below the line.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> outcome = session.load_python_plugin('''
            ... @db.scalar_fn(tier="inline")
            ... def half(x: float) -> float:
            ...     return x / 2
            ... ''', "calc")
            >>> print(session.function("calc.half").explain())
            calc.half(x: float) -> float
            inline: declared
            <BLANKLINE>
                2   @db.scalar_fn(tier="inline")
                3   def half(x: float) -> float:
                4       return x / 2
            <BLANKLINE>

        Args:
            ir: Whether to show the typed form, too, that machine code is made of.
        """
        return self._native.explain(ir)

    def __repr__(self) -> str:
        """Show name and signature."""
        return f"<arrowsmith.Function {self.name}{self.signature}>"
