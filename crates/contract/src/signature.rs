//! Parameters and return type of a function.

use std::fmt;
use std::sync::Arc;

use crate::{Error, LoadError, Result, Type};

/// What a NULL argument does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NullPolicy {
    /// The function sees the NULL.
    Pass,
    /// The row's result is NULL without a call.
    Skip,
}

impl NullPolicy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skip => "skip",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: Arc<str>,
    pub ty: Type,
    /// Declared with `?` or `| None`.
    pub nullable: bool,
    /// The policy in force, `auto` already decided.
    pub nulls: NullPolicy,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.nullable { "?" } else { "" };
        write!(f, "{}: {}{mark}", self.name, self.ty)
    }
}

/// Parameters in order, and what comes back. A result may always be NULL.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    parameters: Vec<Parameter>,
    required: usize,
    variadic: bool,
    returns: Type,
}

impl Signature {
    /// `required` counts the parameters without a default. With `variadic` the last parameter
    /// stands for any number of arguments, none included.
    ///
    /// # Errors
    /// A load error when two parameters share a name, or `required` and `variadic` do not fit.
    pub fn new(
        parameters: Vec<Parameter>,
        required: usize,
        variadic: bool,
        returns: Type,
    ) -> Result<Self> {
        for (index, parameter) in parameters.iter().enumerate() {
            if parameters[..index].iter().any(|p| p.name == parameter.name) {
                return Err(LoadError::new(format!(
                    "two parameters are called {}",
                    parameter.name
                ))
                .into());
            }
        }
        let fixed = parameters.len() - usize::from(variadic && !parameters.is_empty());
        if required > fixed || (variadic && parameters.is_empty()) {
            return Err(LoadError::new("the parameters of the signature do not add up").into());
        }
        Ok(Self { parameters, required, variadic, returns })
    }

    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    pub fn returns(&self) -> &Type {
        &self.returns
    }

    /// The least number of arguments.
    pub fn required(&self) -> usize {
        self.required
    }

    /// The parameter that takes argument `index`.
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        match self.parameters.get(index) {
            None if self.variadic => self.parameters.last(),
            parameter => parameter,
        }
    }

    /// The place of the parameter that is a table, if there is one.
    pub fn table(&self) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.ty.is_table())
    }

    fn accepts_count(&self, arguments: usize) -> bool {
        arguments >= self.required && (self.variadic || arguments <= self.parameters.len())
    }

    /// # Errors
    /// [`Error::Call`], which says how many `function` takes.
    pub fn check_count(&self, function: &Arc<str>, arguments: usize) -> Result<()> {
        if self.accepts_count(arguments) {
            return Ok(());
        }
        Err(Error::Call {
            function: Arc::clone(function),
            message: format!("takes {}, but got {arguments}", self.describe_count()),
        })
    }

    /// How many arguments it takes, in words: `2 arguments`, `1 to 3 arguments`.
    fn describe_count(&self) -> String {
        let (least, most) = (self.required, self.parameters.len());
        let plural = |count| if count == 1 { "" } else { "s" };
        if self.variadic {
            format!("{least} or more arguments")
        } else if least == most {
            format!("{most} argument{}", plural(most))
        } else {
            format!("{least} to {most} arguments")
        }
    }
}

impl fmt::Display for Signature {
    /// `(net: float, rate: float? = ..., *rest: int) -> float`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        let last = self.parameters.len().wrapping_sub(1);
        for (index, parameter) in self.parameters.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            if self.variadic && index == last {
                write!(f, "*{parameter}")?;
            } else if index >= self.required {
                write!(f, "{parameter} = ...")?;
            } else {
                write!(f, "{parameter}")?;
            }
        }
        write!(f, ") -> {}", self.returns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(name: &str) -> Parameter {
        Parameter {
            name: name.into(),
            ty: Type::FLOAT64,
            nullable: name == "n",
            nulls: NullPolicy::Skip,
        }
    }

    #[test]
    fn counts_follow_defaults_and_varargs() {
        let fixed = Signature::new(vec![float("a"), float("b")], 1, false, Type::INT64).unwrap();
        assert_eq!([0, 1, 2, 3].map(|n| fixed.accepts_count(n)), [false, true, true, false]);
        assert_eq!(fixed.describe_count(), "1 to 2 arguments");
        let error = fixed.check_count(&Arc::from("p.f"), 3).unwrap_err();
        assert_eq!(error.to_string(), "p.f: takes 1 to 2 arguments, but got 3");
        let rest = Signature::new(vec![float("a"), float("b")], 1, true, Type::INT64).unwrap();
        assert_eq!([0, 1, 9].map(|n| rest.accepts_count(n)), [false, true, true]);
        assert_eq!(rest.parameter(7).unwrap().name.as_ref(), "b");
        assert!(fixed.parameter(2).is_none());
    }

    #[test]
    fn a_table_has_a_place() {
        let table = Parameter { ty: Type::TABLE, ..float("t") };
        let signature = Signature::new(vec![float("a"), table], 2, false, Type::BOOL).unwrap();
        assert_eq!(signature.table(), Some(1));
        let plain = Signature::new(vec![float("a")], 1, false, Type::TABLE).unwrap();
        assert_eq!(plain.table(), None);
    }

    #[test]
    fn it_reads_like_a_definition() {
        let signature =
            Signature::new(vec![float("a"), float("n"), float("r")], 1, true, Type::BOOL).unwrap();
        assert_eq!(signature.to_string(), "(a: float, n: float? = ..., *r: float) -> bool");
    }

    #[test]
    fn impossible_signatures_are_refused() {
        assert!(Signature::new(vec![float("a"), float("a")], 2, false, Type::BOOL).is_err());
        assert!(Signature::new(vec![float("a")], 1, true, Type::BOOL).is_err());
        assert!(Signature::new(vec![], 0, true, Type::BOOL).is_err());
    }
}
