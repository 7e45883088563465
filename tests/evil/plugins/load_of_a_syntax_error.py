"""A plugin is no Python.

The host must refuse it and name the line.
"""

TEXT = """
@db.scalar_fn
def f(x: int) -> int:
    return x +
"""
LOAD_RAISES = "PluginLoadError: load_of_a_syntax_error:4: SyntaxError"
