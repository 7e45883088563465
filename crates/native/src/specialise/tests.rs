//! From a text to the verified typed form.

use std::sync::Arc;

use arrowsmith_contract::{
    Binding, Constant, FunctionSource, NullPolicy, Parameter, Signature, Span, Type,
};

use super::{is_known_builtin, module};
use crate::Refusal;
use crate::front;
use crate::ir::Module;

fn compiled(
    text: &str,
    parameters: &[(&str, Type, NullPolicy)],
    returns: Type,
) -> Result<Module, Refusal> {
    let source = FunctionSource {
        text: text.into(),
        span: Span { start: 0, end: text.trim_end().len(), first_line: 1 },
        bindings: [
            "math",
            "abs",
            "max",
            "min",
            "range",
            "round",
            "int",
            "float",
            "pow",
            "divmod",
            "zip",
            "enumerate",
            "len",
            "ValueError",
            "ZeroDivisionError",
        ]
        .map(|name| (Arc::from(name), Binding::Builtin(name.into())))
        .into_iter()
        .chain([
            ("R".into(), Binding::Constant(Constant::Float(6371.0))),
            ("f".into(), Binding::Itself),
        ])
        .collect(),
        ..FunctionSource::default()
    };
    let parameters: Vec<Parameter> = parameters
        .iter()
        .map(|(name, ty, nulls)| Parameter {
            name: (*name).into(),
            ty: ty.clone(),
            nullable: false,
            nulls: *nulls,
        })
        .collect();
    let required = parameters.len();
    let signature = Signature::new(parameters, required, false, returns).unwrap();
    let program = front::program(&source, &is_known_builtin)?;
    let module = module(&program, &signature)?;
    crate::ir::verify(&module).unwrap_or_else(|fault| panic!("{fault}\n{module}"));
    Ok(module)
}

#[test]
fn haversine() {
    let text = "\
def f(lat1, lon1, lat2, lon2):
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    rlat1 = math.radians(lat1)
    rlat2 = math.radians(lat2)
    dlat = math.radians(lat2 - lat1)
    dlon = math.radians(lon2 - lon1)
    a = math.sin(dlat / 2.0) ** 2 + math.cos(rlat1) * math.cos(rlat2) * math.sin(dlon / 2.0) ** 2
    return R * 2.0 * math.asin(math.sqrt(a))
";
    let parameters =
        ["lat1", "lon1", "lat2", "lon2"].map(|name| (name, Type::FLOAT64, NullPolicy::Pass));
    let module = compiled(text, &parameters, Type::FLOAT64).unwrap();
    let rows = 100_000;
    let columns: Vec<arrow::array::ArrayRef> = [0.1, 0.7, -0.3, 1.1]
        .map(|step| {
            let values = (0..rows).map(|row| (f64::from(row) * step) % 80.0);
            Arc::new(arrow::array::Float64Array::from_iter_values(values)) as arrow::array::ArrayRef
        })
        .to_vec();
    let code = crate::machine::compile(&module).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    for _ in 0..5 {
        let begin = std::time::Instant::now();
        let answer = code.run(&columns, None, rows as usize, &stop).unwrap().unwrap();
        println!(
            "{:?} {} left {:?}",
            begin.elapsed(),
            answer.left.len(),
            &answer.values.slice(0, 5)
        );
    }
}

#[test]
fn fibo() {
    let text = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n";
    let module = compiled(text, &[("n", Type::INT64, NullPolicy::Skip)], Type::INT64).unwrap();
    let code = crate::machine::compile(&module).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let columns: Vec<arrow::array::ArrayRef> =
        vec![Arc::new(arrow::array::Int64Array::from(vec![10, 32]))];
    let begin = std::time::Instant::now();
    let answer = code.run(&columns, None, 2, &stop).unwrap().unwrap();
    println!("{:?} {answer:?}", begin.elapsed());
}

#[test]
fn loops() {
    let text = "\
def f(n, x):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            continue
        try:
            total += x / i
        except ZeroDivisionError:
            total -= 1
        else:
            while total > 100:
                total //= 2
    for k, (a, b) in enumerate(zip((1, 2.5, x), range(7))):
        total = max(total, a ** b, k)
    return total
";
    let module = compiled(
        text,
        &[("n", Type::INT64, NullPolicy::Skip), ("x", Type::FLOAT64, NullPolicy::Pass)],
        Type::FLOAT64,
    )
    .unwrap();
    println!("{module}");
}
