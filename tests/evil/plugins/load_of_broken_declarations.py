"""A plugin writes into what the host keeps about it.

The host must refuse it.
"""


@db.scalar_fn
def f(x: int) -> int:
    return x


db._declarations.append("garbage")

LOAD_RAISES = "PluginLoadError"
