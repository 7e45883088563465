//! Plugin procedures: rows, usable in FROM.
//!
//! A call in FROM becomes a node of ours while the statement is planned: a [`FlatMap`], which calls
//! the procedure for each row of its input (one row without columns, where the arguments are
//! constant), or a [`TableCall`], which gives it a table. `guards` binds the node to a run, and
//! takes the plugin calls out of its arguments.

mod bind;
mod flat_map;
mod flat_map_exec;
mod form;
mod order_keys;
mod pipe;
mod planner;
mod relation;
mod running;
mod settle;
mod spread;
mod table_call;
mod table_call_exec;
mod table_input;
mod tokens;
mod wanted;

pub(crate) use bind::{bind, is_call};
pub(crate) use flat_map_exec::FlatMapExec;
pub(crate) use form::{called_name, refuse_in_expression, refuse_in_from, rewrite};
pub(crate) use planner::ProceduresPlanner;
pub(crate) use relation::ProcedureRelations;
pub(crate) use settle::{arguments_of, settle};
pub(crate) use table_call_exec::TableCallExec;
pub(crate) use tokens::wrap_tables;
