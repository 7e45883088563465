"""How a relation looks in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def to_html(columns: Sequence[str], rows: Sequence[tuple[object, ...]], *, more: bool) -> str:
    """Give a table with escaped cells, and a line below it when rows were left out.

    Example:
        >>> to_html(["n"], [(1,), (None,)], more=False)
        '<table><thead><tr><th>n</th></tr></thead><tbody><tr><td>1</td></tr><tr><td>NULL</td></tr></tbody></table>'
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    note = f"<p>the first {len(rows)} rows</p>" if more else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: object) -> str:
    return f"<td>{'NULL' if value is None else escape(str(value))}</td>"
