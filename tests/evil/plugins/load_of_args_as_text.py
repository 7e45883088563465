"""A declaration has a string where a list of types belongs.

The host must refuse it, and not read each letter as a type.
"""


@db.scalar_fn("f", "int", "int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: must be a list of types"
