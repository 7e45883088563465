"""A result, and its class too, answers to each attribute with itself.

The host must refuse it, whatever protocols it seems to speak.
"""


class Everything(type):
    def __getattr__(cls, name):
        return cls


class Value(metaclass=Everything):
    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        return self


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Value()


RAISES = "ConversionError: f"
