//! Lists of numbers: those of columns, which are only read, and those that the function makes.
//!
//! A list that is made without items gets its type with the first one that is appended to it. Until
//! then it exists in one local only: two of them would not know of each other's items.

use super::shape::{Iterated, Shape};
use super::value::Value;
use super::walk::{Stop, Walk};
use crate::code::{Local, Operand};
use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, Comparison, End, Op, Type, Var};

/// An item of a list that is read when it is certain that there is one.
pub(super) struct Read {
    to: Var,
    list: Var,
    index: Var,
}

/// The lists that a function makes, by the type of their items.
fn own_type(item: &Shape) -> Option<Type> {
    match item {
        Shape::Int => Some(Type::NewInts),
        Shape::Float => Some(Type::NewFloats),
        _ => None,
    }
}

fn is_own(ty: Type) -> bool {
    matches!(ty, Type::NewInts | Type::NewFloats)
}

fn item_of(ty: Type, var: Var) -> Value {
    if ty.item() == Some(Type::Float) { Value::float(var) } else { Value::int(var) }
}

impl Shape {
    fn holds(&self, is_such: &dyn Fn(&Self) -> bool) -> bool {
        is_such(self)
            || matches!(self, Self::Tuple(items) if items.iter().any(|it| it.holds(is_such)))
    }

    pub(super) fn holds_list(&self) -> bool {
        self.holds(&|shape| matches!(shape, Self::List(_) | Self::EmptyList))
    }
}

impl Iterated {
    /// Whether it goes over a list that may still grow.
    fn may_grow(&self) -> bool {
        match self {
            Self::List(ty) => is_own(*ty),
            Self::Enumerate(inner) => inner.may_grow(),
            Self::Zip(inner) => inner.iter().any(Self::may_grow),
            Self::Range | Self::Tuple(..) => false,
        }
    }
}

impl Walk<'_, '_> {
    /// Refuses a second name for a list that is still empty.
    pub(super) fn check_move(&self, from: Operand) -> Result<(), Stop> {
        let Operand::Local(local) = from else { return Ok(()) };
        let is_empty = *self.shape_of(local) == Shape::EmptyList;
        if is_empty && self.live.is_live(self.at.block, self.at.step + 1, local) {
            return self.refuse("a second name for a list that is still empty");
        }
        Ok(())
    }

    pub(super) fn check_items(&self, items: &[Value]) -> Result<(), Stop> {
        if items.iter().any(|item| item.shape == Shape::EmptyList) {
            return self.refuse("an empty list in a tuple");
        }
        Ok(())
    }

    pub(super) fn make_list(&mut self, ty: Type) -> Var {
        let (to, exit) = (self.emit.fresh(ty), self.exit("lists that are too large"));
        self.emit.push(Op::NewList { to, exit });
        to
    }

    fn push(&mut self, list: Var, value: Var) {
        let exit = self.exit("lists that are too large");
        self.emit.push(Op::Push { list, value, exit });
    }

    pub(super) fn append(&mut self, list: Operand, value: Operand) -> Result<(), Stop> {
        let (to, item) = (self.operand(list), self.operand(value));
        let list = match (&to.shape, list) {
            (Shape::EmptyList, Operand::Local(local)) => {
                let Some(ty) = own_type(&item.shape) else {
                    return self.leave(&format!("{} in a list", item.shape.name()));
                };
                let list = self.make_list(ty);
                self.assign(local, &Value::of(Shape::List(ty), vec![list]));
                list
            }
            (Shape::List(ty), _) if !is_own(*ty) => {
                return self.refuse("appending to a list that was given as an argument");
            }
            (Shape::List(ty), _) if own_type(&item.shape) == Some(*ty) => to.vars[0],
            (Shape::List(_), _) => {
                return self.leave(&format!("{} in a list of others", item.shape.name()));
            }
            (shape, _) => return self.leave(&format!("appending to {}", shape.name())),
        };
        self.push(list, item.vars[0]);
        Ok(())
    }

    /// `len` of a list.
    pub(super) fn list_length(&mut self, list: Var) -> Var {
        let to = self.emit.fresh(Type::Int);
        self.emit.push(Op::Length { to, array: list });
        to
    }

    /// An item that is there, else the row leaves.
    fn read(&mut self, Read { to, list, index }: &Read) {
        let exit = self.exit("an item beyond the end of a list");
        self.emit.push(Op::Item { to: *to, array: *list, index: *index, exit });
    }

