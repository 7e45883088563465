"""The stream of a batch's result fails at its second chunk.

The host must refuse it and give the reason.
"""

import pyarrow as pa


def batches():
    yield pa.record_batch({"y": [1]})
    raise LookupError("the river is dry")


@db.scalar_fn("f", ["int"], "struct<y: int>", vectorized="arrow")
def f(x):
    schema = pa.schema([("y", pa.int64())])
    return pa.RecordBatchReader.from_batches(schema, batches())


RAISES = "ConversionError: river is dry"
