//! Stages for tests, each for one thing that a stage may do.
#![expect(dead_code, reason = "not every test uses every stage")]

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrowsmith_text::{Applied, Failed, Place, Stage, StageError, StageRun, Unit, Units};
use parking_lot::Mutex;

/// What stages raise here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Oops(pub String);

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "oops, {:?}", self.0)
    }
}

impl std::error::Error for Oops {}

macro_rules! stage {
    ($(#[$doc:meta])* $name:ident, $is_stateful:expr, $run:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name(pub Unit);

        impl Stage for $name {
            fn name(&self) -> &str {
                stringify!($name)
            }

            fn unit(&self) -> Unit {
                self.0.clone()
            }

            fn is_stateful(&self) -> bool {
                $is_stateful
            }

            fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
                Ok(Box::new($run))
            }
        }
    };
}

stage!(
    /// Changes nothing.
    Nothing, false, NothingRun
);
stage!(
    /// Fails on units with "!", drops those with "d", and makes two of those with "b".
    Choosy, false, ChoosyRun
);
stage!(
    /// Fails on units with "é".
    Picky, false, PickyRun
);
stage!(
    /// Puts where a unit comes from before it.
    Marking, false, MarkingRun
);
stage!(
    /// Puts a unit's number before it, and how many there were at the end.
    Counting, true, CountingRun(0)
);

struct NothingRun;

impl StageRun for NothingRun {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        Ok(Applied::one_to_one(units))
    }
}

struct PickyRun;

impl StageRun for PickyRun {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        let failing = units.iter().enumerate().filter(|(_, text)| text.contains('é'));
        let failed =
            |(unit, text): (usize, &str)| Failed { unit, error: Box::new(Oops(text.to_owned())) };
        let failures = failing.map(failed).collect();
        Ok(Applied::one_to_one(units).failing(failures))
    }
}

struct ChoosyRun;

impl StageRun for ChoosyRun {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        let (mut new, mut parents, mut failures) = (Units::new(), Vec::new(), Vec::new());
        for (unit, text) in units.iter().enumerate() {
            if text.contains('!') {
                failures.push(Failed { unit, error: Box::new(Oops(text.to_owned())) });
            }
            let copies = if text.contains('d') { 0 } else { 1 + usize::from(text.contains('b')) };
            for copy in 0..copies {
                new.push(&text.replace('a', &format!("a{copy}")))?;
                parents.push(unit);
            }
        }
        Ok(Applied::with_parents(new, parents).failing(failures))
    }
}

struct MarkingRun;

impl StageRun for MarkingRun {
    fn apply(&mut self, units: Units, place: &Place<'_>) -> Result<Applied, StageError> {
        let mut new = Units::new();
        for (unit, text) in units.iter().enumerate() {
            let at = place.position(unit);
            new.push(&format!("{}:{}:{text}", at.line, at.column))?;
        }
        Ok(Applied::one_to_one(new))
    }
}

struct CountingRun(u64);

impl StageRun for CountingRun {
    fn apply(&mut self, units: Units, place: &Place<'_>) -> Result<Applied, StageError> {
        assert_eq!(place.first_unit(), Some(self.0));
        let mut new = Units::new();
        for text in units.iter() {
            new.push(&format!("{}.{text}", self.0))?;
            self.0 += 1;
        }
        Ok(Applied::one_to_one(new))
    }

    fn finish(&mut self) -> Result<Units, StageError> {
        let mut trailing = Units::new();
        trailing.push(&format!("{} in all", self.0))?;
        trailing.push("end")?;
        Ok(trailing)
    }
}

/// Counts how often it is called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Stage for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn unit(&self) -> Unit {
        Unit::Line
    }

    fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
        Ok(Box::new(self.clone()))
    }
}

impl StageRun for Calls {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Applied::one_to_one(units))
    }
}

type Work = dyn Fn(Units) -> Result<Applied, StageError> + Send + Sync;

/// Does what it is told to.
#[derive(Clone)]
pub(crate) struct Doing(pub Arc<Work>);

impl Doing {
    pub(crate) fn new(
        work: impl Fn(Units) -> Result<Applied, StageError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(work))
    }
}

impl Stage for Doing {
    fn name(&self) -> &'static str {
        "Doing"
    }

    fn unit(&self) -> Unit {
        Unit::Line
    }

    fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
        Ok(Box::new(self.clone()))
    }
}

impl StageRun for Doing {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        (self.0)(units)
    }
}

/// Bytes that a pipeline writes to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock()).into_owned()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
