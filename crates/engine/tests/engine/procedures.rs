//! Procedures in FROM: arguments of each kind, streaming, stopping, and what is refused.

mod constants;
mod lateral;
mod plugin;
mod refusals;
mod tables;
