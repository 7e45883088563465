"""An exception's class lies when it is asked what is an instance of it.

The host must hand over what Python makes of that, which differs between its versions.
"""


class Meta(type):
    def __instancecheck__(cls, other):
        raise LookupError("who knows")

    __subclasscheck__ = __instancecheck__


class Strange(Exception, metaclass=Meta):
    pass


@db.scalar_fn
def f(x: int) -> int:
    raise Strange("of a strange class")


RAISES = "Strange|LookupError: of a strange class|who knows"
