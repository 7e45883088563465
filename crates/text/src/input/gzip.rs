//! Files of several gzip members, as `gzip` and Python read them.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Unpacks one member after the other. Zeros behind a member are padding, as tapes have it.
pub(super) struct Members<R> {
    member: Option<GzDecoder<R>>,
    /// The stored bytes, while no member is open.
    between: Option<R>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(stored: R) -> Self {
        Self { member: Some(GzDecoder::new(stored)), between: None }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(member) = &mut self.member {
                let read = member.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                self.between = self.member.take().map(GzDecoder::into_inner);
            }
            let Some(stored) = &mut self.between else { return Ok(0) };
            if !has_more(stored)? {
                return Ok(0);
            }
            self.member = self.between.take().map(GzDecoder::new);
        }
    }
}

/// Whether anything but zeros follows, which are left behind.
fn has_more(stored: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = stored.fill_buf()?;
        let length = buffer.len();
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        stored.consume(zeros);
        if zeros < length || length == 0 {
            return Ok(length > 0);
        }
    }
}
