//! The function as a window that is interpreted. A sum that does not fit eight bits is NULL, and the
//! state stays what it was.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int8Array};
use arrow::datatypes::DataType;
use arrowsmith_contract::{
    CallContext, Result, StateExchange, StateValue, Tier, WindowEvaluator, WindowKernel,
};

use super::aggregate::codes;
use super::{Live, Log, State, arguments, modules, signature};
use crate::Place;
use crate::kernel::{NativeWindow, StateCodes, Stateful, guarded};

#[derive(Debug, Clone, Default)]
pub(crate) struct Interpreted {
    log: Arc<Log>,
}

impl WindowKernel for Interpreted {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn needs_whole_partitions(&self) -> bool {
        false
    }

    fn evaluator(&self, _: &CallContext) -> Result<Box<dyn WindowEvaluator>> {
        Ok(Box::new(Evaluator { log: Arc::clone(&self.log), state: None }))
    }
}

struct Evaluator {
    log: Arc<Log>,
    state: Option<State>,
}

impl Evaluator {
    fn step(&mut self, x: i64) -> Option<i8> {
        let next = self.state.unwrap_or(State::INITIAL).add(x);
        let value = match next {
            State::Int(sum) if sum % 5 == 0 => None,
            State::Int(sum) => Some(i8::try_from(sum).ok()?),
            State::Float(_) => Some(1),
        };
        self.state = Some(next);
        value
    }
}

impl WindowEvaluator for Evaluator {
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        self.log.add("evaluate", rows, context);
        let values = arguments(columns, rows).into_iter().enumerate().map(|(row, x)| {
            if partition_starts.contains(&row) {
                self.state = None;
            }
            self.step(x?)
        });
        Ok(Arc::new(values.collect::<Int8Array>()))
    }

    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        Some(self)
    }
}

impl StateExchange for Evaluator {
    fn put_states(
        &mut self,
        groups: &[usize],
        states: &[StateValue],
        _: &CallContext,
    ) -> Result<()> {
        assert_eq!((groups, states.len()), (&[0][..], 1));
        self.state = Some(State::from_value(&states[0]));
        Ok(())
    }

    fn states(&mut self, groups: &[usize], _: &CallContext) -> Result<Vec<Option<StateValue>>> {
        assert_eq!(groups, [0]);
        Ok(vec![self.state.get_or_insert(State::INITIAL).value()])
    }
}

pub(crate) struct Rig {
    pub(crate) kernel: NativeWindow,
    pub(crate) log: Arc<Log>,
    pub(crate) live: Arc<Live>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let (log, live) = (Arc::new(Log::default()), Arc::new(Live::default()));
        thread_local! {
            static CODES: StateCodes = {
                let mut modules = modules::window();
                modules.step = guarded(modules.step, &DataType::Int8, Place::default());
                codes(modules)
            };
        }
        let parts = Stateful {
            codes: CODES.with(StateCodes::clone),
            signature: signature(DataType::Int8),
            fallback: Arc::new(Interpreted { log: Arc::clone(&log) }) as Arc<dyn WindowKernel>,
            live: Arc::<Live>::clone(&live),
        };
        Self { kernel: NativeWindow::new(parts).unwrap(), log, live }
    }

    pub(crate) fn evaluator(&self) -> Box<dyn WindowEvaluator> {
        self.kernel.evaluator(&CallContext::default()).unwrap()
    }
}
