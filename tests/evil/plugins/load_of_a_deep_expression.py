"""A plugin's text is nested so deeply that the parser gives up.

The host must refuse it and live on.
"""

TEXT = """
x = (
((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
"""
LOAD_RAISES = "PluginLoadError: SyntaxError: too many nested parentheses"
