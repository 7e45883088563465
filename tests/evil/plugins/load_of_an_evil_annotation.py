"""An annotation ends the process when it is evaluated.

The host must refuse the plugin and live on.
"""


@db.scalar_fn
def f(x: "exit(3)") -> int:
    return x


LOAD_RAISES = "PluginLoadError: f"
