"""A plugin's text holds a zero byte.

The host must refuse it.
"""

TEXT = "x = 1\n\0\n"
LOAD_RAISES = "PluginLoadError: null bytes"
