"""What a loader allows a plugin to register, and what is said when that is not enough."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GrantWarning", "Terms", "terms", "warn_of_missing"]


class GrantWarning(UserWarning):
    """A plugin was loaded without those of its functions for which a grant is missing.

    The rest of it is loaded. `strict=True` makes an error of it, before anything is registered.

    Example:
        >>> import warnings
        >>> import arrowsmith
        >>> session = arrowsmith.Database.in_memory().session()
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore", arrowsmith.GrantWarning)
        ...     outcome = session.load_python_plugin('''
        ... @db.scalar_fn
        ... def double(x: float) -> float:
        ...     return 2 * x
        ... ''', "calc", grants=["Procedure"])
        >>> outcome["denied_capabilities"]
        ['ScalarFn']
    """


GrantWarning.__module__ = "arrowsmith"


class Terms(NamedTuple):
    """On what terms a plugin is loaded."""

    grants: list[str] | None
    strict: bool
    replace: bool


def terms(grants: Iterable[str] | None, *, strict: bool, replace: bool) -> Terms:
    """Check what a user gives as grants; their names are checked where they are known."""
    if isinstance(grants, str):
        message = f"grants must be a list of capability names, got the string {grants!r}"
        raise TypeError(message)
    names = None if grants is None else list(grants)
    for name in names or ():
        if not isinstance(name, str):
            message = f"grants must be a list of capability names, got {name!r} in it"
            raise TypeError(message)
    return Terms(names, strict, replace)


def warn_of_missing(missing: str) -> None:
    """Warn of missing grants, at the line that called the method which loads.

    The native module calls it before it registers a plugin without some of its functions.
    """
    message = f"{missing}; its functions of these kinds are denied"
    warnings.warn(message, GrantWarning, stacklevel=3)
