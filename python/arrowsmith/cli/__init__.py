"""The command line (extra `cli`)."""

from arrowsmith.cli.entry import main

__all__ = ["main"]
