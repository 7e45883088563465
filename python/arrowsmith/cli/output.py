"""Where an answer goes: a table, CSV, JSON lines or Parquet, to the screen or into a file."""

import shutil
import sys
from contextlib import redirect_stdout
from enum import StrEnum
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from arrowsmith.relation import Relation


class Format(StrEnum):
    """A form that an answer can take."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"

    @classmethod
    def of(cls, path: Path | None) -> "Format":
        """Guess the format from a file's extension.

        Example:
            >>> Format.of(Path("km.parquet")), Format.of(None)
            (<Format.PARQUET: 'parquet'>, <Format.TABLE: 'table'>)
        """
        extensions = {
            ".csv": cls.CSV,
            ".json": cls.JSON,
            ".jsonl": cls.JSON,
            ".ndjson": cls.JSON,
            ".parquet": cls.PARQUET,
        }
        return cls.TABLE if path is None else extensions.get(path.suffix.lower(), cls.TABLE)


def write(relation: Relation, *, form: Format, path: Path | None, limit: int) -> None:
    """Run a relation and write its answer; one without columns (CREATE, SET, ..) writes nothing.

    Args:
        relation: What to write.
        form: How.
        path: The file, or None for standard output.
        limit: The most rows of a table.
    """
    if not relation.columns:
        return
    if form is Format.TABLE:
        _write_table(relation, path, limit)
    elif path is not None:
        _write_file(relation, form, path)
    else:
        _write_standard_output(relation, form)


def _write_table(relation: Relation, path: Path | None, limit: int) -> None:
    if path is None:
        relation.show(limit)
        return
    with redirect_stdout(StringIO()) as text:
        relation.show(limit)
    path.write_text(
        text.getvalue(), encoding="utf-8"
    )  # only now: a query that fails replaces nothing


def _write_file(relation: Relation, form: Format, path: Path) -> None:
    if form is Format.CSV:
        relation.write_csv(path)
    elif form is Format.JSON:
        relation.write_json(path)
    else:
        relation.write_parquet(path)


def _write_standard_output(relation: Relation, form: Format) -> None:
    # By way of a file: the engine writes without pyarrow and with flat memory, and a query that
    # fails half-way has printed nothing.
    with TemporaryDirectory(prefix="arrowsmith-") as folder:
        path = Path(folder) / f"answer.{form}"
        _write_file(relation, form, path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