    pub(super) fn read_all(&mut self, reads: &[Read]) {
        for read in reads {
            self.read(read);
        }
    }

    /// `list[index]`, where negative numbers count from the end.
    pub(super) fn list_item(&mut self, list: &Value, index: &Value) -> Result<Value, Stop> {
        let Shape::List(ty) = list.shape else { return self.leave("an item of what is no list") };
        let (list, index) = (list.vars[0], self.int(index)?);
        let (length, zero) = (self.list_length(list), self.emit.int(0));
        let is_from_end = self.emit.compare_ints(Comparison::Less, index, zero);
        // It does not overflow, because the length is no negative number.
        let moved = self.emit.binary(BinaryOp::AddWrapping, index, length);
        let place = self.emit.select(is_from_end, moved, index);
        let not_before = self.emit.compare_ints(Comparison::GreaterEqual, place, zero);
        let not_behind = self.emit.compare_ints(Comparison::Less, place, length);
        let is_there = self.emit.binary(BinaryOp::AndBool, not_before, not_behind);
        if self.code.block(self.at.block).on_exception.is_some() {
            self.raise_unless(is_there, ExceptionClass::INDEX, "an index beyond the list")?;
        }
        let to = self.emit.fresh(ty.item().unwrap_or(Type::Int));
        let exit = self.exit("an index beyond the list");
        self.emit.push(Op::Item { to, array: list, index: place, exit });
        Ok(item_of(ty, to))
    }

    /// Whether there is an item at the index, the item if so, and the index behind it.
    pub(super) fn advance_list(
        &mut self,
        ty: Type,
        list: Var,
        index: Var,
    ) -> (Var, Read, Value, Var) {
        let length = self.list_length(list);
        let test = self.emit.compare_ints(Comparison::Less, index, length);
        let to = self.emit.fresh(ty.item().unwrap_or(Type::Int));
        let one = self.emit.int(1);
        let behind = self.emit.binary(BinaryOp::AddWrapping, index, one);
        (test, Read { to, list, index }, item_of(ty, to), behind)
    }

    /// An iterator that came to the end of a list stays there, even if the list grows.
    pub(super) fn exhaust(&mut self, iterator: Local) {
        if matches!(self.shape_of(iterator), Shape::Iterator(iterated) if iterated.may_grow()) {
            self.assign(iterator, &Value::of(Shape::Iterator(Iterated::nothing()), vec![]));
        }
    }

    /// Runs straight code for each item from an index on. It changes no local.
    pub(super) fn each_item(
        &mut self,
        (ty, list): (Type, Var),
        from: i64,
        body: impl FnOnce(&mut Self, Var),
    ) {
        let [head, inside, done] = [(); 3].map(|()| self.emit.block());
        let (index, first) = (self.emit.fresh(Type::Int), self.emit.int(from));
        self.emit.copy(index, first);
        self.emit.end(End::Jump(head));
        self.emit.switch_to(head);
        self.emit.push(Op::Poll);
        let (test, read, _, behind) = self.advance_list(ty, list, index);
        self.emit.end(End::Branch { test, yes: inside, no: done });
        self.emit.switch_to(inside);
        self.read(&read);
        body(self, read.to);
        self.emit.copy(index, behind);
        self.emit.end(End::Jump(head));
        self.emit.switch_to(done);
    }

    /// A list for a result of lists of this type.
    pub(super) fn list_answer(&mut self, wanted: Type, value: &Value) -> Result<Var, Stop> {
        match value.shape {
            Shape::EmptyList => Ok(self.make_list(wanted)),
            Shape::List(ty) if ty == wanted => Ok(value.vars[0]),
            Shape::List(ty) if ty.item() == wanted.item() => {
                let list = self.make_list(wanted);
                self.each_item((ty, value.vars[0]), 0, |walk, item| walk.push(list, item));
                Ok(list)
            }
            ref shape => {
                let reason = format!("{} for a result of another type", shape.name());
                self.leave(&reason)
            }
        }
    }

    /// Functions that are not put in the place of their call know numbers only.
    pub(super) fn check_no_lists(&self, values: &[Value]) -> Result<(), Stop> {
        if values.iter().any(|value| value.shape.holds_list()) {
            return self.refuse("a list given to or by a function that calls itself");
        }
        Ok(())
    }
}
