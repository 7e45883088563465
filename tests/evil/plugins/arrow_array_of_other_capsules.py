"""The `__arrow_c_array__` of a batch's result gives capsules that hold something else.

The host must look at the capsules' names, and refuse them.
"""

import ctypes

new = ctypes.pythonapi.PyCapsule_New
new.restype = ctypes.py_object
new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        return new(1, b"evil", None), new(1, b"evil", None)


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: f"
