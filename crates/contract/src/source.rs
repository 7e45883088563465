//! The text behind a function, for whoever compiles or explains it.

use std::sync::Arc;

/// A range of a plugin's text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// Byte offsets into [`FunctionSource::text`].
    pub start: usize,
    pub end: usize,
    /// The line of `start`, counted from one.
    pub first_line: u32,
}

/// A value that a global name held when the function was loaded.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
}

/// What a free name of the function stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    Constant(Constant),
    /// A builtin or a member of a known module, by its canonical name (`abs`, `math.sin`).
    Builtin(Arc<str>),
    /// Another plain function of the same plugin.
    Helper(Arc<FunctionSource>),
    /// The function itself, or what stands for it under its own name: it is recursive.
    Itself,
    /// Anything else.
    Opaque,
}

/// The text that was loaded for one function. It stays what it was when the file changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunctionSource {
    /// The whole text of the file or string that the function came from.
    pub text: Arc<str>,
    /// What tracebacks call that text.
    pub file: Arc<str>,
    /// The function's own part of the text, decorators included.
    pub span: Span,
    /// Each free name of the function, in order of first use.
    pub bindings: Vec<(Arc<str>, Binding)>,
    /// The value of each default, by the name of its parameter: a constant or opaque. The text says
    /// less: `n=SIZE` holds what `SIZE` was when the function was made.
    pub defaults: Vec<(Arc<str>, Binding)>,
    /// SHA-256 of `text`.
    pub digest: [u8; 32],
}

impl FunctionSource {
    /// The function's own text, decorators included.
    pub fn function_text(&self) -> &str {
        self.text.get(self.span.start..self.span.end).unwrap_or("")
    }
}
