//! One plugin as a registry holds it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::LoadOutcome;
use crate::{Capability, Function, Grants, Kind, Manifest, Origin, PluginId, Source};

/// What was loaded of a plugin, when, and what its loader allowed.
#[derive(Debug)]
pub struct LoadedPlugin {
    id: PluginId,
    version: Arc<str>,
    origin: Origin,
    grants: Grants,
    loaded_at: SystemTime,
    begun: Instant,
    functions: Vec<Arc<Function>>,
    denied: Vec<Arc<Function>>,
    missing: Vec<Capability>,
}

impl LoadedPlugin {
    pub(super) fn new(manifest: &Manifest, grants: Grants) -> Self {
        let (functions, denied) = manifest
            .functions()
            .iter()
            .cloned()
            .partition(|function| grants.contains(function.capability()));
        Self {
            id: manifest.id().clone(),
            version: Arc::clone(manifest.version()),
            origin: manifest.origin().clone(),
            missing: manifest.missing(&grants),
            grants,
            loaded_at: SystemTime::now(),
            begun: manifest.begun(),
            functions,
            denied,
        }
    }

    /// Whether its load began after that of a manifest.
    pub(super) fn is_newer_than(&self, manifest: &Manifest) -> bool {
        self.begun > manifest.begun()
    }

    pub fn id(&self) -> &PluginId {
        &self.id
    }

    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    pub fn source(&self) -> &Source {
        &self.origin.source
    }

    /// SHA-256 of the text that was loaded, where there is one.
    pub fn digest(&self) -> Option<&[u8; 32]> {
        self.origin.digest.as_ref()
    }

    /// What its loader said yes to.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    pub fn loaded_at(&self) -> SystemTime {
        self.loaded_at
    }

    /// What can be called.
    pub fn functions(&self) -> &[Arc<Function>] {
        &self.functions
    }

    /// What was left out, because a grant is missing.
    pub fn denied(&self) -> &[Arc<Function>] {
        &self.denied
    }

    /// The grants that are missing.
    pub fn denied_capabilities(&self) -> &[Capability] {
        &self.missing
    }

    pub(super) fn outcome(&self) -> LoadOutcome {
        let mut registered = BTreeMap::<Kind, Vec<Arc<str>>>::new();
        for function in &self.functions {
            registered.entry(function.kind()).or_default().push(function.name.as_str().into());
        }
        LoadOutcome {
            plugin: self.id.clone(),
            version: Arc::clone(&self.version),
            registered,
            denied: self.missing.clone(),
        }
    }
}
