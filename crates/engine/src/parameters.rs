//! Values for `$1` and `$name` in a statement.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::ArrayRef;
use datafusion::common::metadata::ScalarAndMetadata;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::logical_expr::LogicalPlan;

use crate::{Error, Result};

/// The values of a statement's placeholders.
#[derive(Debug, Clone, Default)]
pub enum Parameters {
    #[default]
    None,
    /// For `$1`, `$2`, ...
    Positional(Vec<ScalarValue>),
    /// For `$name`.
    Named(Vec<(String, ScalarValue)>),
}

impl Parameters {
    /// Positional values from columns of one row.
    ///
    /// # Errors
    /// A column without a row.
    pub fn from_arrays(columns: &[ArrayRef]) -> Result<Self> {
        let values = columns.iter().map(first_value).collect::<Result<_>>()?;
        Ok(Self::Positional(values))
    }

    /// Named values from columns of one row.
    ///
    /// # Errors
    /// A column without a row.
    pub fn from_named_arrays(columns: &[(String, ArrayRef)]) -> Result<Self> {
        let values = columns
            .iter()
            .map(|(name, column)| Ok((name.clone(), first_value(column)?)))
            .collect::<Result<_>>()?;
        Ok(Self::Named(values))
    }

    /// Puts the values into a plan.
    pub(crate) fn bind(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let wanted: BTreeSet<String> = plan
            .get_parameter_names()?
            .into_iter()
            .map(|name| name.trim_start_matches('$').to_owned())
            .collect();
        let given = self.by_name();
        let missing: Vec<&str> =
            wanted.iter().filter(|name| !given.contains_key(*name)).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(Error::Plan(format!(
                "the statement needs {}, but {} given",
                dollars(missing.into_iter()),
                self.describe()
            )));
        }
        if wanted.is_empty() {
            return Ok(plan);
        }
        let values = given
            .into_iter()
            .map(|(name, value)| (name, ScalarAndMetadata::new(value, None)))
            .collect();
        Ok(plan.replace_params_with_values(&ParamValues::Map(values))?)
    }

    /// Whether each value has a placeholder in one of the statements, which use `used` together.
    pub(crate) fn check_all_used(&self, used: &BTreeSet<String>) -> Result<()> {
        let unused: Vec<String> =
            self.by_name().into_keys().filter(|name| !used.contains(name)).collect();
        if unused.is_empty() {
            return Ok(());
        }
        Err(Error::Plan(format!(
            "the statement has no {}, but {} given",
            dollars(unused.iter().map(String::as_str)),
            self.describe()
        )))
    }

    fn by_name(&self) -> BTreeMap<String, ScalarValue> {
        match self {
            Self::None => BTreeMap::new(),
            Self::Positional(values) => values
                .iter()
                .enumerate()
                .map(|(index, value)| ((index + 1).to_string(), value.clone()))
                .collect(),
            Self::Named(values) => values
                .iter()
                .map(|(name, value)| (name.trim_start_matches('$').to_owned(), value.clone()))
                .collect(),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::None => "no parameters were".to_owned(),
            Self::Positional(values) if values.len() == 1 => "1 parameter was".to_owned(),
            Self::Positional(values) => format!("{} parameters were", values.len()),
            Self::Named(values) => {
                let names = dollars(values.iter().map(|(name, _)| name.as_str()));
                format!("{} {}", names, if values.len() == 1 { "was" } else { "were" })
            }
        }
    }
}

fn first_value(column: &ArrayRef) -> Result<ScalarValue> {
    Ok(ScalarValue::try_from_array(column, 0)?)
}

fn dollars<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("${name}")).collect();
    names.join(", ")
}
