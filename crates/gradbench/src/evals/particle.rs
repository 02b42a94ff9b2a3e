//! `particle`: the parameter w for which a charged particle, on its way through the field of two charges at (10, 0) and (10, 10 − w), crosses the
//! axis at the origin.
//!
//! The path goes by Euler's method with steps of 0.1 under the force −∇p, p(x) = Σ 1/|x − c|, from (0, 8) at the speed (0.75, 0); the crossing is
//! interpolated. The squared distance at which it crosses is minimised over w by gradient descent. Derivatives are nested: the force within
//! the path, and the slope of the crossing in w around it. The function's name says how, outer first: `f` by dual numbers, `r` on a tape.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Dual, Scalar, ScalarOrd, Tape, Var};
use thalweg_core::{Error, Result};

use super::Evaluation;
use crate::descent::argmin;
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "particle",
    functions: &["ff", "fr", "rf", "rr"],
    sizes: &["0"],
    open,
    example: |size| Ok(json!({ "w": crate::self_run::numbers::<1>(size)?[0] })),
};

/// Steps after which a particle is taken to fly on forever.
const STEPS: usize = 1_000_000;

#[derive(Deserialize)]
struct Input {
    w: f64,
}

fn open(function: &str, input: Value, _: Settings) -> Result<Box<dyn Workload>> {
    let Input { w } = read(input)?;
    Ok(match function {
        "ff" => steered(w, forward::<Forward>),
        "fr" => steered(w, forward::<Reverse>),
        "rf" => {
            let mut tape = Tape::new();
            steered(w, move |w| reverse(&mut tape, w, |w| crossing::<_, Forward>(w[0])))
        }
        _ => {
            let mut tape = Tape::new();
            steered(w, move |w| reverse(&mut tape, w, |w| crossing::<_, Reverse>(w[0])))
        }
    })
}

/// The squared miss and its slope by dual numbers.
fn forward<M: Mode>(w: f64) -> Result<(f64, [f64; 1])> {
    let miss = crossing::<_, M>(Dual::<f64, 1>::variable(w, 0));
    Ok((miss.value, miss.derivatives))
}

/// The same on a tape.
fn reverse(
    tape: &mut Tape<f64>,
    w: f64,
    f: impl for<'t> FnOnce(&[Var<'t, f64>]) -> Var<'t, f64>,
) -> Result<(f64, [f64; 1])> {
    let mut slope = [0.0];
    let miss = tape.gradient(&[w], f, &mut slope)?;
    Ok((miss, slope))
}

/// The best parameter from the start `w` on.
fn steered(w: f64, mut miss: impl FnMut(f64) -> Result<(f64, [f64; 1])> + 'static) -> Box<dyn Workload> {
    Simple::boxed(w, move |&w, best: &mut f64| {
        let mut outcome = Ok(());
        let mut last = f64::NAN;
        [*best] = argmin(
            |[w]| {
                let (value, slope) = miss(w).unwrap_or_else(|error| {
                    outcome = Err(error);
                    (f64::NAN, [f64::NAN])
                });
                last = value;
                (value, slope)
            },
            [w],
        );
        outcome?;
        if last.is_finite() {
            Ok(())
        } else {
            Err(Error::invalid_parameter("w", w, "the particle never crosses the axis; start from another w"))
        }
    })
}

/// How the force is differentiated.
trait Mode {
    /// What is kept from one force to the next.
    type Memory<S: ScalarOrd>: Default;

    /// ∇p.
    fn slope<S: ScalarOrd>(memory: &mut Self::Memory<S>, x: [S; 2], charges: [[S; 2]; 2]) -> [S; 2];
}

/// By dual numbers.
struct Forward;
/// On a tape.
struct Reverse;

impl Mode for Forward {
    type Memory<S: ScalarOrd> = ();

    #[inline(always)]
    fn slope<S: ScalarOrd>((): &mut (), [x, y]: [S; 2], charges: [[S; 2]; 2]) -> [S; 2] {
        let charges = charges.map(|charge| charge.map(Dual::<S, 2>::constant));
        potential([Dual::variable(x, 0), Dual::variable(y, 1)], charges).derivatives
    }
}

impl Mode for Reverse {
    type Memory<S: ScalarOrd> = Tape<S>;

    fn slope<S: ScalarOrd>(tape: &mut Tape<S>, x: [S; 2], charges: [[S; 2]; 2]) -> [S; 2] {
        let mut slope = [S::of(f64::NAN); 2];
        let potential = tape.gradient(
            &x,
            |x| potential([x[0], x[1]], charges.map(|charge| charge.map(Var::constant))),
            &mut slope,
        );
        // A particle at infinity has no force; its path ends there.
        if potential.is_ok() { slope } else { [S::of(f64::NAN); 2] }
    }
}

/// p at x.
#[inline(always)]
fn potential<S: Scalar>(x: [S; 2], charges: [[S; 2]; 2]) -> S {
    let [near, far] = charges.map(|charge| {
        let (dx, dy) = (x[0] - charge[0], x[1] - charge[1]);
        (dx * dx + dy * dy).sqrt().recip()
    });
    near + far
}

/// The squared distance from the origin at which the particle crosses the axis; NaN if it does not.
fn crossing<S: ScalarOrd, M: Mode>(w: S) -> S {
    let (zero, ten, dt) = (S::of(0.0), S::of(10.0), S::of(0.1));
    let charges = [[ten, ten - w], [ten, zero]];
    let (mut x, mut v) = ([zero, S::of(8.0)], [S::of(0.75), zero]);
    let mut memory = M::Memory::default();
    for _ in 0..STEPS {
        let slope = M::slope(&mut memory, x, charges);
        x = [x[0] + dt * v[0], x[1] + dt * v[1]];
        if x[1] <= zero {
            let at = x[0] - x[1] / v[1] * v[0];
            return at * at;
        }
        v = [v[0] - dt * slope[0], v[1] - dt * slope[1]];
        if !v[1].primal().is_finite() {
            break;
        }
    }
    S::of(f64::NAN)
}
