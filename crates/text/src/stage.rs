//! What a stage of a pipeline is, for those who write one.

use std::sync::Arc;

use crate::units::Positions;
use crate::{Position, Unit, Units};

/// What a stage raised. It is carried as the object that it is, and can be downcast to its type.
pub type StageError = Box<dyn std::error::Error + Send + Sync>;

/// One step of a [`Pipeline`](crate::Pipeline): from units to units.
///
/// ```
/// use arrowsmith_text::{Applied, Place, Stage, StageError, StageRun, Unit, Units};
///
/// /// Keeps the lines that have a word in them.
/// struct Having(String);
///
/// impl Stage for Having {
///     fn name(&self) -> &str {
///         "having"
///     }
///
///     fn unit(&self) -> Unit {
///         Unit::Line
///     }
///
///     fn begin(&self, _source: &str) -> Result<Box<dyn StageRun>, StageError> {
///         Ok(Box::new(Filter(self.0.clone())))
///     }
/// }
///
/// struct Filter(String);
///
/// impl StageRun for Filter {
///     fn apply(&mut self, units: Units, _place: &Place<'_>) -> Result<Applied, StageError> {
///         let (mut kept, mut parents) = (Units::new(), Vec::new());
///         for (index, line) in units.iter().enumerate() {
///             if line.contains(&self.0) {
///                 kept.push(line)?;
///                 parents.push(index);
///             }
///         }
///         Ok(Applied::with_parents(kept, parents))
///     }
/// }
///
/// let pipeline = arrowsmith_text::Pipeline::new([Having("b".to_owned())]);
/// assert_eq!(pipeline.apply("abc\nxyz\nb")?, "abc\nb");
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
pub trait Stage: Send + Sync {
    /// What errors call it.
    fn name(&self) -> &str;

    /// What it works on.
    fn unit(&self) -> Unit;

    /// Whether an answer depends on the units before. Then one run sees all units of a file in
    /// their order; else a file is shared among several runs.
    fn is_stateful(&self) -> bool {
        false
    }

    /// Makes ready for units of a source, which is named. Each run is used by one thread at a time.
    ///
    /// # Errors
    /// What stands in the way; it ends the pipeline's run.
    fn begin(&self, source: &str) -> Result<Box<dyn StageRun>, StageError>;
}

/// A stage at work on one source.
pub trait StageRun: Send {
    /// Works on some units, at least one. Where it fails on single units, it says so in the answer.
    ///
    /// # Errors
    /// What made it fail as a whole; it ends the pipeline's run.
    fn apply(&mut self, units: Units, place: &Place<'_>) -> Result<Applied, StageError>;

    /// Gives units to write at the end of the source. Only stateful stages are asked.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    fn finish(&mut self) -> Result<Units, StageError> {
        Ok(Units::new())
    }
}

/// What a stage made of some units.
#[derive(Debug)]
pub struct Applied {
    pub units: Units,
    /// For each of them the index of the unit that it was made of, never falling; none where there
    /// is one for each, also for those that failed.
    pub parents: Option<Vec<usize>>,
    /// In any order. What was made of these units is left out.
    pub failures: Vec<Failed>,
}

/// A unit on which a stage failed.
#[derive(Debug)]
pub struct Failed {
    /// Its index among the units that were given.
    pub unit: usize,
    pub error: StageError,
}

impl Applied {
    /// One new unit for each.
    pub fn one_to_one(units: Units) -> Self {
        Self { units, parents: None, failures: Vec::new() }
    }

    /// New units, each made of the unit whose index stands at its place.
    pub fn with_parents(units: Units, parents: Vec<usize>) -> Self {
        Self { units, parents: Some(parents), failures: Vec::new() }
    }

    pub fn failing(self, failures: Vec<Failed>) -> Self {
        Self { failures, ..self }
    }
}

/// Where units come from.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    source: &'a Arc<str>,
    first_unit: Option<u64>,
    positions: &'a Positions,
}

impl<'a> Place<'a> {
    pub(crate) fn new(
        source: &'a Arc<str>,
        first_unit: Option<u64>,
        positions: &'a Positions,
    ) -> Self {
        Self { source, first_unit, positions }
    }

    pub fn source(&self) -> &'a Arc<str> {
        self.source
    }

    /// How many units of the source went before the first of these. Known in a pipeline with a
    /// stateful stage, and to the first stage if its unit is the line or the file; else others may
    /// be at work on what goes before.
    pub fn first_unit(&self) -> Option<u64> {
        self.first_unit
    }

    /// Where in the source a unit begins: the one that it was made of, if stages before changed it.
    pub fn position(&self, unit: usize) -> Position {
        self.positions.get(unit)
    }
}

macro_rules! forward_stage {
    ($($pointer:ident),*) => {$(
        impl<S: Stage + ?Sized> Stage for $pointer<S> {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn unit(&self) -> Unit {
                (**self).unit()
            }

            fn is_stateful(&self) -> bool {
                (**self).is_stateful()
            }

            fn begin(&self, source: &str) -> Result<Box<dyn StageRun>, StageError> {
                (**self).begin(source)
            }
        }
    )*};
}

forward_stage!(Arc, Box);
