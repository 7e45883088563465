"""A function's signature can't be read, and it wraps itself.

The host must refuse it or trust its declaration.
"""


def raises(*_):
    raise LookupError("no signature")


@db.scalar_fn("f", ["int"], "int")
def f(x):
    return x


f.__wrapped__ = f
f.__signature__ = property(raises)

LOAD_RAISES = "PluginLoadError"
