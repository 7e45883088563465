//! Text processing without an interpreter: lines, encodings, normal forms, compressed files, and a
//! [`Pipeline`] of stages that runs over one string or many files, on all cores, in bounded memory.
//!
//! This crate knows no Python, no Arrow and no other crate of Arrowsmith; a Rust program may use it
//! alone. Stages in other languages implement [`Stage`]. The layout of [`Units`] is that of an Arrow
//! array of strings, so that nothing is copied on the way to them.
//!
//! ```
//! use arrowsmith_text::{Pipeline, Trim, expand};
//!
//! let folder = tempfile::tempdir()?;
//! let (logs, trimmed) = (folder.path().join("logs"), folder.path().join("trimmed"));
//! std::fs::create_dir(&logs)?;
//! std::fs::write(logs.join("may.txt"), "  hello  \n")?;
//!
//! let files = expand([logs.join("**/*.txt")])?;
//! let summary = Pipeline::new([Trim::default()]).run_files(&files, &trimmed)?;
//! assert_eq!(summary.files, 1);
//! assert_eq!(std::fs::read_to_string(trimmed.join("may.txt"))?, "hello\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod compression;
mod decode;
mod error;
mod fingerprint;
mod input;
mod lines;
mod normalise;
mod output;
mod parse_int;
mod pipeline;
mod place;
mod stage;
mod stages;
mod units;
mod whitespace;

pub use compression::Compression;
pub use decode::{Decoder, Encoding, Errors, decode};
pub use error::{Error, Result};
pub use fingerprint::fingerprint64;
pub use input::{Reader, Source, expand};
pub use lines::{Ends, SplitLines, lines, split_lines, trim_lines};
pub use normalise::{Form, normalise};
pub use output::{Target, Writer};
pub use parse_int::{ParseIntError, parse_int};
pub use pipeline::{FileFailure, OnError, Options, Pipeline, Progress, Summary, UnitFailure};
pub use stage::{Applied, Failed, Place, Stage, StageError, StageRun};
pub use stages::{Normalise, Trim};
pub use units::{MAX_TEXT, Position, Record, Unit, Units};
pub use whitespace::Whitespace;
