"""The offsets of an Arrow array point far behind its data.

The host must check them before it follows them.
"""

import pyarrow as pa


@db.scalar_fn("f", ["int"], "str", vectorized="arrow")
def f(x):
    offsets = pa.array([0, 2_000_000_000, 2, 3], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"abc")])


RAISES = "ConversionError: (?i)offset|broken"
ALONE = True  # a host that follows them may crash
