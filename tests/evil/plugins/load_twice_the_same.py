"""A plugin declares two functions of one name.

The host must refuse it and name both places.
"""


@db.scalar_fn
def f(x: int) -> int:
    return x


@db.scalar_fn("f", ["int"], "int")
def g(x):
    return -x


LOAD_RAISES = "PluginLoadError: f is declared twice, first in line"
