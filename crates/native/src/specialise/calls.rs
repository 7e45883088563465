//! Calls of the program's functions.

use super::value::Value;
use super::walk::{Stop, Walk};
use crate::ir::{Op, Var};

impl Walk<'_, '_> {
    pub(super) fn call(&mut self, function: usize, arguments: &[Value]) -> Result<Value, Stop> {
        self.check_no_lists(arguments)?;
        let arguments: Vec<Value> = arguments.iter().map(|value| self.widen(value)).collect();
        let shapes: Vec<_> = arguments.iter().map(|value| value.shape.clone()).collect();
        let instance = self.unit.instance(function, &shapes).map_err(Stop::Refused)?;
        let Some(returns) = instance.returns else {
            return self.leave("a call of which nothing is known yet");
        };
        let to: Vec<Var> = returns.types().into_iter().map(|ty| self.emit.fresh(ty)).collect();
        let too_deep = self.exit("a recursion that is too deep");
        let arguments = arguments.into_iter().flat_map(|value| value.vars).collect();
        let function = instance.id;
        self.emit.push(Op::Call { to: to.clone(), function, arguments, too_deep });
        Ok(Value::of(returns, to))
    }
}
