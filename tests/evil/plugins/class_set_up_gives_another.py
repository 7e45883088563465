"""Making an object of a class gives one of another class, which can't be called.

The host must hand over what Python says to the call.
"""


@db.scalar_fn("f", ["int"], "int")
class Model:
    def __new__(cls):
        return 5

    def __call__(self, x):
        return x


RAISES = "TypeError: not callable"
