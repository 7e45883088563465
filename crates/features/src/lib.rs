//! Empty on purpose: the manifest beside it pins features of dependencies, see there.
