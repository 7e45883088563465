"""A plugin raises StopIteration while it is loaded.

The host must refuse it with an error that ends nobody's loop.
"""

next(iter([]))

LOAD_RAISES = "PluginLoadError: StopIteration"
