"""A plugin's text holds half of a surrogate pair, which is no text.

The host must refuse it.
"""

TEXT = "x = '\ud800'\n"
LOAD_RAISES = "PluginLoadError|UnicodeEncodeError: surrogate"
