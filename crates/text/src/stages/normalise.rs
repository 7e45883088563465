//! The stage that brings each unit into one of Unicode's normal forms.

use crate::{Applied, Form, Place, Stage, StageError, StageRun, Unit, Units, normalise};

/// Normalises each line, or each of another unit.
///
/// ```
/// use arrowsmith_text::{Form, Normalise, Pipeline, Unit};
///
/// let pipeline = Pipeline::new([Normalise::new(Form::Nfc, Unit::Line)]);
/// assert_eq!(pipeline.apply("cafe\u{301}\n")?, "caf\u{e9}\n");
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Normalise {
    form: Form,
    unit: Unit,
}

impl Normalise {
    pub fn new(form: Form, unit: Unit) -> Self {
        Self { form, unit }
    }
}

impl Stage for Normalise {
    fn name(&self) -> &'static str {
        "normalise"
    }

    fn unit(&self) -> Unit {
        self.unit.clone()
    }

    fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
        Ok(Box::new(Run(self.form)))
    }
}

struct Run(Form);

impl StageRun for Run {
    fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
        if units.text().is_ascii() {
            return Ok(Applied::one_to_one(units));
        }
        Ok(Applied::one_to_one(units.map(|unit| normalise(unit, self.0))?))
    }
}
