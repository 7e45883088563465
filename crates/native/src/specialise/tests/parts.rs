//! Parts of aggregates and windows, run without the machine's loops for states: each number that a
//! part gives is a function of rows of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array};
use arrow::datatypes::{Float64Type, Int64Type};
use arrowsmith_contract::{Signature, StateParts, StateValue};

use crate::front;
use crate::front::tests::sources;
use crate::ir::{End, Module, Slot, Type};
use crate::machine::{self, Compiled};
use crate::specialise::{StateKind, is_known_builtin, states};
use crate::state::{Layout, StateModules};
use crate::{Place, Refusal};

pub(super) fn compiled(text: &str, signature: &Signature) -> Result<StateModules, Refusal> {
    let parts: StateParts = sources::parts(text);
    let is_window = parts.sources.iter().any(|(name, _)| &**name == "step");
    let kind = if is_window { StateKind::Window } else { StateKind::Aggregate };
    states(&front::parts(&parts, &is_known_builtin)?, kind, signature)
}

/// The line, the column and the reason of what is refused.
pub(super) fn refused(text: &str, signature: &Signature) -> (u32, u32, String) {
    let refusal = compiled(text, signature).unwrap_err();
    assert_ne!(refusal.place, Place::default(), "{refusal}");
    let (line, column) = refusal.place.line_and_column(text);
    (line, column, refusal.reason)
}

/// A value that goes into a part, or comes out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
}

/// By bits.
impl From<StateCell> for Cell {
    fn from(StateCell(ty, bits): StateCell) -> Self {
        match ty {
            Type::Float => Self::Float(f64::from_bits(bits)),
            _ => Self::Int(bits.cast_signed()),
        }
    }
}

struct StateCell(Type, u64);

/// A part as code.
pub(super) struct Running {
    module: Module,
    outputs: Vec<(Type, Compiled)>,
}

impl Running {
    pub(super) fn new(module: &Module) -> Self {
        let returns = module.functions[0].returns.clone();
        let outputs = returns.iter().enumerate();
        let outputs = outputs.map(|(index, ty)| (*ty, output(module, index, *ty))).collect();
        Self { module: module.clone(), outputs }
    }

    /// What the first function returns, or why it left.
    pub(super) fn call(&self, arguments: &[Cell]) -> Result<Vec<Cell>, String> {
        let slots = slots(&self.module);
        assert_eq!(slots.len(), arguments.len());
        let columns: Vec<ArrayRef> =
            slots.iter().zip(arguments).map(|(slot, value)| column(*slot, *value)).collect();
        let value = |(ty, code): &(Type, Compiled)| {
            let answer = code.run(&columns, None, 1, &AtomicBool::new(false)).unwrap().unwrap();
            match answer.left.first() {
                Some(left) => Err(self.module.exits[left.exit as usize].reason.to_string()),
                None => Ok(cell(*ty, &answer.values)),
            }
        };
        self.outputs.iter().map(value).collect()
    }
}

fn slots(module: &Module) -> Vec<Slot> {
    let state = module.state.iter().map(|ty| Slot { ty: *ty, nullable: false });
    state.chain(module.parameters.iter().copied()).collect()
}

/// A function of rows that gives one of the numbers.
fn output(module: &Module, index: usize, ty: Type) -> Compiled {
    let mut module = Module { state: vec![], parameters: slots(module), ..module.clone() };
    module.returns = Some(Slot { ty, nullable: false });
    let entry = &mut module.functions[0];
    entry.returns = vec![ty];
    for block in &mut entry.blocks {
        if let End::Return(vars) = &mut block.end {
            *vars = vec![vars[index]];
        }
    }
    machine::compile(&module).unwrap_or_else(|error| panic!("{error}\n{module}"))
}

fn column(slot: Slot, value: Cell) -> ArrayRef {
    assert!(slot.nullable || value != Cell::Null);
    match (slot.ty, value) {
        (Type::Float, Cell::Float(value)) => Arc::new(Float64Array::from(vec![value])),
        (Type::Float, Cell::Null) => Arc::new(Float64Array::from(vec![None])),
        (Type::Int, Cell::Int(value)) => Arc::new(Int64Array::from(vec![value])),
        (Type::Int, Cell::Null) => Arc::new(Int64Array::from(vec![None])),
        (Type::Bool, Cell::Bool(value)) => Arc::new(BooleanArray::from(vec![value])),
        (Type::Bool, Cell::Null) => Arc::new(BooleanArray::from(vec![None])),
        wrong => panic!("{wrong:?}"),
    }
}

