//! Compressing on the way to a writer.

use std::io::{self, Write};

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use liblzma::write::XzEncoder;

use crate::Compression;

/// What `xz` does by default.
const XZ_LEVEL: u32 = 6;

/// A writer behind its compression. Levels are those of the command line tools.
pub(super) enum Encoder<W: Write> {
    Plain(W),
    Gzip(GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
    Bzip2(BzEncoder<W>),
    Xz(XzEncoder<W>),
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(writer: W, compression: Option<Compression>) -> io::Result<Self> {
        Ok(match compression {
            None => Self::Plain(writer),
            Some(Compression::Gzip) => {
                Self::Gzip(GzEncoder::new(writer, flate2::Compression::default()))
            }
            Some(Compression::Zstd) => {
                let mut encoder = zstd::Encoder::new(writer, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
            Some(Compression::Bzip2) => {
                Self::Bzip2(BzEncoder::new(writer, bzip2::Compression::best()))
            }
            Some(Compression::Xz) => Self::Xz(XzEncoder::new(writer, XZ_LEVEL)),
        })
    }

    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.write_all(bytes),
            Self::Gzip(writer) => writer.write_all(bytes),
            Self::Zstd(writer) => writer.write_all(bytes),
            Self::Bzip2(writer) => writer.write_all(bytes),
            Self::Xz(writer) => writer.write_all(bytes),
        }
    }

    /// Writes what the compression still holds, and gives the writer back.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(writer) => Ok(writer),
            Self::Gzip(writer) => writer.finish(),
            Self::Zstd(writer) => writer.finish(),
            Self::Bzip2(writer) => writer.finish(),
            Self::Xz(writer) => writer.finish(),
        }
    }
}
