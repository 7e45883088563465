//! Memory across the border: Arrow's under Python's buffer protocol, read-only and without a copy,
//! and other libraries' under Arrow's C interface. What of the latter can be checked is checked
//! before arrow follows a pointer; that a producer gives as many bytes as it says is trusted.
#![expect(unsafe_code, reason = "both protocols are C structures that hand memory through")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{self, NonNull};

use arrow::array::{ArrayData, layout};
use arrow::buffer::Buffer;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow::ffi_stream::FFI_ArrowArrayStream;
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

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

/// Why something of Arrow's C interface isn't taken, in words.
pub(super) type Imported<T> = Result<T, String>;

/// Looks at a schema and its array, and gives the type.
pub(super) fn check_pair(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
) -> Imported<DataType> {
    let schema = content::<FFI_ArrowSchema>(schema, c"arrow_schema")?;
    let array = content::<FFI_ArrowArray>(array, c"arrow_array")?;
    // SAFETY: capsules of these names hold these structures, and nothing else runs meanwhile.
    let (schema, array) = unsafe { (schema.as_ref(), array.as_ref()) };
    let data_type = data_type(schema)?;
    check_array(array, &data_type)?;
    Ok(data_type)
}

/// Takes an array out of its capsule, checked down to its last offset and string.
pub(super) fn array(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
) -> Imported<ArrayData> {
    let data_type = check_pair(schema, array)?;
    let array = content::<FFI_ArrowArray>(array, c"arrow_array")?;
    // SAFETY: it was checked; what is taken out is marked there as released.
    take(unsafe { FFI_ArrowArray::from_raw(array.as_ptr()) }, &data_type)
}

/// Refuses a stream that cannot be read.
pub(super) fn check_stream(capsule: &Bound<'_, PyCapsule>) -> Imported<()> {
    let stream = content::<FFI_ArrowArrayStream>(capsule, c"arrow_array_stream")?;
    // SAFETY: a capsule of this name holds a stream, and nothing else runs while it is read.
    let stream = unsafe { stream.as_ref() };
    if stream.release.is_none() {
        return Err(RELEASED.to_owned());
    }
    let is_whole = stream.get_schema.is_some() && stream.get_next.is_some();
    if is_whole { Ok(()) } else { Err("the stream has no functions to read it".to_owned()) }
}

/// A stream that is ours, with arrays of one type.
pub(super) struct Stream {
    stream: FFI_ArrowArrayStream,
    pub(super) data_type: DataType,
}

impl Stream {
    /// Takes the stream out of its capsule.
    pub(super) fn open(capsule: &Bound<'_, PyCapsule>) -> Imported<Self> {
        check_stream(capsule)?;
        let stream = content::<FFI_ArrowArrayStream>(capsule, c"arrow_array_stream")?;
        // SAFETY: it was checked; what is taken out is marked there as released.
        let mut stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the function belongs to the stream, which is not released.
        let code = stream.get_schema.map(|get| unsafe { get(&raw mut stream, &raw mut schema) });
        if code != Some(0) {
            return Err(last_error(&mut stream));
        }
        Ok(Self { stream, data_type: data_type(&schema)? })
    }

    /// The next array, None at the end.
    pub(super) fn next(&mut self) -> Imported<Option<ArrayData>> {
        let mut array = FFI_ArrowArray::empty();
        let stream = &raw mut self.stream;
        // SAFETY: the function belongs to the stream, which is not released.
        let code = self.stream.get_next.map(|get| unsafe { get(stream, &raw mut array) });
        if code != Some(0) {
            return Err(last_error(&mut self.stream));
        }
        if array.is_released() {
            return Ok(None);
        }
        check_array(&array, &self.data_type)?;
        take(array, &self.data_type).map(Some)
    }
}

const RELEASED: &str = "it is released: somebody has taken what it held";

fn content<T>(capsule: &Bound<'_, PyCapsule>, name: &CStr) -> Imported<NonNull<T>> {
    let content = capsule.pointer_checked(Some(name));
    content.map(NonNull::cast).map_err(|_| format!("its capsule is not named {name:?}"))
}

