//! From a name in a query to one function of a snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::name::{Case, NamePart};
use crate::{Error, Function, LoadedPlugin, PluginId, Result, Snapshot};

/// How a name reached a function; a fuller name wins over a shorter one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// By the whole id of its plugin.
    Full,
    /// By the last segment of the id.
    Segment,
    /// By its bare name.
    Bare,
}

impl Snapshot {
    /// Finds the function that a name of one or more parts means. Exact case wins over folded
    /// case, and a whole plugin id over its last segment. `Ok(None)` is a bare name that no used
    /// plugin has, which may be somebody else's function.
    ///
    /// # Errors
    /// Ambiguous, denied, or unknown with the nearest names.
    pub fn resolve(&self, name: &[NamePart]) -> Result<Option<Arc<Function>>> {
        for case in [Case::Exact, Case::Folded] {
            let found = self.matching(name, case, LoadedPlugin::functions);
            if let Some(function) = one_of(name, found)? {
                return Ok(Some(function));
            }
        }
        for case in [Case::Exact, Case::Folded] {
            let found = self.matching(name, case, LoadedPlugin::denied);
            if let Some(function) = one_of(name, found)? {
                return Err(Error::DeniedFunction {
                    name: function.qualified_name().to_string(),
                    capability: function.capability(),
                });
            }
        }
        if name.len() == 1 {
            return Ok(None);
        }
        let wanted = dotted(name);
        let nearest = nearest(&wanted, self.spellings());
        Err(Error::UnknownFunction { name: wanted, nearest })
    }

    /// Finds a function by a dotted name outside SQL.
    ///
    /// # Errors
    /// As [`Self::resolve`]; a bare name that nothing has is unknown.
    pub fn function(&self, name: &str) -> Result<Arc<Function>> {
        self.resolve(&NamePart::split(name))?.ok_or_else(|| Error::UnknownFunction {
            name: name.to_owned(),
            nearest: nearest(name, self.spellings()),
        })
    }

    pub(crate) fn resolve_plugin(&self, name: &str) -> Result<PluginId> {
        if let Some(id) = self.plugins.keys().find(|id| id.as_str() == name) {
            return Ok(id.clone());
        }
        let ids: Vec<&PluginId> =
            self.plugins.keys().filter(|id| id.last_segment() == name).collect();
        match ids.as_slice() {
            [id] => Ok((*id).clone()),
            [] => Err(self.unknown_plugin(name)),
            many => Err(Error::AmbiguousPlugin {
                name: name.to_owned(),
                candidates: many.iter().map(ToString::to_string).collect(),
            }),
        }
    }

    /// Each name by which a function can be called, for suggestions.
    pub fn spellings(&self) -> impl Iterator<Item = String> {
        self.plugins.iter().flat_map(move |(id, plugin)| {
            plugin.functions().iter().flat_map(move |function| {
                let short = format!("{}.{}", id.last_segment(), function.name);
                let bare = self.is_bare(function).then(|| function.name.to_string());
                [Some(function.qualified_name().to_string()), Some(short), bare]
                    .into_iter()
                    .flatten()
            })
        })
    }

    fn is_bare(&self, function: &Function) -> bool {
        self.used.contains(&function.plugin) || self.singles.contains(&function.qualified_name())
    }

    fn matching<'a>(
        &'a self,
        name: &[NamePart],
        case: Case,
        functions: fn(&LoadedPlugin) -> &[Arc<Function>],
    ) -> BTreeMap<Reach, Vec<&'a Arc<Function>>> {
        let mut found = BTreeMap::<Reach, Vec<_>>::new();
        let Some((last, prefix)) = name.split_last() else {
            return found;
        };
        for (id, plugin) in &self.plugins {
            for function in functions(plugin) {
                if !last.matches(function.name.as_str(), case) {
                    continue;
                }
                let reach = if prefix.is_empty() {
                    self.is_bare(function).then_some(Reach::Bare)
                } else if is_path(prefix, id.as_str(), case) {
                    Some(Reach::Full)
                } else if is_path(prefix, id.last_segment(), case) {
                    Some(Reach::Segment)
                } else {
                    None
                };
                if let Some(reach) = reach {
                    found.entry(reach).or_default().push(function);
                }
            }
        }
        found
    }
}

fn is_path(parts: &[NamePart], dotted: &str, case: Case) -> bool {
    // A single quoted part may hold the dots itself: "ai.example.geo".haversine
    if let [part] = parts
        && part.matches(dotted, case)
    {
        return true;
    }
    let segments: Vec<&str> = dotted.split('.').collect();
    parts.len() == segments.len()
        && parts.iter().zip(segments).all(|(part, segment)| part.matches(segment, case))
}

fn one_of(
    name: &[NamePart],
    found: BTreeMap<Reach, Vec<&Arc<Function>>>,
) -> Result<Option<Arc<Function>>> {
    let Some((_, best)) = found.into_iter().next() else {
        return Ok(None);
    };
    match best.as_slice() {
        [function] => Ok(Some(Arc::clone(function))),
        many => Err(Error::AmbiguousFunction {
            name: dotted(name),
            candidates: many.iter().map(|f| f.qualified_name().to_string()).collect(),
        }),
    }
}

fn dotted(name: &[NamePart]) -> String {
    let parts: Vec<&str> = name.iter().map(|part| part.text.as_str()).collect();
    parts.join(".")
}

/// Up to three of the candidates that look like `name`, the most alike first (Jaro-Winkler
/// similarity, case ignored).
pub fn nearest(name: &str, candidates: impl Iterator<Item = String>) -> Vec<String> {
    const ALIKE: f64 = 0.8;
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, String)> = candidates
        .map(|c| (strsim::jaro_winkler(&wanted, &c.to_lowercase()), c))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.truncate(3);
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}
