"""The commands: what can be typed and what it means. How answers and failures look lies beside."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import arrowsmith
from arrowsmith.cli.entry import CANCELLED
from arrowsmith.cli.failure import describe
from arrowsmith.cli.output import Format, write
from arrowsmith.seconds import seconds


class _Commands(TyperGroup):
    """All commands: what is the same for each of them."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - click's types, of which typer has its own
        """Run a command; Ctrl-C ends it in one line."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("cancelled", err=True)
            raise typer.Exit(CANCELLED) from None


app = typer.Typer(
    name="arrowsmith",
    cls=_Commands,
    help="Plain Python functions inside a Rust query engine.",
    epilog="Exit codes: 0 fine, 1 the query or a plugin failed, 2 wrong usage, 130 cancelled.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin", "-p", exists=True, help="A plugin's file or package folder. Repeatable."
    ),
]
Traceback = Annotated[
    bool, typer.Option("--traceback", help="Print the whole traceback of a failure.")
]


def _limit(value: float | None) -> float | None:
    """Check what is given as --timeout."""
    try:
        return seconds(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@app.command()
def sql(  # noqa: PLR0913 - one parameter per option
    query: Annotated[str, typer.Argument(help="SQL, a .sql file, or - for standard input.")],
    *,
    plugin: Plugins = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Default: what --output's extension says, else table."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", dir_okay=False, help="Write to this file, not to the screen."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="The most rows of a table; the other formats have them all.")
    ] = 100,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", callback=_limit, help="The time that the query may take."),
    ] = None,
    traceback: Traceback = False,
) -> None:
    """Run a query and print its answer; of several statements, the last one's."""
    text = _query_text(query)
    form = form or Format.of(output)
    if form is Format.PARQUET and output is None and sys.stdout.isatty():
        message = "parquet is binary: give --output FILE, or send it to a pipe"
        raise typer.BadParameter(message, param_hint="--format")
    with _session(plugin, traceback=traceback) as session:
        write(session.sql(text, timeout=timeout), form=form, path=output, limit=limit)


@app.command()
def functions(*, plugin: Plugins = None, traceback: Traceback = False) -> None:
    """List the functions of plugins: name, kind, mode, signature and policies."""
    with _session(plugin, traceback=traceback) as session:
        write(session.functions(), form=Format.TABLE, path=None, limit=100_000)


@app.command()
def explain(
    plugin: Annotated[
        Path, typer.Argument(exists=True, help="The plugin's file or package folder.")
    ],
    function: Annotated[
        str | None, typer.Argument(help="The name of one of its functions; all by default.")
    ] = None,
    *,
    ir: Annotated[
        bool, typer.Option("--ir", help="Print the typed form of compiled code.")
    ] = False,
    traceback: Traceback = False,
) -> None:
    """Show the text of functions, and which of it is compiled, or why it isn't."""
    with _session([plugin], traceback=traceback) as session:
        names = [row[0] for row in session.functions().rows()]
        if function is not None:
            names = [name for name in names if f".{name}".endswith(f".{function}")] or [function]
        typer.echo("\n".join(session.explain_function(name, ir=ir) for name in names), nl=False)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"arrowsmith {arrowsmith.__version__}")


@contextmanager
def _session(plugins: list[Path] | None, *, traceback: bool) -> Iterator[arrowsmith.Session]:
    """Open a session with plugins loaded; any failure inside is described and exits with 1."""
    paths = plugins or []
    try:
        with arrowsmith.Database.in_memory() as database, database.session() as session:
            for path in paths:
                session.load_plugin(path)
            yield session
    except BrokenPipeError:
        raise  # whoever read our answer has seen enough; typer leaves quietly
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        typer.echo(describe(error, plugins=paths, whole=traceback), err=True)
        raise typer.Exit(1) from None


def _query_text(argument: str) -> str:
    """Return the SQL that the argument is, or that the file holds that it names."""
    if argument == "-":
        return sys.stdin.read()
    path = Path(argument)
    # A statement may end in .sql as well (FROM schema.sql), a name without spaces is none.
    if path.suffix != ".sql" or (len(argument.split()) > 1 and not path.is_file()):
        return argument
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        message = f"cannot read {argument}: {reason}"
        raise typer.BadParameter(message, param_hint="QUERY") from None
