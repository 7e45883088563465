"""Begins each line with a capital letter and writes the rest of it small."""


def process(text: str) -> str:
    """Capitalize each line."""
    return "\n".join(line.capitalize() for line in text.splitlines())
