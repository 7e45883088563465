//! Arrow's memory under Python's buffer protocol, read-only and without a copy.
#![expect(unsafe_code, reason = "the buffer protocol is a C structure that pyo3 hands through")]

use std::ffi::{c_int, c_void};
use std::ptr;

use arrow::buffer::Buffer;
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

/// Keeps an Arrow buffer alive for as long as somebody looks at it.
#[pyclass(frozen, name = "Buffer", module = "arrowsmith")]
pub(super) struct BufferView(pub(super) Buffer);

#[pymethods]
impl BufferView {
    fn __repr__(&self) -> String {
        format!("<arrowsmith.Buffer of {} bytes>", self.0.len())
    }

    /// # Safety
    /// Only the interpreter calls this, with a structure to fill.
    #[expect(clippy::needless_pass_by_value, reason = "pyo3 gives the object so")]
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("there is no view to fill"));
        }
        let buffer = &slf.get().0;
        let start = buffer.as_ptr().cast_mut().cast::<c_void>();
        // SAFETY: `view` is the interpreter's. The memory lives as long as `slf`, of which FillInfo
        // takes a reference, and it refuses writers because of the 1.
        let filled = unsafe {
            (*view).obj = ptr::null_mut();
            ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, buffer.len() as isize, 1, flags)
        };
        if filled == 0 { Ok(()) } else { Err(PyErr::fetch(slf.py())) }
    }
}
