"""A declaration has objects for types that are none.

The host must refuse it and name the argument.
"""


@db.scalar_fn("f", [object()], "int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: args\\[0\\] of f is no type"
