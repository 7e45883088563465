"""Texts of what plugins made, which may raise or lie when it is asked for one."""

from __future__ import annotations

__all__ = ["as_text", "described", "shown"]


def as_text(value: object) -> str:
    """Give a text that every language can hold.

    Raises:
        TypeError: For what only says that it is a string.
        UnicodeEncodeError: For half of a surrogate pair.
    """
    text = str.__str__(value)
    text.encode()
    return text


def described(error: BaseException) -> str:
    """Class and text of an exception, whose text may raise as well."""
    name = _class_name(error)
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - plugins raise everything
        text = "its text can't be shown"
    return f"{name}: {text}" if text else name


def shown(value: object) -> str:
    """The `repr` of a value, which may raise."""
    try:
        return repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - plugins raise everything
        return f"an object of class {_class_name(value)}"


def _class_name(value: object) -> str:
    """The name of an object's class, which a metaclass can't make up."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name
