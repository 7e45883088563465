//! Names of plugins and functions, and how a name in a query is compared with them.

use std::fmt;
use std::sync::Arc;

use crate::{LoadError, Result};

/// The id of a plugin: segments joined by dots, such as `ai.example.geo`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginId(Arc<str>);

impl PluginId {
    /// # Errors
    /// A load error when the id is empty, has an empty segment, or holds a quote, white space
    /// around it or a control character.
    pub fn new(text: &str) -> Result<Self> {
        check_name("plugin id", text, text.split('.'))?;
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last dot, by which a plugin is usually called.
    pub fn last_segment(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a function within its plugin. It has no dots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionName(Arc<str>);

impl FunctionName {
    /// # Errors
    /// A load error when the name is empty or holds a dot, a quote or a control character.
    pub fn new(text: &str) -> Result<Self> {
        check_name("function name", text, std::iter::once(text))?;
        if text.contains('.') {
            return Err(LoadError::new(format!(
                "function name {text:?} holds a dot; a function's name is one word, its plugin's id comes before it"
            ))
            .into());
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `plugin_id.name`, which names one function of a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName(Arc<str>);

impl QualifiedName {
    pub fn new(plugin: &PluginId, function: &FunctionName) -> Self {
        Self(format!("{plugin}.{function}").into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn to_shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One identifier of a dotted name as a user wrote it. A quoted one matches in exact case only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePart {
    pub text: String,
    pub quoted: bool,
}

impl NamePart {
    pub fn unquoted(text: impl Into<String>) -> Self {
        Self { text: text.into(), quoted: false }
    }

    /// Splits a plain dotted name such as `geo.haversine`, as one gives it outside SQL.
    pub fn split(dotted: &str) -> Vec<Self> {
        dotted.split('.').map(Self::unquoted).collect()
    }

    pub(crate) fn matches(&self, segment: &str, case: Case) -> bool {
        match case {
            Case::Exact => self.text == segment,
            Case::Folded if self.quoted => self.text == segment,
            Case::Folded => self.text.to_lowercase() == segment.to_lowercase(),
        }
    }
}

/// Whether names are compared as spelled or, for unquoted parts, without case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    Folded,
}

fn check_name<'a>(what: &str, text: &str, segments: impl Iterator<Item = &'a str>) -> Result<()> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.trim() != text {
        "has white space around it"
    } else if text.chars().any(|c| c == '"' || c.is_control()) {
        "holds a quote or a control character"
    } else if segments.into_iter().any(str::is_empty) {
        "has an empty part between dots"
    } else {
        return Ok(());
    };
    Err(LoadError::new(format!("the {what} {text:?} {problem}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_segment_follows_the_last_dot() {
        assert_eq!(PluginId::new("ai.example.geo").unwrap().last_segment(), "geo");
        assert_eq!(PluginId::new("geo").unwrap().last_segment(), "geo");
    }

    #[test]
    fn bad_names_say_what_is_wrong() {
        let message = |text| PluginId::new(text).unwrap_err().to_string();
        assert_eq!(message(""), "the plugin id \"\" is empty");
        assert_eq!(message("a..b"), "the plugin id \"a..b\" has an empty part between dots");
        assert_eq!(message(" a"), "the plugin id \" a\" has white space around it");
        assert!(FunctionName::new("a.b").is_err());
        assert!(FunctionName::new("a\"b").is_err());
    }
}
