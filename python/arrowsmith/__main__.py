"""`python -m arrowsmith` is the command line."""

from arrowsmith.cli import main

main()
