"""An aggregate has no `merge`.

The host must say so when it is loaded.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        return x

    def finalize(self, state):
        return state


LOAD_RAISES = "PluginLoadError: merge"
