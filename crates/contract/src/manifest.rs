//! What a plugin declares.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use crate::{Capability, Error, Function, Grants, LoadError, Origin, PluginId, Result};

/// A plugin, checked and ready to be committed to a [`Registry`](crate::Registry).
#[derive(Debug)]
pub struct Manifest {
    id: PluginId,
    version: Arc<str>,
    functions: Vec<Arc<Function>>,
    origin: Origin,
    /// When its source began to be read.
    begun: Instant,
}

impl Manifest {
    /// # Errors
    /// A load error when there are no functions, two of them share a name, or one says that it
    /// belongs to another plugin or version.
    pub fn new(id: PluginId, version: Arc<str>, functions: Vec<Arc<Function>>) -> Result<Self> {
        if functions.is_empty() {
            return Err(LoadError::new(format!(
                "the plugin {id} declares no functions; decorate one with @db.scalar_fn"
            ))
            .into());
        }
        let mut names = BTreeSet::new();
        for function in &functions {
            if function.plugin != id || function.version != version {
                return Err(LoadError::new(format!(
                    "function {} does not belong to plugin {id} {version}",
                    function.qualified_name()
                ))
                .into());
            }
            if !names.insert(&function.name) {
                return Err(LoadError::new(format!(
                    "the plugin {id} declares {} twice",
                    function.name
                ))
                .into());
            }
        }
        Ok(Self { id, version, functions, origin: Origin::default(), begun: Instant::now() })
    }

    /// Says where it came from, which is an object otherwise.
    #[must_use]
    pub fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Says when its source began to be read, which is now otherwise. Of two loads of one plugin the
    /// one that began later counts, whichever ends first.
    #[must_use]
    pub fn begun_at(self, begun: Instant) -> Self {
        Self { begun, ..self }
    }

    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }

    pub fn id(&self) -> &PluginId {
        &self.id
    }

    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    pub fn functions(&self) -> &[Arc<Function>] {
        &self.functions
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The capabilities that its functions need and that are not granted, sorted.
    pub(crate) fn missing(&self, grants: &Grants) -> Vec<Capability> {
        let needed: BTreeSet<_> = self.functions.iter().map(|f| f.capability()).collect();
        needed.into_iter().filter(|capability| !grants.contains(*capability)).collect()
    }

    /// Whether every one of its functions may be registered.
    ///
    /// # Errors
    /// [`Error::MissingGrants`].
    pub fn check(&self, grants: &Grants) -> Result<()> {
        let missing = self.missing(grants);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::MissingGrants { plugin: self.id.as_str().into(), missing })
    }
}
