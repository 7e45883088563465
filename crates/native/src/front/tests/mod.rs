//! The front against the interpreter.
