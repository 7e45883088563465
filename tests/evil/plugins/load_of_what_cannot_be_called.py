"""A number is declared as a function.

The host must refuse it.
"""

db.scalar_fn("f", ["int"], "int")(5)

LOAD_RAISES = "PluginLoadError: f"
