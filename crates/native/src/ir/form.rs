//! The typed form as JSON, for places without Python.

use serde::{Deserialize, Serialize};

use super::{Fault, Module, verify};

/// Goes up with each change that makes older texts mean something else, or unreadable.
pub const VERSION: u32 = 2;

/// Why a text is no module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    #[error("the compiled form can't be read: {0}")]
    Json(#[from] serde_json::Error),

    #[error("the compiled form has version {0}, and this Arrowsmith reads version {VERSION}")]
    Version(u32),

    #[error("the compiled form is broken: {0}")]
    Fault(#[from] Fault),
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    module: &'a Module,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct Read {
    module: Module,
}

impl Module {
    /// # Errors
    /// None that is known of.
    pub fn to_json(&self) -> Result<String, FormError> {
        Ok(serde_json::to_string(&Written { version: VERSION, module: self })?)
    }

    /// Reads and verifies a module.
    ///
    /// # Errors
    /// A text of another version, one that is no module, or a broken one.
    pub fn from_json(text: &str) -> Result<Self, FormError> {
        let Version { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(FormError::Version(version));
        }
        let Read { module } = serde_json::from_str(text)?;
        verify(&module)?;
        Ok(module)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ir::draft::{Draft, EXIT, FLOAT, INT, nullable};
    use crate::ir::{
        BinaryOp, CheckedOp, Comparison, Constant, End, HostFunction, Op, Var, sample,
    };
    use crate::ir::{Type, UnaryOp};

    const CHECKED: [CheckedOp; 4] =
        [CheckedOp::Add, CheckedOp::FloorDivide, CheckedOp::ShiftLeft, CheckedOp::Modulo];

    /// One more operation over the values so far: ints at even places, floats at odd ones.
    fn grow(draft: &mut Draft, values: &mut Vec<Var>, (kind, left, right, bits): Step) {
        let pick =
            |place: usize, is_float: usize| values[place % (values.len() / 2) * 2 + is_float];
        let (a, b) = (pick(left, 0), pick(right, 0));
        let (x, y) = (pick(left, 1), pick(right, 1));
        let int = match kind % 3 {
            0 => draft.int(bits as i64),
            1 => draft.binary(BinaryOp::XorInt, a, b),
            _ => {
                let (to, op) = (draft.var(Type::Int), CHECKED[left % CHECKED.len()]);
                draft.op(Op::Checked { to, op, left: a, right: b, exit: EXIT });
                to
            }
        };
        let float = match kind / 3 % 5 {
            0 => draft.constant(Constant::Float(bits)),
            1 => draft.binary(BinaryOp::DivideFloat, x, y),
            2 => draft.host(HostFunction::ALL[left % 5], &[x])[0],
            3 => draft.unary(UnaryOp::IntToFloat, a),
            _ => {
                let test = draft.binary(BinaryOp::CompareFloat(Comparison::LessEqual), x, y);
                let to = draft.var(Type::Float);
                draft.op(Op::Select { to, test, yes: x, no: y });
                to
            }
        };
        values.extend([int, float]);
    }

    type Step = (usize, usize, usize, u64);

    fn module(steps: Vec<Step>) -> Module {
        let (int, float) = (Type::Int, Type::Float);
        let mut draft = Draft::new("any", &[Type::Bool, int, float], &[float]);
        let mut values = vec![draft.parameter(1), draft.parameter(2)];
        for step in steps {
            grow(&mut draft, &mut values, step);
        }
        draft.end(End::Return(vec![values[values.len() - 1]]));
        draft.module(&[nullable(INT), FLOAT], FLOAT)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            steps in prop::collection::vec((0..60_usize, 0..99_usize, 0..99_usize, any::<u64>()), 0..40)
        ) {
            let module = module(steps);
            let text = module.to_json().unwrap();
            let read = Module::from_json(&text).unwrap();
            prop_assert_eq!(read.to_string(), module.to_string());
            prop_assert_eq!(read, module);
        }
    }

    #[test]
    fn another_version_is_refused_whatever_else_it_holds() {
        let text = sample::count_down().to_json().unwrap();
        let newer = text.replacen("\"version\":2", "\"version\":3", 1);
        assert!(matches!(Module::from_json(&newer), Err(FormError::Version(3))));
        let other = r#"{"version": 7, "module": []}"#;
        assert!(matches!(Module::from_json(other), Err(FormError::Version(7))));
    }

    #[test]
    fn what_is_read_is_verified() {
        let text = sample::count_down().to_json().unwrap();
        let broken = text.replacen("{\"Jump\":1}", "{\"Jump\":0}", 1);
        assert_ne!(text, broken);
        assert!(matches!(Module::from_json(&broken), Err(FormError::Fault(_))));
        assert!(matches!(Module::from_json(&text[1..]), Err(FormError::Json(_))));
    }

    #[test]
    fn a_module_that_was_read_runs() {
        let module = Module::from_json(&sample::count_down().to_json().unwrap()).unwrap();
        assert!(crate::machine::compile(&module).is_ok());
    }
}
