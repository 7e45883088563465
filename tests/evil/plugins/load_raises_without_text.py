"""A plugin raises an exception while it is loaded that can't be shown.

The host must refuse the plugin without the exception's text.
"""


class Mute(Exception):
    def __str__(self):
        raise LookupError("no words")

    __repr__ = __str__


raise Mute

LOAD_RAISES = "PluginLoadError: Mute"
