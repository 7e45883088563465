"""A plugin ends the process while it is loaded.

The host must refuse it and live on.
"""

import sys

sys.exit(3)

LOAD_RAISES = "PluginLoadError: SystemExit: 3"
