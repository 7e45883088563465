"""An Arrow array of strings holds bytes that are no UTF-8.

The host must check them, because it takes strings for text from there on.
"""

import pyarrow as pa


@db.scalar_fn("f", ["int"], "str", vectorized="arrow")
def f(x):
    offsets = pa.array([0, 1, 2, 3], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"\xff\xfe\xfd")])


RAISES = "ConversionError: (?i)utf-?8|broken"
