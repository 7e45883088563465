//! The function as an aggregate that is interpreted.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Float64Array};
use arrow::datatypes::DataType;
use arrowsmith_contract::{
    AggregateKernel, Aggregation, CallContext, GroupedAccumulator, HandOver, Result, StateExchange,
    StateValue, Tier,
};

use super::{Live, Log, State, arguments, modules, signature, source};
use crate::kernel::{Coded, NativeAggregate, StateCodes, Stateful};
use crate::machine::compile;

#[derive(Debug, Clone, Default)]
pub(crate) struct Interpreted {
    pub(crate) log: Arc<Log>,
    pub(crate) has_no_exchange: bool,
}

impl AggregateKernel for Interpreted {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn state_type(&self) -> DataType {
        DataType::Binary
    }

    fn begin(&self, _: &CallContext) -> Result<Arc<dyn Aggregation>> {
        Ok(Arc::new(self.clone()))
    }
}

impl Aggregation for Interpreted {
    fn accumulator(&self) -> Result<Box<dyn GroupedAccumulator>> {
        let (log, has_exchange) = (Arc::clone(&self.log), !self.has_no_exchange);
        Ok(Box::new(Accumulator { log, has_exchange, states: Vec::new() }))
    }
}

struct Accumulator {
    log: Arc<Log>,
    has_exchange: bool,
    /// None of a group that nothing has happened to.
    states: Vec<Option<State>>,
}

impl Accumulator {
    fn grow(&mut self, groups: usize) {
        if groups > self.states.len() {
            self.states.resize(groups, None);
        }
    }

    fn each(
        &mut self,
        group_ids: &[usize],
        columns: &[ArrayRef],
        step: impl Fn(State, i64) -> State,
    ) {
        for (group, x) in group_ids.iter().zip(arguments(columns, group_ids.len())) {
            let Some(x) = x else { continue };
            let state = self.states[*group].unwrap_or(State::INITIAL);
            self.states[*group] = Some(step(state, x));
        }
    }
}

fn write(state: Option<State>) -> Vec<u8> {
    match state {
        None => vec![],
        Some(State::Int(sum)) => [&b"i"[..], &sum.to_le_bytes()].concat(),
        Some(State::Float(sum)) => [&b"f"[..], &sum.to_le_bytes()].concat(),
    }
}

fn read(bytes: &[u8]) -> Option<State> {
    match bytes.split_first()? {
        (b'i', sum) => Some(State::Int(i128::from_le_bytes(sum.try_into().unwrap()))),
        (_, sum) => Some(State::Float(f64::from_le_bytes(sum.try_into().unwrap()))),
    }
}

impl GroupedAccumulator for Accumulator {
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.log.add("update", group_ids.len(), context);
        self.grow(groups);
        self.each(group_ids, columns, State::add);
        Ok(())
    }

    fn can_retract(&self) -> bool {
        true
    }

    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.log.add("retract", group_ids.len(), context);
        self.grow(groups);
        self.each(group_ids, columns, State::subtract);
        Ok(())
    }

    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()> {
        self.log.add("merge", group_ids.len(), context);
        self.grow(groups);
        let states = states.as_binary::<i32>();
        assert_eq!((states.len(), states.null_count()), (group_ids.len(), 0));
        for (group, other) in group_ids.iter().zip(states.iter().flatten()) {
            let Some(other) = read(other) else { continue };
            let own = self.states[*group];
            self.states[*group] = Some(own.map_or(other, |own| own.merge(other)));
        }
        Ok(())
    }

    fn take_states(&mut self, count: usize, _: HandOver, _: &CallContext) -> Result<ArrayRef> {
        self.grow(count);
        let states: Vec<Vec<u8>> = self.states.drain(..count).map(write).collect();
        Ok(Arc::new(BinaryArray::from_iter_values(states)))
    }

    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        self.log.add("results", groups, context);
        self.grow(groups);
        let states = self.states[..groups].iter_mut();
        let states = states.map(|state| *state.get_or_insert(State::INITIAL));
        Ok(Arc::new(Float64Array::from_iter_values(states.map(State::answer))))
    }

    fn release(&mut self, count: usize, _: &CallContext) {
        self.grow(count);
        self.states.drain(..count);
    }

    fn size(&self) -> usize {
        self.states.len() * 100
    }

    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        if self.has_exchange { Some(self) } else { None }
    }
}

impl StateExchange for Accumulator {
    fn put_states(
        &mut self,
        groups: &[usize],
        states: &[StateValue],
        _: &CallContext,
    ) -> Result<()> {
        assert_eq!(groups.len(), states.len());
        self.grow(groups.iter().max().map_or(0, |last| last + 1));
        for (group, state) in groups.iter().zip(states) {
            self.states[*group] = Some(State::from_value(state));
        }
        Ok(())
    }

    fn states(&mut self, groups: &[usize], _: &CallContext) -> Result<Vec<Option<StateValue>>> {
        self.grow(groups.iter().max().map_or(0, |last| last + 1));
        let state = |group: &usize| self.states[*group].get_or_insert(State::INITIAL).value();
        Ok(groups.iter().map(state).collect())
    }
}

/// The compiled kernel with its interpreter.
pub(crate) struct Rig {
    pub(crate) kernel: NativeAggregate,
    pub(crate) log: Arc<Log>,
    pub(crate) live: Arc<Live>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(Interpreted::default(), |_| {}).unwrap()
    }

    pub(crate) fn with(
        interpreted: Interpreted,
        change: impl FnOnce(&mut StateCodes),
    ) -> Result<Self, String> {
        let (log, live) = (Arc::clone(&interpreted.log), Arc::new(Live::default()));
        thread_local! {
            static CODES: StateCodes = codes(modules::aggregate());
        }
        let mut codes = CODES.with(StateCodes::clone);
        change(&mut codes);
        let parts = Stateful {
            codes,
            signature: signature(DataType::Float64),
            fallback: Arc::new(interpreted) as Arc<dyn AggregateKernel>,
            live: Arc::<Live>::clone(&live),
        };
        Ok(Self { kernel: NativeAggregate::new(parts)?, log, live })
    }

    pub(crate) fn accumulator(&self) -> Box<dyn GroupedAccumulator> {
        self.kernel.begin(&CallContext::default()).unwrap().accumulator().unwrap()
    }
}

pub(crate) fn codes(modules: crate::state::StateModules) -> StateCodes {
    let coded = |module: crate::ir::Module| Coded {
        code: Arc::new(compile(&module).unwrap()),
        module: Arc::new(module),
        source: source(),
    };
    StateCodes {
        layout: modules.layout,
        init: coded(modules.init),
        step: coded(modules.step),
        retract: modules.retract.map(coded),
        merge: modules.merge.map(coded),
        finalize: modules.finalize.map(coded),
    }
}
