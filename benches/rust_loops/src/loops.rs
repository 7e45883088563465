//! The loops as one would write them in Rust, with the checks that Python makes. Where Python would
//! raise, a row is NULL and a loop over all rows ends.

use arrow::array::{Array, Float64Array, Int64Array};
use hashbrown::HashMap;

use crate::libm::{asin, cos, pow, sin};

const RADIANS: f64 = std::f64::consts::PI / 180.0;

/// A function of libm as `math` calls it; None where it would raise.
fn checked(x: f64, result: f64) -> Option<f64> {
    if result.is_nan() && !x.is_nan() || result.is_infinite() && x.is_finite() {
        return None;
    }
    Some(result)
}

fn haversine_of(place: [f64; 4], square: impl Fn(f64) -> Option<f64>) -> Option<f64> {
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

fn over_places(
    columns: [&Float64Array; 4],
    square: impl Fn(f64) -> Option<f64> + Copy,
) -> Float64Array {
    let value = |row: usize| {
        let is_there = columns.iter().all(|column| column.is_valid(row));
        let place = || columns.map(|column| column.value(row));
        is_there.then(place).and_then(|place| haversine_of(place, square))
    };
    (0..columns[0].len()).map(value).collect()
}

/// Squares by `pow`, as Python does.
pub(crate) fn haversine(columns: [&Float64Array; 4]) -> Float64Array {
    // Hidden, or the compiler would make a product of it.
    let two = std::hint::black_box(2.0);
    over_places(columns, |x| {
        let power = pow(x, two);
        power.is_finite().then_some(power)
    })
}

/// Squares by a product, which is not always what Python gives.
pub(crate) fn haversine_by_product(columns: [&Float64Array; 4]) -> Float64Array {
    over_places(columns, |x| Some(x * x))
}

pub(crate) fn linear(x: &Float64Array, y: &Float64Array) -> Float64Array {
    let pairs = x.values().iter().zip(y.values());
    Float64Array::from(pairs.map(|(x, y)| x * 2.0 + y).collect::<Vec<f64>>())
}

pub(crate) fn score_series(values: &Float64Array) -> Float64Array {
    let mut previous = 0.0;
    let step = |value: &f64| {
        previous = 0.8 * previous + 0.2 * value;
        previous
    };
    Float64Array::from(values.values().iter().map(step).collect::<Vec<f64>>())
}

/// What a value adds to a score; None where `v ** 1.5` overflows.
fn gain(value: f64) -> Option<f64> {
    if value > 0.0 {
        let power = pow(value, 1.5);
        return (power.is_finite() || value.is_infinite()).then_some(power);
    }
    Some(0.0)
}

pub(crate) fn score(values: &Float64Array) -> Option<f64> {
    values.values().iter().try_fold(0.0, |total, value| Some(total + gain(*value)?))
}

pub(crate) fn weighted(values: &Float64Array, weights: &Float64Array) -> f64 {
    let pairs = values.values().iter().zip(weights.values());
    pairs.fold(0.0, |total, (value, weight)| total + value * weight)
}

/// Keys and their scores, by key.
pub(crate) fn grouped_score(
    keys: &Int64Array,
    values: &Float64Array,
) -> Option<(Int64Array, Float64Array)> {
    let mut totals: HashMap<i64, f64> = HashMap::new();
    for (key, value) in keys.values().iter().zip(values.values()) {
        *totals.entry(*key).or_insert(0.0) += gain(*value)?;
    }
    let mut totals: Vec<(i64, f64)> = totals.into_iter().collect();
    totals.sort_by_key(|(key, _)| *key);
    let (keys, totals): (Vec<i64>, Vec<f64>) = totals.into_iter().unzip();
    Some((keys.into(), totals.into()))
}
