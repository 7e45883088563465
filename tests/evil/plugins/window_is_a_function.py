"""A function of one value is declared as a window.

The host must say what a window may be when it is loaded.
"""


@db.window_fn(args=["int"], returns="int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: plain function"
