"""Each look at an attribute of a result, and of its class, raises.

The host must refuse the result or hand that exception over.
"""


def make():
    class Nothing(type):
        def __getattribute__(cls, name):
            raise LookupError(name)

    class Value(metaclass=Nothing):
        def __getattribute__(self, name):
            raise LookupError(name)

    return Value()


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return make()


RAISES = "ConversionError|LookupError"
