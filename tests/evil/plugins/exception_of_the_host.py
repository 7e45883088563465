"""A plugin raises an error that is the host's own to raise.

The host must hand it over as the plugin's, with a note that tells where it comes from.
"""

import arrowsmith


@db.scalar_fn
def f(x: int) -> int:
    raise arrowsmith.QueryCancelled("not really")


RAISES = "QueryCancelled: not really"
NOTE = "in exception_of_the_host.f"
