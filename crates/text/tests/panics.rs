//! Code of others that panics: the run ends with an error, and nothing hangs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrowsmith_text::{
    Applied, Error, Options, Pipeline, Place, Source, Stage, StageError, StageRun, Target, Trim,
    Unit, Units,
};

/// Panics where it is told to.
struct Bomb(&'static str);

impl io::Read for Bomb {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        assert_ne!(self.0, "read", "unlucky");
        buffer.fill(b'\n');
        Ok(buffer.len())
    }
}

impl io::Write for Bomb {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert_ne!(self.0, "write", "unlucky");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        assert_ne!(self.0, "flush", "unlucky");
        Ok(())
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert_ne!(self.0, "drop", "unlucky");
    }
}

#[test]
fn a_panic_of_a_reader_or_writer_is_an_error() {
    let text = "a\n".repeat(5000);
    for (read, written) in [("read", ""), ("", "write"), ("end", "flush"), ("end", "drop")] {
        let source = match read {
            "end" => Source::text("t", text.as_str()),
            read => Source::reader("t", Bomb(read)),
        };
        let options = Options::default().jobs(2).chunk_bytes(10);
        let pipeline = Pipeline::new([Trim::default()]).options(options);
        let error = pipeline.run(source, Target::writer("w", Bomb(written))).unwrap_err();
        assert!(matches!(&error, Error::Panicked { message, .. } if message.contains("unlucky")));
    }
}

#[test]
fn a_panic_of_what_says_stop_is_an_error() {
    let asked = AtomicUsize::new(0);
    let stop = move || {
        assert!(asked.fetch_add(1, Ordering::Relaxed) < 9, "unlucky");
        false
    };
    let options = Options::default().jobs(2).chunk_bytes(10).stop(stop);
    let pipeline = Pipeline::new([Trim::default()]).options(options);
    let source = Source::text("t", "a\n".repeat(5000));
    let error = pipeline.run(source, Target::null()).unwrap_err();
    assert!(matches!(error, Error::Panicked { .. }), "{error}");
}

/// A stage whose run panics when it is dropped.
struct Fragile(Arc<str>);

impl Stage for Fragile {
    fn name(&self) -> &str {
        &self.0
    }

    fn unit(&self) -> Unit {
        Unit::Line
    }

    fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
        Ok(Box::new(FragileRun(Bomb("drop"))))
    }
}

struct FragileRun(Bomb);

impl StageRun for FragileRun {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        let _ = &self.0;
        Ok(Applied::one_to_one(units))
    }
}

#[test]
fn a_panic_of_a_stage_that_goes_is_an_error() {
    let pipeline = Pipeline::new([Fragile("Fragile".into())]);
    let error = pipeline.apply("a").unwrap_err().to_string();
    assert!(error.contains("a stage of Fragile panicked on the text"), "{error}");
    let options = Options::default().jobs(2).chunk_bytes(10);
    let source = Source::text("t", "a\n".repeat(5000));
    let error = pipeline.options(options).run(source, Target::null()).unwrap_err();
    assert!(matches!(error, Error::Panicked { .. }), "{error}");
}
