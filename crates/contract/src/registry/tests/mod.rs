//! Registries over plugins of Rust, and what their users can see of them.

mod commits;
mod levels;
mod names;

use std::sync::mpsc;

use arrow::array::ArrayRef;

use super::*;
use crate::{
    CallContext, CallPolicy, Determinism, Function, FunctionName, Kernel, Mode, NamePart,
    NullPolicy, Parameter, ScalarKernel, Signature, Tier, Type,
};

#[derive(Debug)]
struct Identity;

impl ScalarKernel for Identity {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], _: usize, _: &CallContext) -> Result<ArrayRef> {
        Ok(Arc::clone(&columns[0]))
    }
}

/// Changes its registry when it goes, as a `__del__` of plugin code may.
#[derive(Debug)]
struct Meddler {
    registry: Arc<Registry>,
    gone: mpsc::Sender<()>,
}

impl ScalarKernel for Meddler {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], _: usize, _: &CallContext) -> Result<ArrayRef> {
        Ok(Arc::clone(&columns[0]))
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        self.registry.remove(&PluginId::new("other").unwrap());
        let manifest = manifest("left", "1", &["f"]);
        self.registry.commit(&manifest, &Grants::all(), false).unwrap();
        self.gone.send(()).unwrap();
    }
}

fn manifest(id: &str, version: &str, names: &[&str]) -> Manifest {
    manifest_of(id, version, names, &Kernel::Scalar(Arc::new(Identity)))
}

fn manifest_of(id: &str, version: &str, names: &[&str], kernel: &Kernel) -> Manifest {
    let id = PluginId::new(id).unwrap();
    let version: Arc<str> = version.into();
    let functions = names.iter().map(|name| {
        let parameter = Parameter {
            name: "x".into(),
            ty: Type::FLOAT64,
            nullable: false,
            nulls: NullPolicy::Skip,
        };
        Arc::new(Function {
            plugin: id.clone(),
            version: Arc::clone(&version),
            name: FunctionName::new(name).unwrap(),
            mode: Mode::Row,
            signature: Signature::new(vec![parameter], 1, false, Type::FLOAT64).unwrap(),
            determinism: Determinism::Pure,
            policy: CallPolicy::default(),
            documentation: None,
            source: None,
            parts: Vec::new(),
            tier_reason: None,
            kernel: kernel.clone(),
        })
    });
    let functions = functions.collect();
    Manifest::new(id, version, functions).unwrap()
}

fn registry(plugins: &[(&str, &[&str])]) -> Registry {
    let registry = Registry::new();
    for (id, names) in plugins {
        let manifest = manifest(id, "1.0.0", names);
        registry.commit(&manifest, &Grants::all(), false).unwrap();
    }
    registry
}

fn resolved(registry: &Registry, name: &str) -> String {
    let parts: Vec<NamePart> = name
        .split('.')
        .map(|part| match part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
            Some(inner) => NamePart { text: inner.replace('/', "."), quoted: true },
            None => NamePart::unquoted(part),
        })
        .collect();
    match registry.snapshot().resolve(&parts) {
        Ok(Some(function)) => function.qualified_name().to_string(),
        Ok(None) => "nobody's".to_owned(),
        Err(error) => error.to_string(),
    }
}
