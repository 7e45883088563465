//! Stages that follow each other as one kernel.

use std::sync::Arc;

use arrow::datatypes::DataType;
use arrowsmith_contract::{CallPolicy, Mode, OnError, Result, Signature, TextKernel, Type};

use super::Declared;
use crate::kernel::{Callee, Life, PythonText, Stage};

pub(super) fn kernels(stages: Vec<Declared>, life: &Life) -> Result<Vec<Arc<dyn TextKernel>>> {
    let mut groups: Vec<Vec<Declared>> = Vec::new();
    for stage in stages {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| are_fused(last, &stage)) => {
                group.push(stage);
            }
            _ => groups.push(vec![stage]),
        }
    }
    groups.into_iter().map(|group| kernel(group, life)).collect()
}

/// All that one crossing calls has one time limit.
fn are_fused(left: &Declared, right: &Declared) -> bool {
    let is_vectorized = left.is_vectorized || right.is_vectorized;
    !is_vectorized && left.unit == right.unit && left.timeout == right.timeout
}

fn kernel(group: Vec<Declared>, life: &Life) -> Result<Arc<dyn TextKernel>> {
    let is_vectorized = group.iter().any(|declared| declared.is_vectorized);
    let timeout = group.iter().find_map(|declared| declared.timeout);
    let unit = group.first().map(|declared| declared.unit.clone()).unwrap_or_default();
    let stages: Vec<Stage> = group.into_iter().map(|declared| declared.stage).collect();
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_ref()).collect();
    let noun = if names.len() == 1 { "stage" } else { "stages" };
    let callee = Callee {
        function: format!("{noun} {}", names.join(", ")).into(),
        version: Arc::from(""),
        signature: Signature::new(Vec::new(), 0, false, Type::from(DataType::Utf8))?,
        mode: if is_vectorized { Mode::VectorizedArrow } else { Mode::Row },
        // A unit whose time is over may be left out, so its call is given time to end.
        policy: CallPolicy { on_error: OnError::Null, timeout, thread_safe: true },
        life: life.clone(),
    };
    Ok(Arc::new(PythonText::new(callee, stages, unit)))
}
