"""A function's name is a piece of SQL.

The host must refuse it, or take it as nothing but a name.
"""


@db.scalar_fn('f"(x); DROP TABLE t; --', ["int"], "int")
def f(x):
    return x


LOAD_RAISES = "PluginLoadError: DROP TABLE"
