"""An aggregate is a plain function.

The host must say what it needs instead.
"""


@db.aggregate_fn(args=["int"], returns="int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: init"
