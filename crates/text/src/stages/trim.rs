//! The stage that takes whitespace off both ends of each unit.

use crate::{Applied, Place, Stage, StageError, StageRun, Unit, Units, Whitespace};

/// Trims each line, or each of another unit.
///
/// ```
/// use arrowsmith_text::{Pipeline, Trim};
///
/// assert_eq!(Pipeline::new([Trim::default()]).apply(" a \n\tb\n")?, "a\nb\n");
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Trim {
    whitespace: Whitespace,
    unit: Unit,
}

impl Trim {
    pub fn new(whitespace: Whitespace, unit: Unit) -> Self {
        Self { whitespace, unit }
    }
}

impl Default for Trim {
    fn default() -> Self {
        Self::new(Whitespace::Unicode, Unit::Line)
    }
}

impl Stage for Trim {
    fn name(&self) -> &'static str {
        "trim"
    }

    fn unit(&self) -> Unit {
        self.unit.clone()
    }

    fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
        Ok(Box::new(Run(self.whitespace)))
    }
}

struct Run(Whitespace);

impl StageRun for Run {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        Ok(Applied::one_to_one(units.map(|unit| self.0.trim(unit).into())?))
    }
}
