//! `hello`: f(x) = x² and its derivative, by one dual number.

use serde_json::Value;
use thalweg_autodiff::{Dual, Function, function};
use thalweg_core::Result;

use super::Evaluation;
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "hello",
    functions: &["square", "double"],
    sizes: &["1", "2", "8", "128"],
    open,
    example: |size| Ok(Value::from(crate::self_run::numbers::<1>(size)?[0])),
};

function! {
    /// x².
    fn square(x: [S; 1]) -> S { x[0] * x[0] }
}

fn open(function: &str, input: Value, _: Settings) -> Result<Box<dyn Workload>> {
    let x: f64 = read(input)?;
    Ok(if function == "square" {
        Simple::boxed(x, |&x, y: &mut f64| {
            *y = square.eval(&[x]);
            Ok(())
        })
    } else {
        Simple::boxed(x, |&x, y: &mut f64| {
            *y = square.eval(&[Dual::<f64, 1>::variable(x, 0)]).derivatives[0];
            Ok(())
        })
    })
}
