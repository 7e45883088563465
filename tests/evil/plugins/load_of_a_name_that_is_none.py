"""A function's name is a number.

The host must refuse it.
"""


@db.scalar_fn(5, ["int"], "int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: name"