fn take(array: FFI_ArrowArray, data_type: &DataType) -> Imported<ArrayData> {
    // SAFETY: it is not released and has the shape of its type; what is in it is checked below.
    let data = unsafe { from_ffi_and_data_type(array, data_type.clone()) }.map_err(text)?;
    data.validate_full().map_err(text)?;
    Ok(data)
}

fn last_error(stream: &mut FFI_ArrowArrayStream) -> String {
    // SAFETY: the function belongs to the stream, whose text lives until the next call.
    let message = stream.get_last_error.map(|get| unsafe { get(stream) });
    match message {
        Some(message) if !message.is_null() => {
            // SAFETY: a C string, says the interface.
            unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
        }
        _ => "its stream failed and gave no reason".to_owned(),
    }
}

fn data_type(schema: &FFI_ArrowSchema) -> Imported<DataType> {
    if schema.release.is_none() {
        return Err(RELEASED.to_owned());
    }
    check_schema(schema)?;
    DataType::try_from(schema).map_err(text)
}

/// Refuses what arrow would panic at.
fn check_schema(schema: &FFI_ArrowSchema) -> Imported<()> {
    let is_named = schema.name.is_null() || is_text(schema.name);
    if schema.format.is_null() || !is_text(schema.format) || !is_named {
        return Err("its schema's texts are no text".to_owned());
    }
    let least = match schema.format() {
        "+r" => 2,
        format if format.starts_with("+s") || format.starts_with("+u") => 0,
        format => i64::from(format.starts_with('+')),
    };
    if schema.n_children < least || !are_there(schema.children, schema.n_children) {
        return Err(format!("its schema of format {:?} lacks children", schema.format()));
    }
    schema.children().chain(schema.dictionary()).try_for_each(check_schema)
}

/// Refuses what arrow would panic at: a shape that isn't the type's.
fn check_array(array: &FFI_ArrowArray, data_type: &DataType) -> Imported<()> {
    if array.is_released() {
        return Err(RELEASED.to_owned());
    }
    let sane = 0..1 << 32;
    if !sane.contains(&array.length) || !sane.contains(&array.offset) {
        return Err(format!("its length is {}, its offset {}", array.length, array.offset));
    }
    let layout = layout(data_type);
    let extra = usize::from(layout.can_contain_null_mask) + usize::from(layout.variadic);
    let buffers = (layout.buffers.len() + extra) as i64;
    if array.n_buffers < buffers || (buffers > 0 && array.buffers.is_null()) {
        return Err(format!("{data_type} needs {buffers} buffers, not {}", array.n_buffers));
    }
    let children = children(data_type);
    let count = array.n_children;
    if count != children.len() as i64 || !are_there(array.children, count) {
        return Err(format!("{data_type} needs {} children, not {count}", children.len()));
    }
    let dictionary = match (array.dictionary(), data_type) {
        (None, DataType::Dictionary(..)) => return Err("it has no dictionary".to_owned()),
        (Some(dictionary), DataType::Dictionary(_, values)) => Some((dictionary, &**values)),
        _ => None,
    };
    let children = children.into_iter().enumerate().map(|(at, ty)| (array.child(at), ty));
    children.chain(dictionary).try_for_each(|(array, ty)| check_array(array, ty))
}

fn children(data_type: &DataType) -> Vec<&DataType> {
    match data_type {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => vec![field.data_type()],
        DataType::RunEndEncoded(ends, values) => vec![ends.data_type(), values.data_type()],
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        DataType::Union(fields, _) => fields.iter().map(|(_, field)| field.data_type()).collect(),
        _ => Vec::new(),
    }
}

/// Whether none of so many pointers is null.
fn are_there<T>(pointers: *mut *mut T, count: i64) -> bool {
    // SAFETY: where there is a list of pointers it is as long as its producer says.
    let is_there = |at: usize| unsafe { !pointers.add(at).read_unaligned().is_null() };
    count == 0 || (count > 0 && !pointers.is_null() && (0..count as usize).all(is_there))
}

fn is_text(text: *const c_char) -> bool {
    // SAFETY: a C string that lives as long as its schema, says the interface.
    unsafe { CStr::from_ptr(text) }.to_str().is_ok()
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it so")]
fn text(error: ArrowError) -> String {
    error.to_string()
}
