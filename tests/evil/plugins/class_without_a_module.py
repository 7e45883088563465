"""A batch's result is of a class whose `__module__` and `__qualname__` are lies.

The host must refuse it.
"""


class Value:
    pass


Value.__module__ = 5
Value.__qualname__ = "float"


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Value()


RAISES = "ConversionError: f"
