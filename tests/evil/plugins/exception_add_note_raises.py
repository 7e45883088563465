"""An exception's `add_note` raises.

The host must hand the exception over, with or without its own note.
"""


class Plain(Exception):
    def add_note(self, note):
        raise LookupError("no notes, please")


@db.scalar_fn
def f(x: int) -> int:
    raise Plain("without a note")


RAISES = "Plain: without a note"
NOTE = ""
