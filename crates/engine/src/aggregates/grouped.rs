//! The states of many groups, as DataFusion's GROUP BY keeps them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array};
use arrow::compute::{prep_null_mask_filter, take_arrays};
use arrow::datatypes::FieldRef;
use arrowsmith_contract::{GroupedAccumulator, HandOver};
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::usage::Usage;
use crate::error::through_datafusion;

/// One call of the kernel a batch, however many groups there are.
pub(crate) struct Grouped {
    usage: Arc<Usage>,
    fields: Arc<[FieldRef]>,
    inner: Box<dyn GroupedAccumulator>,
    groups: usize,
    /// One that merges states is the last of its aggregation: its own leave only to be written.
    merged: bool,
}

impl Grouped {
    pub(crate) fn new(usage: &Arc<Usage>, fields: &[FieldRef]) -> Result<Self> {
        Ok(Self {
            inner: usage.accumulator(fields).map_err(through_datafusion)?,
            usage: Arc::clone(usage),
            fields: fields.into(),
            groups: 0,
            merged: false,
        })
    }

    /// `DataFusion` takes states for handing them over as it takes them for spilling, and doesn't say
    /// which. What reads rows hands over, unless nobody is there to take it.
    fn hand_over(&self) -> HandOver {
        if self.merged || self.usage.is_one_step() { HandOver::Written } else { HandOver::InMemory }
    }

    fn count(&self, emit_to: EmitTo) -> usize {
        match emit_to {
            EmitTo::All => self.groups,
            EmitTo::First(count) => count,
        }
    }

    fn left(&mut self, count: usize) {
        self.groups = self.groups.saturating_sub(count);
    }
}

impl GroupsAccumulator for Grouped {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups = total_num_groups;
        let context = self.usage.context();
        let Some(mask) = opt_filter else {
            return self
                .inner
                .update(group_indices, total_num_groups, values, context)
                .map_err(through_datafusion);
        };
        let rows = Chosen::by(mask, values, group_indices)?;
        let context = self.usage.call().context_for(context.rows.choose(&rows.places));
        self.inner
            .update(&rows.groups, total_num_groups, &rows.columns, &context)
            .map_err(through_datafusion)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (count, context) = (self.count(emit_to), self.usage.context());
        let answers = self.inner.results(count, context).map_err(through_datafusion)?;
        self.inner.release(count, context);
        self.left(count);
        Ok(answers)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (count, context) = (self.count(emit_to), self.usage.context());
        let states =
            self.inner.take_states(count, self.hand_over(), context).map_err(through_datafusion)?;
        self.left(count);
        Ok(vec![states])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups = total_num_groups;
        self.merged = true;
        self.inner
            .merge(group_indices, total_num_groups, &values[0], self.usage.context())
            .map_err(through_datafusion)
    }

    /// Each row is a group of its own. `results::prepare` sees to it that DataFusion doesn't ask while
    /// states are dear.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = Self::new(&self.usage, &self.fields)?;
        let groups: Vec<usize> = (0..rows).collect();
        each.update_batch(values, &groups, opt_filter, rows)?;
        let states = each.inner.take_states(rows, HandOver::InMemory, each.usage.context());
        Ok(vec![states.map_err(through_datafusion)?])
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.inner.size()
    }
}

/// The rows of a batch for which a filter holds.
struct Chosen {
    places: Vec<u32>,
    groups: Vec<usize>,
    columns: Vec<ArrayRef>,
}

impl Chosen {
    fn by(mask: &BooleanArray, columns: &[ArrayRef], groups: &[usize]) -> Result<Self> {
        let mask = if mask.null_count() > 0 { prep_null_mask_filter(mask) } else { mask.clone() };
        let places: Vec<u32> = mask.values().set_indices_u32().collect();
        Ok(Self {
            groups: places.iter().map(|place| groups[*place as usize]).collect(),
            columns: take_arrays(columns, &UInt32Array::from(places.clone()), None)?,
            places,
        })
    }
}
