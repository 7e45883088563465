"""A declaration's options are objects that can't be compared, hashed or shown.

The host must refuse them.
"""


class Option:
    def __eq__(self, other):
        raise LookupError("incomparable")

    __repr__ = __hash__ = None


@db.scalar_fn("f", ["int"], "int", nulls=Option())
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: f"
