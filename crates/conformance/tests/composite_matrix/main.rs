//! Every composite solver on every loss, penalty, storage of the design and use of weights and offset that it admits; then the losses with
//! kinks against linear programs, strongly correlated columns, the iteration caps of the small published tests, and Frank–Wolfe on the sets it
//! takes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;
mod correlated;
mod frank_wolfe;
mod kinks;
mod matrix;
mod published;

use thalweg_core::{
    Datafit, Design, Driver, Error, Penalised, Penalty, Solution, Sparse, Weights, interop, stop,
};
use thalweg_optimizers::composite;

const N: usize = 60;
const P: usize = 6;

/// How X is held.
#[derive(Copy, Clone, Debug, PartialEq)]
enum Storage {
    Dense,
    Csc,
    Standardised,
    StandardisedCsc,
}

const STORAGES: [Storage; 4] =
    [Storage::Dense, Storage::Csc, Storage::Standardised, Storage::StandardisedCsc];

/// Half of X's entries are 0.
fn thinned(x: &[f64]) -> Vec<f64> {
    x.iter().enumerate().map(|(k, v)| if k * 5 % 7 < 4 { *v } else { 0.0 }).collect()
}

fn design<'a>(x: &'a [f64], csc: &'a Sparse<f64>, storage: Storage) -> Design<'a, f64> {
    let plain = match storage {
        Storage::Dense | Storage::Standardised => {
            Design::new(interop::column_major(x, N, P).unwrap()).unwrap()
        }
        Storage::Csc | Storage::StandardisedCsc => Design::from_sparse(csc).unwrap(),
    };
    let design = plain.with_intercept();
    match storage {
        Storage::Dense | Storage::Csc => design,
        _ => design.standardized(Weights::Unit).unwrap(),
    }
}

/// Whether the duality gap closes at the minimum: any vector can be scaled into the domain of P*. It is no ball around 0 without a penalty,
/// for a half-open box, and for total variation, which leaves constants alone: rounding leaves such domains.
fn closes(penalty: &dyn Penalty<f64>) -> bool {
    let v: Vec<f64> = (0..P).map(|j| if j % 2 == 0 { 1e3 } else { -2e3 - j as f64 }).collect();
    penalty.dual_scale(&v, 0.03) > 0.0
}

fn run(
    solver: &str,
    design: &Design<'_, f64>,
    datafit: &dyn Datafit<f64>,
    penalty: &dyn Penalty<f64>,
    lambda: f64,
) -> Result<Solution<f64>, Error> {
    let mut objective = Penalised::new(design, datafit, penalty, lambda)?;
    let mut driver = Driver::new().stop(stop::gradient_inf(1e-11)).iterations(20_000);
    composite(solver)?.run(&mut driver, &mut objective, &vec![0.0; design.parameters()])
}
