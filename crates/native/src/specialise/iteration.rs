//! What a `for` goes over.

use std::sync::Arc;

use super::lists::Read;
use super::shape::{Iterated, Shape};
use super::value::{self, Value};
use super::walk::{Stop, Walk};
use crate::code::{Local, Op as CodeOp};
use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, CheckedOp, Comparison, Op, Var};

/// One step of an iterator.
pub(super) struct Next {
    /// Whether there is an item; None where there certainly is one.
    pub(super) test: Option<Var>,
    item: Value,
    /// What is read for the item once it is certain that there is one.
    reads: Vec<Read>,
    /// The iterator behind that item.
    behind: Value,
}

impl Walk<'_, '_> {
    /// Names share an iterator, its copies here would not; so it is only read where nobody else has
    /// it any more.
    pub(super) fn check_iterators(&mut self, op: &CodeOp) -> Result<(), Stop> {
        let (reads, sets, next) = (op.reads(), op.sets(), self.next_point());
        for (at, local) in reads.iter().enumerate() {
            let is_read_twice = reads[..at].contains(local);
            let is_kept = !sets.contains(local) && self.live.is_live(next.block, next.step, *local);
            if (is_read_twice || is_kept) && self.shape_of(*local).has_iterator() {
                return self.leave("an iterator that is used more than once");
            }
        }
        Ok(())
    }

    /// `iter(value)`.
    pub(super) fn iterate(&mut self, value: &Value) -> Result<Value, Stop> {
        let iterated = match &value.shape {
            Shape::Range => return self.range_iterator(value),
            Shape::Tuple(items) => Iterated::Tuple(Arc::clone(items), 0),
            Shape::Iterator(_) => return Ok(value.clone()),
            Shape::List(ty) => {
                let vars = vec![value.vars[0], self.emit.int(0)];
                return Ok(Value::of(Shape::Iterator(Iterated::List(*ty)), vars));
            }
            // It may have items when somebody asks.
            Shape::EmptyList => return self.leave("an iterator over a list that is still empty"),
            _ => return self.raise(ExceptionClass::TYPE, "a loop over what is no iterable"),
        };
        Ok(Value::of(Shape::Iterator(iterated), value.vars.clone()))
    }

    fn range_iterator(&mut self, range: &Value) -> Result<Value, Stop> {
        let [start, _, step] = range.vars[..] else { return self.leave("a range") };
        let left = self.range_length(range)?;
        Ok(Value::of(Shape::Iterator(Iterated::Range), vec![start, left, step]))
    }

    /// `len(range)`: how many steps there are before the end, whichever way they go.
    pub(super) fn range_length(&mut self, range: &Value) -> Result<Var, Stop> {
        let [start, stop, step] = range.vars[..] else { return self.leave("a range") };
        let length = self.emit.fresh(crate::ir::Type::Int);
        let zero = self.emit.int(0);
        self.emit.copy(length, zero);
        let goes_up = self.emit.compare_ints(Comparison::Greater, step, zero);
        let (low, high) =
            (self.emit.select(goes_up, start, stop), self.emit.select(goes_up, stop, start));
        let is_empty = self.emit.compare_ints(Comparison::GreaterEqual, low, high);
        self.unless(is_empty, |walk| {
            let size = walk.size_of(step, goes_up);
            let one = walk.emit.int(1);
            let distance = walk.checked(CheckedOp::Subtract, high, low);
            let before_last = walk.emit.binary(BinaryOp::SubtractWrapping, distance, one);
            let whole = walk.checked(CheckedOp::FloorDivide, before_last, size);
            let count = walk.checked(CheckedOp::Add, whole, one);
            walk.emit.push(Op::Copy { to: length, from: count });
            Ok(())
        })?;
        Ok(length)
    }

    /// The absolute value of a step; the least int has none, and leaves.
    fn size_of(&mut self, step: Var, goes_up: Var) -> Var {
        let zero = self.emit.int(0);
        let negated = self.checked(CheckedOp::Subtract, zero, step);
        self.emit.select(goes_up, step, negated)
    }

