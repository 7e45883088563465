//! The loaded text of functions, from `source.py`'s form to the contract's.

use std::collections::HashMap;
use std::sync::Arc;

use arrowsmith_contract::{Binding, Constant, FunctionSource, Member, Span, StateForm, StateParts};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt};

/// A name, what it stands for, and the value or the record of that.
type Named<'py> = (String, String, Bound<'py, PyAny>);

/// Texts by digest: the functions of one file share it.
#[derive(Default)]
pub(crate) struct KnownTexts {
    texts: HashMap<[u8; 32], Arc<str>>,
    /// Helpers by the identity of their record, which lives as long as the load.
    helpers: HashMap<usize, Arc<FunctionSource>>,
}

impl KnownTexts {
    pub(crate) fn source(&mut self, object: &Bound<'_, PyAny>) -> PyResult<FunctionSource> {
        let digest: [u8; 32] = object.getattr("digest")?.extract()?;
        let text = if let Some(text) = self.texts.get(&digest) {
            Arc::clone(text)
        } else {
            let text: Arc<str> = object.getattr("text")?.extract::<String>()?.into();
            self.texts.insert(digest, Arc::clone(&text));
            text
        };
        let bindings = self.named(&object.getattr("bindings")?)?;
        let defaults = self.named(&object.getattr("defaults")?)?;
        Ok(FunctionSource {
            text,
            file: object.getattr("file")?.extract::<String>()?.into(),
            span: Span {
                start: object.getattr("start")?.extract()?,
                end: object.getattr("end")?.extract()?,
                first_line: object.getattr("first_line")?.extract()?,
            },
            bindings,
            defaults,
            digest,
        })
    }

    /// The parts of an aggregate or a window, of a record of `states.py`.
    pub(crate) fn parts(&mut self, object: &Bound<'_, PyAny>) -> PyResult<StateParts> {
        let parts: Vec<(String, Bound<'_, PyAny>)> = object.getattr("parts")?.extract()?;
        let source = |(name, record): &(String, Bound<'_, PyAny>)| {
            Ok((Arc::from(name.as_str()), Arc::new(self.source(record)?)))
        };
        let sources = parts.iter().map(source).collect::<PyResult<_>>()?;
        let form = match object.getattr("form")?.extract::<String>()?.as_str() {
            "object" => {
                let slots: Option<Vec<String>> = object.getattr("slots")?.extract()?;
                let slots = slots.map(|slots| slots.into_iter().map(Arc::from).collect());
                StateForm::Object { members: self.members(object)?, slots }
            }
            "methods" => StateForm::Methods { members: self.members(object)? },
            _ => StateForm::Functions,
        };
        Ok(StateParts { sources, form })
    }

    fn members(&mut self, object: &Bound<'_, PyAny>) -> PyResult<Vec<(Arc<str>, Member)>> {
        let members: Vec<Named<'_>> = object.getattr("members")?.extract()?;
        let member = |(name, kind, value): Named<'_>| {
            let member = match kind.as_str() {
                "constant" => Member::Constant(constant(&value)?),
                "method" => Member::Method(self.helper(&value)?),
                "static" => Member::Static(self.helper(&value)?),
                _ => Member::Opaque,
            };
            Ok((name.into(), member))
        };
        members.into_iter().map(member).collect()
    }

    fn named(&mut self, object: &Bound<'_, PyAny>) -> PyResult<Vec<(Arc<str>, Binding)>> {
        let named: Vec<Named<'_>> = object.extract()?;
        let binding =
            |(name, kind, value): Named<'_>| Ok((name.into(), self.binding(&kind, &value)?));
        named.into_iter().map(binding).collect()
    }

    fn helper(&mut self, record: &Bound<'_, PyAny>) -> PyResult<Arc<FunctionSource>> {
        let identity = record.as_ptr() as usize;
        if let Some(known) = self.helpers.get(&identity) {
            return Ok(Arc::clone(known));
        }
        let source = Arc::new(self.source(record)?);
        self.helpers.insert(identity, Arc::clone(&source));
        Ok(source)
    }

    fn binding(&mut self, kind: &str, value: &Bound<'_, PyAny>) -> PyResult<Binding> {
        Ok(match kind {
            "constant" => Binding::Constant(constant(value)?),
            "builtin" => Binding::Builtin(value.extract::<String>()?.into()),
            "helper" => Binding::Helper(self.helper(value)?),
            "itself" => Binding::Itself,
            _ => Binding::Opaque,
        })
    }
}

fn constant(value: &Bound<'_, PyAny>) -> PyResult<Constant> {
    Ok(if value.is_none() {
        Constant::None
    } else if let Ok(boolean) = value.cast::<PyBool>() {
        Constant::Bool(boolean.is_true())
    } else if let Ok(integer) = value.cast::<PyInt>() {
        Constant::Int(integer.extract()?)
    } else if let Ok(float) = value.cast::<PyFloat>() {
        Constant::Float(float.value())
    } else {
        Constant::Str(value.extract::<String>()?.into())
    })
}
