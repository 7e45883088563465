"""A declaration names a type that does not exist.

The host must refuse it and list what there is.
"""


@db.scalar_fn("f", ["integerish"], "int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: integerish.*int64"
