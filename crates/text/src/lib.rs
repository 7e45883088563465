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
//! # let folder = std::env::temp_dir().join("arrowsmith-text-example");
//! # std::fs::create_dir_all(folder.join("logs/may"))?;
//! # std::fs::write(folder.join("logs/may/1.txt"), "  hello  \n")?;
//! # std::env::set_current_dir(&folder)?;
//! let files = expand(["logs/**/*.txt"])?;
//! let summary = Pipeline::new([Trim::default()]).run_files(&files, "trimmed")?;
//! assert_eq!(summary.files, 1);
//! assert_eq!(std::fs::read_to_string("trimmed/1.txt")?, "hello\n");
//! # std::fs::remove_dir_all(&folder)?;
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
