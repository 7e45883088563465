"""The set-up of a class has arguments that nobody gives.

The host must refuse it when it is loaded, or hand over what Python says to the call.
"""


@db.scalar_fn("f", ["int"], "int")
class Model:
    def __init__(self, path):
        self.path = path

    def __call__(self, x):
        return x


RAISES = "TypeError: path"
