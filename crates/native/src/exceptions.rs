//! Builtin exception classes, as far as compiled code raises and catches them.

/// Each class with its base, bases first.
const CLASSES: &[(&str, &str)] = &[
    ("BaseException", ""),
    ("Exception", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
];

/// A builtin exception class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ExceptionClass(&'static str);

impl ExceptionClass {
    pub(crate) const ASSERTION: Self = Self("AssertionError");
    pub(crate) const ATTRIBUTE: Self = Self("AttributeError");
    pub(crate) const INDEX: Self = Self("IndexError");
    pub(crate) const OVERFLOW: Self = Self("OverflowError");
    pub(crate) const TYPE: Self = Self("TypeError");
    pub(crate) const UNBOUND_LOCAL: Self = Self("UnboundLocalError");
    pub(crate) const VALUE: Self = Self("ValueError");
    pub(crate) const ZERO_DIVISION: Self = Self("ZeroDivisionError");

    /// The class that a builtin name stands for.
    pub(crate) fn of(name: &str) -> Option<Self> {
        CLASSES.iter().find(|(class, _)| *class == name).map(|(class, _)| Self(class))
    }

    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    /// Whether `except other` takes an exception of this class.
    pub(crate) fn is(self, other: Self) -> bool {
        let mut class = Some(self);
        while let Some(at) = class {
            if at == other {
                return true;
            }
            class = CLASSES.iter().find(|(name, _)| *name == at.0).and_then(|row| Self::of(row.1));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_know_their_bases() {
        let class = |name| ExceptionClass::of(name).unwrap();
        assert!(ExceptionClass::ZERO_DIVISION.is(class("ArithmeticError")));
        assert!(ExceptionClass::ZERO_DIVISION.is(class("BaseException")));
        assert!(!ExceptionClass::VALUE.is(class("ArithmeticError")));
        assert!(class("UnboundLocalError").is(class("NameError")));
        assert_eq!(ExceptionClass::of("Warning"), None);
    }
}
