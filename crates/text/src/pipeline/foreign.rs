//! Other people's code: stages, readers, writers. A panic of theirs is an error like others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::{Error, Result};

/// Does the work. `stages` and `file` are what a panic's error names.
pub(super) fn catch<T>(
    stages: &[Arc<str>],
    file: &Arc<str>,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Panicked {
            stages: stages.join(", "),
            file: Arc::clone(file),
            message: message.unwrap_or_else(|| "it did not say why".to_owned()),
        })
    })
}
