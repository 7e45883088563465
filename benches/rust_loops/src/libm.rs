#![expect(unsafe_code, reason = "declares the C library's functions")]
//! The C library's functions, which Python's `math` calls, too.

#[cfg_attr(unix, link(name = "m"))]
unsafe extern "C" {
    pub(crate) safe fn pow(x: f64, y: f64) -> f64;
    pub(crate) safe fn sin(x: f64) -> f64;
    pub(crate) safe fn cos(x: f64) -> f64;
    pub(crate) safe fn asin(x: f64) -> f64;
}
