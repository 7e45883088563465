"""The text of a program that is being written."""

Lines = list[str]
"""Without line ends; four spaces a level."""


def indent(lines: Lines) -> Lines:
    return ["    " + line for line in lines]
