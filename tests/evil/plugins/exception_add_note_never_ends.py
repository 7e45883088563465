"""An exception's `add_note` never returns.

The host must stop it, if it calls it at all.
"""


class Plain(Exception):
    def add_note(self, note):
        while True:
            pass


@db.scalar_fn
def f(x: int) -> int:
    raise Plain("without a note")


TIMEOUT = 0.3
RAISES = "QueryTimeout|Plain"
NOTE = ""
