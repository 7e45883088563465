"""The set-up of a class raises.

The host must hand that exception over, with a note that says where.
"""


@db.scalar_fn("f", ["int"], "int")
class Model:
    def __init__(self):
        raise LookupError("no model")

    def __call__(self, x):
        return x


RAISES = "LookupError: no model"
NOTE = "class_set_up_raises\\.f .*in its set-up"
