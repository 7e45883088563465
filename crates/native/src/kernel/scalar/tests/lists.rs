//! Columns of lists on their way to the code and back.

use arrow::array::{ListArray, ListBuilder};
use arrow::datatypes::Field;

use super::*;

fn lists_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("item", item, false)))
}

/// `len(values)`
fn length() -> Module {
    let mut draft = Draft::new("length", &[Type::Ints], &[Type::Int]);
    let (array, to) = (draft.parameter(0), draft.var(Type::Int));
    draft.op(Op::Length { to, array });
    draft.end(End::Return(vec![to]));
    draft.module(&[Slot { ty: Type::Ints, nullable: false }], INT)
}

/// `[x]`
fn alone() -> Module {
    let mut draft = Draft::new("alone", &[Type::Int], &[Type::NewInts]);
    let (x, to, exit) = (draft.parameter(0), draft.var(Type::NewInts), ExitId(0));
    draft.op(Op::NewList { to, exit });
    draft.op(Op::Push { list: to, value: x, exit });
    draft.end(End::Return(vec![to]));
    draft.module(&[INT], Slot { ty: Type::NewInts, nullable: false })
}

#[test]
fn rows_with_a_null_item_are_interpreted_and_null_lists_are_not() {
    let parameters = [(lists_of(DataType::Int64), NullPolicy::Skip)];
    let rig = Rig::try_new(length(), &parameters, DataType::Int64, None).unwrap();
    let rows = [
        Some(vec![Some(1), Some(2)]),
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
        Some(vec![None]),
    ];
    let column: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(rows));
    let answer = rig.invoke(&[Arc::clone(&column)], &CallContext::default());
    assert_eq!(answers(&answer), [Some(2), Some(1), None, Some(0), Some(4)]);
    assert_eq!(rig.interpreted(), [vec![1, 4]]);
    let sliced = rig.invoke(&[column.slice(2, 2)], &CallContext::default());
    assert_eq!(answers(&sliced), [None, Some(0)]);
}

#[test]
fn small_items_are_widened() {
    let parameters = [(lists_of(DataType::Int8), NullPolicy::Skip)];
    let rig = Rig::try_new(length(), &parameters, DataType::Int64, None).unwrap();
    let mut builder = ListBuilder::new(arrow::array::Int8Builder::new());
    builder.append_value([Some(1), Some(2), Some(3)]);
    let answer = rig.invoke(&[Arc::new(builder.finish())], &CallContext::default());
    assert_eq!(answers(&answer), [Some(3)]);
}

#[test]
fn lists_have_the_declared_field_and_rows_that_are_not_asked_for_none() {
    let returns = DataType::List(Arc::new(Field::new("number", DataType::Int64, true)));
    let parameters = [(DataType::Int64, NullPolicy::Skip)];
    let rig = Rig::try_new(alone(), &parameters, returns.clone(), None).unwrap();
    let answer = rig.invoke(&[ints(&[Some(5), None, Some(7)])], &CallContext::default());
    assert_eq!(answer.data_type(), &returns);
    let lists: &ListArray = answer.as_list();
    assert!(lists.is_null(1));
    assert_eq!(lists.value_offsets(), [0, 1, 1, 2]);
    assert_eq!(lists.values().as_primitive::<Int64Type>().values(), &[5, 7]);
}

#[test]
fn lists_of_other_items_are_refused() {
    let refused = |module, ty: DataType, returns: DataType| {
        assert!(Rig::try_new(module, &[(ty, NullPolicy::Skip)], returns, None).is_err());
    };
    let int = DataType::Int64;
    refused(length(), lists_of(DataType::Float64), int.clone());
    refused(length(), DataType::Int64, int.clone());
    refused(alone(), int.clone(), lists_of(DataType::Int32));
    refused(alone(), int.clone(), int);
}
