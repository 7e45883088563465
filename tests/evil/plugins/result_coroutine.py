"""A function returns a coroutine.

The host must refuse it as a value.
"""


async def later(x):
    return x


@db.scalar_fn
def f(x: int) -> int:
    return later(x)


RAISES = "ConversionError: row 0.*coroutine"
ALONE = True  # nobody awaits it, which Python warns of
