//! From a function's text to its graph.