    /// The next item; None where there certainly is none.
    pub(super) fn advance(&mut self, iterator: &Value) -> Result<Option<Next>, Stop> {
        let Shape::Iterator(iterated) = iterator.shape.clone() else {
            return self.leave("a loop over what is no iterator");
        };
        Ok(self.advance_over(&iterated, &iterator.vars))
    }

    fn advance_over(&mut self, iterated: &Iterated, vars: &[Var]) -> Option<Next> {
        match iterated {
            Iterated::Range => Some(self.advance_range(vars)),
            Iterated::Tuple(shapes, taken) => {
                let item = value::split(shapes, vars).into_iter().nth(*taken)?;
                let behind = Iterated::Tuple(Arc::clone(shapes), taken + 1);
                Some(Next {
                    test: None,
                    item,
                    reads: vec![],
                    behind: iterator(behind, vars.to_vec()),
                })
            }
            Iterated::Enumerate(inner) => {
                let next = self.advance_over(inner, &vars[1..])?;
                let one = self.emit.int(1);
                let count = self.emit.binary(BinaryOp::AddWrapping, vars[0], one);
                let item = Value::tuple(&[Value::int(vars[0]), next.item.clone()]);
                let behind = Iterated::Enumerate(Arc::new(iterated_of(&next.behind)));
                let vars = [vec![count], next.behind.vars.clone()].concat();
                Some(Next { item, behind: iterator(behind, vars), ..next })
            }
            Iterated::Zip(inner) => self.advance_zip(inner, vars),
            Iterated::List(ty) => {
                let (test, read, item, index) = self.advance_list(*ty, vars[0], vars[1]);
                let behind = iterator(Iterated::List(*ty), vec![vars[0], index]);
                Some(Next { test: Some(test), item, reads: vec![read], behind })
            }
        }
    }

    fn advance_range(&mut self, vars: &[Var]) -> Next {
        let (next, left, step) = (vars[0], vars[1], vars[2]);
        let (zero, one) = (self.emit.int(0), self.emit.int(1));
        let test = self.emit.compare_ints(Comparison::Greater, left, zero);
        let item = self.emit.fresh(crate::ir::Type::Int);
        self.emit.copy(item, next);
        let after = self.emit.binary(BinaryOp::AddWrapping, next, step);
        let fewer = self.emit.binary(BinaryOp::SubtractWrapping, left, one);
        let behind = iterator(Iterated::Range, vec![after, fewer, step]);
        Next { test: Some(test), item: Value::int(item), reads: vec![], behind }
    }

    fn advance_zip(&mut self, inner: &[Iterated], vars: &[Var]) -> Option<Next> {
        let mut rest = vars;
        let (mut test, mut items, mut reads) = (None, vec![], vec![]);
        let (mut behind, mut behind_vars) = (vec![], vec![]);
        for one in inner {
            let count = Shape::Iterator(one.clone()).types().len();
            let (own, others) = rest.split_at(count);
            rest = others;
            let next = self.advance_over(one, own)?;
            test = match (test, next.test) {
                (Some(a), Some(b)) => Some(self.emit.binary(BinaryOp::AndBool, a, b)),
                (a, b) => a.or(b),
            };
            items.push(next.item);
            reads.extend(next.reads);
            behind.push(iterated_of(&next.behind));
            behind_vars.extend(next.behind.vars);
        }
        // zip() without iterables has no item.
        let behind = iterator(Iterated::Zip(behind.into()), behind_vars);
        (!items.is_empty()).then(|| Next { test, item: Value::tuple(&items), reads, behind })
    }

    /// Sets the local of the loop and moves the iterator on.
    pub(super) fn take(&mut self, iterator: Local, to: Local, next: &Next) {
        self.read_all(&next.reads);
        self.assign(to, &next.item);
        self.assign(iterator, &next.behind);
    }
}

fn iterator(iterated: Iterated, vars: Vec<Var>) -> Value {
    Value::of(Shape::Iterator(iterated), vars)
}

fn iterated_of(value: &Value) -> Iterated {
    match &value.shape {
        Shape::Iterator(iterated) => iterated.clone(),
        _ => Iterated::nothing(),
    }
}