fn cell(ty: Type, values: &dyn Array) -> Cell {
    match ty {
        Type::Float => Cell::Float(values.as_primitive::<Float64Type>().value(0)),
        Type::Int => Cell::Int(values.as_primitive::<Int64Type>().value(0)),
        _ => Cell::Bool(values.as_boolean().value(0)),
    }
}

/// An aggregate or a window at work.
pub(super) struct Runner {
    layout: Layout,
    init: Running,
    step: Running,
    retract: Option<Running>,
    merge: Option<Running>,
    finalize: Option<Running>,
}

/// Tag and columns.
pub(super) type State = Vec<Cell>;

impl Runner {
    pub(super) fn new(text: &str, signature: &Signature) -> Self {
        let modules = compiled(text, signature).unwrap();
        let all = [Some(&modules.init), Some(&modules.step), modules.retract.as_ref()];
        for module in all.into_iter().flatten().chain(&modules.merge).chain(&modules.finalize) {
            crate::ir::verify(module).unwrap_or_else(|fault| panic!("{fault}\n{module}"));
        }
        let running = |module: &Option<Module>| module.as_ref().map(Running::new);
        Self {
            init: Running::new(&modules.init),
            step: Running::new(&modules.step),
            retract: running(&modules.retract),
            merge: running(&modules.merge),
            finalize: running(&modules.finalize),
            layout: modules.layout,
        }
    }

    /// What init makes of any state.
    pub(super) fn init(&self) -> State {
        let any =
            |ty: &Type| if *ty == Type::Float { Cell::Float(f64::NAN) } else { Cell::Int(77) };
        self.init.call(&self.layout.types().iter().map(any).collect::<Vec<_>>()).unwrap()
    }

    /// The next state, and the value of a window's row.
    pub(super) fn step(
        &self,
        state: &State,
        row: &[Cell],
    ) -> Result<(State, Option<Cell>), String> {
        let mut all = self.step.call(&[state, row].concat())?;
        let rest = all.split_off(self.layout.types().len());
        let value = match rest[..] {
            [] => None,
            [Cell::Bool(false), _] if self.step.module.returns.unwrap().nullable => {
                Some(Cell::Null)
            }
            _ => rest.last().copied(),
        };
        Ok((all, value))
    }

    pub(super) fn retract(&self, state: &State, row: &[Cell]) -> Result<State, String> {
        self.retract.as_ref().unwrap().call(&[state, row].concat())
    }

    pub(super) fn merge(&self, state: &State, other: &State) -> Result<State, String> {
        self.merge.as_ref().unwrap().call(&[state.as_slice(), other].concat())
    }

    pub(super) fn finalize(&self, state: &State) -> Result<Cell, String> {
        let finalize = self.finalize.as_ref().unwrap();
        let answer = finalize.call(state)?;
        Ok(match answer[..] {
            [Cell::Bool(false), _] if finalize.module.returns.unwrap().nullable => Cell::Null,
            [.., value] => value,
            [] => panic!("no answer"),
        })
    }

    /// The state of rows, all of which stay.
    pub(super) fn state(&self, rows: &[&[Cell]]) -> State {
        rows.iter().fold(self.init(), |state, row| self.step(&state, row).unwrap().0)
    }

    pub(super) fn value(&self, state: &State) -> StateValue {
        let Cell::Int(tag) = state[0] else { panic!("{state:?}") };
        let bits = |column: usize| match state[column + 1] {
            Cell::Int(value) => value.cast_unsigned(),
            Cell::Float(value) => value.to_bits(),
            other => panic!("{other:?}"),
        };
        self.layout.value(tag as usize, bits).unwrap()
    }

    pub(super) fn back(&self, value: &StateValue) -> Option<State> {
        let (tag, bits) = self.layout.bits(value)?;
        let columns = self.layout.columns().iter().zip(bits);
        let columns = columns.map(|(ty, bits)| Cell::from(StateCell(*ty, bits)));
        Some(std::iter::once(Cell::Int(tag as i64)).chain(columns).collect())
    }
}
