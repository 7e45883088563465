#![expect(unsafe_code, reason = "declares the C library's functions")]
//! The loops as one would write them in Rust, with the checks that Python makes.

use arrow::array::{Array, ArrayRef, Float64Array};

#[cfg_attr(unix, link(name = "m"))]
unsafe extern "C" {
    safe fn pow(x: f64, y: f64) -> f64;
    safe fn sin(x: f64) -> f64;
    safe fn cos(x: f64) -> f64;
    safe fn asin(x: f64) -> f64;
}

const RADIANS: f64 = std::f64::consts::PI / 180.0;

/// A function of libm as `math` calls it; None where it would raise.
fn checked(x: f64, result: f64) -> Option<f64> {
    if result.is_nan() && !x.is_nan() || result.is_infinite() && x.is_finite() {
        return None;
    }
    Some(result)
}

fn haversine(place: [f64; 4], square: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let [lat1, lon1, lat2, lon2] = place;
    let (rlat1, rlat2) = (lat1 * RADIANS, lat2 * RADIANS);
    let (dlat, dlon) = ((lat2 - lat1) * RADIANS, (lon2 - lon1) * RADIANS);
    let (half_lat, half_lon) = (dlat / 2.0, dlon / 2.0);
    let a = square(checked(half_lat, sin(half_lat))?)?
        + checked(rlat1, cos(rlat1))?
            * checked(rlat2, cos(rlat2))?
            * square(checked(half_lon, sin(half_lon))?)?;
    if a < 0.0 {
        return None;
    }
    let root = a.sqrt();
    Some(6371.0 * 2.0 * checked(root, asin(root))?)
}

fn over_places(columns: &[ArrayRef], one: impl Fn([f64; 4]) -> Option<f64>) -> Float64Array {
    let [lat1, lon1, lat2, lon2] = [0, 1, 2, 3].map(|index| floats(&columns[index]));
    let rows = lat1.len();
    let value = |row: usize| {
        let there = [lat1, lon1, lat2, lon2].iter().all(|column| column.is_valid(row));
        there.then(|| [lat1, lon1, lat2, lon2].map(|column| column.value(row))).and_then(&one)
    };
    (0..rows).map(value).collect()
}

/// The exponent is hidden, or the compiler would make a product of it.
pub(crate) fn haversine_with_pow(columns: &[ArrayRef]) -> Float64Array {
    let two = std::hint::black_box(2.0);
    over_places(columns, |place| {
        haversine(place, |x| {
            let power = pow(x, two);
            power.is_finite().then_some(power)
        })
    })
}

pub(crate) fn haversine_with_product(columns: &[ArrayRef]) -> Float64Array {
    over_places(columns, |place| haversine(place, |x| Some(x * x)))
}

pub(crate) fn linear(columns: &[ArrayRef]) -> Float64Array {
    let (x, y) = (floats(&columns[0]).values(), floats(&columns[1]).values());
    let values: Vec<f64> = x.iter().zip(y).map(|(x, y)| x * 2.0 + y).collect();
    Float64Array::from(values)
}

pub(crate) fn math(function: &str, arguments: &[f64]) -> Option<f64> {
    match (function, arguments) {
        ("math.sin", [x]) => checked(*x, sin(*x)),
        ("math.cos", [x]) => checked(*x, cos(*x)),
        ("math.asin", [x]) => checked(*x, asin(*x)),
        ("math.pow", [x, y]) => checked(*x, pow(*x, *y)),
        _ => None,
    }
}

fn floats(column: &ArrayRef) -> &Float64Array {
    column.as_any().downcast_ref().expect("a column of floats")
}
