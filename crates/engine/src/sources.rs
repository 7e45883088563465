//! Where tables come from: readers that can be scanned once, and files.

mod files;
mod reader;
mod scanned;

pub(crate) use files::{FileCatalog, open};
pub(crate) use reader::single_scan;
pub(crate) use scanned::ScannedFiles;
