"""Turns each line around."""


def process(text: str) -> str:
    """Reverse each line."""
    return "\n".join(line[::-1] for line in text.splitlines())
