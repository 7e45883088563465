"""A generator function where a function is wanted.

The host must refuse to load it.
"""


@db.scalar_fn
def f(x: int) -> int:
    while True:
        yield x


LOAD_RAISES = "PluginLoadError: generator"
