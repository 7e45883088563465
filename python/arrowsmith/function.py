"""A loaded function, callable on arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arrowsmith._native import boundary
from arrowsmith.arrays import family_of, is_scalar

if TYPE_CHECKING:
    from arrowsmith import _native


class Function:
    """A function of a plugin, as the engine runs it, called on whole arrays.

    What comes back is of the kind that went in: NumPy arrays give a NumPy array (a masked one if
    there are NULLs), Arrow arrays a pyarrow array, pandas and Polars series a series, lists a list,
    and scalars alone give a scalar. A scalar beside arrays counts for each row. An aggregate gives
    the one value of all rows; a window function takes the rows, in their order, as one partition.

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

    def __init__(self, native: _native.Function) -> None:
        """Wrap the native function; use `Session.function` instead."""
        self._native = native
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
        """Where it runs."""
        return self._native.tier

    @property
    def version(self) -> str:
        """The version of its plugin."""
        return self._native.version

    @boundary
    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - the same kind out as in
        """Call the function on arrays of one length, scalars, or both.

        Raises:
            PlanError: A wrong number of arguments, or types that the function doesn't take.
            ConversionError: A value that doesn't fit its declared type.
            ValueError: Arrays of different lengths.
        """
        family = family_of(arguments)
        constants = [is_scalar(argument) for argument in arguments]
        answer = self._native.invoke(arguments, constants)
        if self._native.kind == "aggregate":
            return answer.to_list()[0]
        return family.give(answer)

    def __repr__(self) -> str:
        """Show name and signature."""
        return f"<arrowsmith.Function {self.name}{self.signature}>"
