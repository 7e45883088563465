//! What holds for each graph, for tests.

use super::{BlockId, Code, Op, Program};

impl Program {
    /// What is wrong with it.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        for code in &self.functions {
            let said = code.mistakes(&self.functions).into_iter();
            mistakes.extend(said.map(|mistake| format!("{}: {mistake}", code.name)));
        }
        mistakes
    }
}

impl Code {
    fn mistakes(&self, functions: &[Self]) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.parameters > self.locals.len() || self.blocks.is_empty() {
            mistakes.push("not enough locals or blocks".to_owned());
        }
        for (index, block) in self.blocks.iter().enumerate() {
            let targets = block.successors();
            if targets.iter().any(|to| *to == BlockId(0) || to.0 as usize >= self.blocks.len()) {
                mistakes.push(format!("block {index} goes to {targets:?}"));
            }
            let mut locals: Vec<_> = block.on_exception.iter().map(|it| it.exception).collect();
            for step in &block.steps {
                step.op.clone().for_each_local(&mut |local| locals.push(*local));
                if let Op::CallFunction { function, arguments, .. } = &step.op
                    && functions.get(*function).map(|it| it.parameters) != Some(arguments.len())
                {
                    mistakes.push(format!("block {index} calls {function} wrongly"));
                }
            }
            block.end.clone().for_each_local(&mut |local| locals.push(*local));
            if locals.iter().any(|local| local.0 as usize >= self.locals.len()) {
                mistakes.push(format!("block {index} uses {locals:?}"));
            }
        }
        mistakes
    }
}
