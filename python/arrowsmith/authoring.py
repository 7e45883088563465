"""Functions written right in a session: gathered, then registered together as one plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arrowsmith._native import Decorators, Plugin, PluginLoadError, boundary
from arrowsmith.grants import terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arrowsmith._native import Declaration, LoadOutcome, Plugins

__all__ = ["Authoring"]


class Authoring(Decorators):
    """The decorators of a session, which have the options of those of a `Plugin`.

    Nothing can be called before `finalize_plugin`.

    Example:
        >>> import arrowsmith
        >>> session = arrowsmith.Database.in_memory().session()
        >>> @session.scalar_fn
        ... def double(x: float) -> float:
        ...     return 2 * x
        >>> outcome = session.finalize_plugin("calc")
        >>> session.sql("SELECT calc.double(1.5) AS y").rows()
        [(3.0,)]
    """

    _plugins: Plugins

    def __init__(self) -> None:
        """Start with nothing gathered."""
        self._start_anew()

    def _start_anew(self) -> None:
        # Where the decorators record, and what knows good ids and versions.
        self._declarations: list[Declaration] = []
        self._identity = Plugin()

    @boundary
    def set_plugin_id(self, plugin_id: str) -> None:
        """Name the plugin that `finalize_plugin` will make."""
        self._identity.set_plugin_id(plugin_id)

    @boundary
    def set_version(self, version: str) -> None:
        """Give the version of the plugin that `finalize_plugin` will make."""
        self._identity.set_version(version)

    def discard_plugin(self) -> None:
        """Forget the functions that were gathered, and the id and version."""
        self._start_anew()

    @boundary
    def finalize_plugin(
        self,
        plugin_id: str | None = None,
        version: str | None = None,
        grants: Iterable[str] | None = None,
        *,
        strict: bool = False,
        replace: bool = True,
    ) -> LoadOutcome:
        """Register the functions that the session's decorators gathered, as one plugin.

        If that fails, nothing is registered and nothing is lost: declare the function that is wrong
        once more, under the same name, and finalize again; `discard_plugin` starts anew. Of several
        functions with one name the last one counts. After success nothing is gathered, and the id
        and version are forgotten.

        Args:
            plugin_id: The id; what `set_plugin_id` was given by default.
            version: The version; what `set_version` was given by default, else `0.0.0`.
            grants: As in `load_python_plugin`.
            strict: As in `load_python_plugin`.
            replace: As in `load_python_plugin`.

        Returns:
            What was registered and what was denied.

        Raises:
            PluginLoadError: Nothing was gathered, there is no id, a function is declared wrongly,
                or the id is taken and `replace` is false.
            CapabilityError: An unknown grant, or a missing one with `strict`.
        """
        if not self._declarations:
            message = "nothing was declared; decorate a function with @session.scalar_fn first"
            raise PluginLoadError(message)
        plugin_id = self._identity.id if plugin_id is None else plugin_id
        if plugin_id is None:
            message = "the plugin has no id; give finalize_plugin one, or call set_plugin_id"
            raise PluginLoadError(message)
        plugin = Plugin(plugin_id, self._identity.version if version is None else version)
        plugin._declarations.extend(_last_of_each_name(self._declarations))  # noqa: SLF001 - one host
        agreed = terms(grants, strict=strict, replace=replace)
        outcome = self._plugins.load_object(plugin, agreed)
        self._start_anew()
        return outcome


def _last_of_each_name(declarations: list[Declaration]) -> Iterable[Declaration]:
    """Leave out what was declared again later, which stands where it stood first."""
    return {_name(declaration): declaration for declaration in declarations}.values()


def _name(declaration: Declaration) -> str | int:
    """Give the name, or for what has none, which is told when it is loaded, a number."""
    name = declaration.own_name
    return name if isinstance(name, str) and name else id(declaration)
