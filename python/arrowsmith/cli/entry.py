"""Where the console script starts: it must say something sensible without the extra, too."""

import sys

USAGE = 2
CANCELLED = 130


def main() -> None:
    """Run the command line of this process and leave with its exit code.

    The codes: 0 fine, 1 the query or a plugin failed, 2 wrong usage, 130 cancelled.
    """
    try:
        _run()
    except KeyboardInterrupt:  # before there are commands that could see it
        print("cancelled", file=sys.stderr)  # noqa: T201 - as below
        sys.exit(CANCELLED)


def _run() -> None:
    try:
        from arrowsmith.cli.app import app  # noqa: PLC0415 - typer may not be installed
    except ModuleNotFoundError as error:
        if error.name != "typer":
            raise
        message = "the command line needs typer and rich: pip install 'arrowsmith[cli]'"
        print(message, file=sys.stderr)  # noqa: T201 - before there is anything better to print with
        sys.exit(USAGE)
    app()
