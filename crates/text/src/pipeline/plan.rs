//! Which stages share their units, and where text may be cut between them.

use std::ops::Range;
use std::sync::Arc;

use crate::units::Cut;
use crate::{Stage, Unit};

/// The stages of a pipeline, in groups that work on the same units.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(super) stages: Vec<Arc<dyn Stage>>,
    pub(super) names: Vec<Arc<str>>,
    pub(super) groups: Vec<Group>,
    pub(super) cut: Cut,
    /// Whether a stage has to see the units of a file in their order.
    pub(super) is_ordered: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) unit: Unit,
    pub(super) stages: Range<usize>,
}

impl Plan {
    pub(super) fn new(stages: Vec<Arc<dyn Stage>>) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (index, stage) in stages.iter().enumerate() {
            let unit = stage.unit();
            match groups.last_mut() {
                Some(group) if group.unit == unit => group.stages.end = index + 1,
                _ => groups.push(Group { unit, stages: index..index + 1 }),
            }
        }
        let names = stages.iter().map(|stage| stage.name().into()).collect();
        let is_ordered = stages.iter().any(Stage::is_stateful);
        Self { cut: cut(&groups), stages, names, groups, is_ordered }
    }
}

/// A stage may make other borders of coarser units than the input has: lines that become blank, or
/// that are no longer. So text is cut only if units get finer from group to group.
fn cut(groups: &[Group]) -> Cut {
    let Some(first) = groups.first() else { return Cut::Anywhere };
    let gets_finer = groups.windows(2).all(|pair| pair[0].unit.holds(&pair[1].unit));
    if gets_finer { Cut::between(&first.unit) } else { Cut::Nowhere }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Trim, Whitespace};

    fn plan(units: &[Unit]) -> Plan {
        let stage = |unit: &Unit| Arc::new(Trim::new(Whitespace::Unicode, unit.clone())) as _;
        Plan::new(units.iter().map(stage).collect())
    }

    #[test]
    fn stages_of_the_same_unit_share_it() {
        let record = |pattern| Unit::record(pattern).unwrap();
        let plan = plan(&[Unit::Line, Unit::Line, record("a"), record("a"), record("b")]);
        let stages: Vec<_> = plan.groups.iter().map(|group| group.stages.clone()).collect();
        assert_eq!(stages, [0..2, 2..4, 4..5]);
    }

    #[test]
    fn text_is_cut_only_where_no_stage_can_change_the_answer() {
        assert_eq!(plan(&[]).cut, Cut::Anywhere);
        assert_eq!(plan(&[Unit::Line, Unit::Line]).cut, Cut::Lines);
        assert_eq!(plan(&[Unit::Paragraph, Unit::Line]).cut, Cut::Paragraphs);
        assert_eq!(plan(&[Unit::Line, Unit::Paragraph]).cut, Cut::Nowhere);
        assert_eq!(plan(&[Unit::Line, Unit::Whole]).cut, Cut::Nowhere);
        assert_eq!(plan(&[Unit::record("a").unwrap(), Unit::Line]).cut, Cut::Nowhere);
    }
}
