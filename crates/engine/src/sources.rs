//! Where tables come from: readers that can be scanned once, and files.

mod files;
mod reader;

pub(crate) use files::{FileCatalog, open};
pub(crate) use reader::single_scan;
