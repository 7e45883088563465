"""A class can't be called once it is set up.

The host must refuse to load it.
"""


@db.scalar_fn("f", ["int"], "int")
class Model:
    pass


LOAD_RAISES = "PluginLoadError: Model has no __call__|f has no __call__"
