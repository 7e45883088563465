//! Which locals somebody may still read, at each point of a graph.

use std::collections::HashSet;

use super::{BlockId, Code, End, Local, Op, Operand};

/// Live locals in front of each step of each block; behind the last step, in front of the end.
#[derive(Debug)]
pub(crate) struct Liveness {
    points: Vec<Vec<HashSet<Local>>>,
}

impl Liveness {
    /// Solves the usual backward equations: an exception may come from any step, with the locals as
    /// they were in front of it.
    pub(crate) fn of(code: &Code) -> Self {
        let mut points: Vec<Vec<HashSet<Local>>> =
            code.blocks.iter().map(|block| vec![HashSet::new(); block.steps.len() + 1]).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for index in (0..code.blocks.len()).rev() {
                let new = block_points(code, index, &points);
                changed |= new[0] != points[index][0];
                points[index] = new;
            }
        }
        Self { points }
    }

    pub(crate) fn is_live(&self, block: BlockId, step: usize, local: Local) -> bool {
        self.points[block.0 as usize][step].contains(&local)
    }
}

fn block_points(code: &Code, index: usize, points: &[Vec<HashSet<Local>>]) -> Vec<HashSet<Local>> {
    let block = &code.blocks[index];
    let at_start = |id: BlockId| &points[id.0 as usize][0];
    let landing: HashSet<Local> = block.on_exception.map_or_else(HashSet::new, |landing| {
        at_start(landing.block)
            .iter()
            .copied()
            .filter(|local| *local != landing.exception)
            .collect()
    });
    let mut live: HashSet<Local> = match &block.end {
        // Only on the way to the body is the local set.
        End::Next { to, body, done, .. } => {
            let in_body = at_start(*body).iter().filter(|local| *local != to);
            in_body.chain(at_start(*done)).copied().collect()
        }
        end => end.targets().into_iter().flat_map(at_start).copied().collect(),
    };
    live.extend(read_by_end(&block.end));
    if let (End::Return(_), Some(fields)) = (&block.end, &code.leaves_behind) {
        live.extend(fields.iter().map(|(_, field)| *field));
    }
    live.extend(&landing);
    let mut new = vec![HashSet::new(); block.steps.len() + 1];
    new[block.steps.len()].clone_from(&live);
    for (at, step) in block.steps.iter().enumerate().rev() {
        for local in step.op.sets() {
            live.remove(&local);
        }
        live.extend(step.op.reads());
        live.extend(&landing);
        new[at].clone_from(&live);
    }
    new
}

fn read_by_end(end: &End) -> Vec<Local> {
    match end {
        End::Branch { test: Operand::Local(local), .. } | End::Return(Operand::Local(local)) => {
            vec![*local]
        }
        End::Next { iterator, .. } => vec![*iterator],
        End::Reraise(exception) | End::Caught { exception, .. } => vec![*exception],
        _ => vec![],
    }
}

impl Op {
    /// The locals that it sets, or unsets.
    pub(crate) fn sets(&self) -> Vec<Local> {
        match self {
            Self::Set { to, .. }
            | Self::Unary { to, .. }
            | Self::Binary { to, .. }
            | Self::Compare { to, .. }
            | Self::Call { to, .. }
            | Self::CallFunction { to, .. }
            | Self::Tuple { to, .. }
            | Self::Item { to, .. }
            | Self::Attribute { to, .. }
            | Self::Field { to, .. }
            | Self::NewList { to }
            | Self::Iterate { to, .. } => vec![*to],
            Self::Unpack { to, .. } => to.clone(),
            Self::Unset { local, .. } => vec![*local],
            Self::SetAttribute { .. } | Self::Append { .. } => vec![],
        }
    }

    /// The operands, in order.
    pub(crate) fn operands(&self) -> Vec<Operand> {
        match self {
            Self::Set { value, .. }
            | Self::Unary { value, .. }
            | Self::Unpack { value, .. }
            | Self::Iterate { value, .. } => vec![*value],
            Self::Binary { left, right, .. } | Self::Compare { left, right, .. } => {
                vec![*left, *right]
            }
            Self::Call { arguments, .. } | Self::CallFunction { arguments, .. } => {
                arguments.clone()
            }
            Self::Tuple { items, .. } => items.clone(),
            Self::Item { value, index, .. } => vec![*value, *index],
            Self::Attribute { object, .. } => vec![*object],
            Self::Field { field, .. } => vec![Operand::Local(*field)],
            Self::SetAttribute { object, value, .. } => vec![*object, *value],
            Self::Append { list, value } => vec![*list, *value],
            Self::NewList { .. } | Self::Unset { .. } => vec![],
        }
    }

    /// The locals that it reads. `del` reads whether there is a value.
    pub(crate) fn reads(&self) -> Vec<Local> {
        if let Self::Unset { local, is_del: true } = self {
            return vec![*local];
        }
        self.operands()
            .into_iter()
            .filter_map(|operand| match operand {
                Operand::Local(local) => Some(local),
                Operand::Constant(_) => None,
            })
            .collect()
    }
}
