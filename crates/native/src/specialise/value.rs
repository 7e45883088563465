//! A value while the code that computes it is being written.

use super::shape::Shape;
use crate::code::Constant;
use crate::ir::Var;

#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) shape: Shape,
    /// As many as the shape has types.
    pub(super) vars: Vec<Var>,
    /// Set for a number that stands in the text.
    pub(super) constant: Option<Constant>,
}

impl Value {
    pub(super) fn none() -> Self {
        Self::known(Shape::None)
    }

    pub(super) fn truth(value: bool) -> Self {
        Self::known(if value { Shape::True } else { Shape::False })
    }

    pub(super) fn bool(var: Var) -> Self {
        Self::of(Shape::Bool, vec![var])
    }

    pub(super) fn int(var: Var) -> Self {
        Self::of(Shape::Int, vec![var])
    }

    pub(super) fn float(var: Var) -> Self {
        Self::of(Shape::Float, vec![var])
    }

    pub(super) fn tuple(items: &[Self]) -> Self {
        let shapes = items.iter().map(|item| item.shape.clone()).collect();
        let vars = items.iter().flat_map(|item| item.vars.iter().copied()).collect();
        Self::of(Shape::Tuple(shapes), vars)
    }

    pub(super) fn of(shape: Shape, vars: Vec<Var>) -> Self {
        Self { shape, vars, constant: None }
    }

    fn known(shape: Shape) -> Self {
        Self::of(shape, Vec::new())
    }

    /// The items of a tuple.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        let Shape::Tuple(shapes) = &self.shape else { return None };
        Some(split(shapes, &self.vars))
    }
}

/// Values of these shapes, which share out the variables.
pub(super) fn split(shapes: &[Shape], vars: &[Var]) -> Vec<Value> {
    let mut rest = vars;
    let mut values = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let (own, behind) = rest.split_at(shape.types().len());
        values.push(Value::of(shape.clone(), own.to_vec()));
        rest = behind;
    }
    values
}
