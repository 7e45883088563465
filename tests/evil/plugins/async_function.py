"""An async function where a function is wanted.

The host must refuse to load it.
"""


@db.scalar_fn
async def f(x: int) -> int:
    return x


LOAD_RAISES = "PluginLoadError: async"
