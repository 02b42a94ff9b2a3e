//! `saddle`: min over p of max over q of f(p, q) = |p|² − |q|², p and q in the plane, by gradient descents one within the other.
//!
//! The maximum is itself the result of a descent, which the outer derivative goes through. The function's name says how the two are
//! differentiated, outer first: `f` by dual numbers, `r` on a tape.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Dual, Scalar, ScalarOrd, Tape, Var};
use thalweg_core::{Error, Result};

use super::Evaluation;
use crate::descent::argmin;
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "saddle",
    functions: &["ff", "fr", "rf", "rr"],
    sizes: &["1_1"],
    open,
    example: |size| Ok(json!({ "start": crate::self_run::numbers::<2>(size)?.to_vec() })),
};

#[derive(Deserialize)]
struct Input {
    start: [f64; 2],
}

fn open(function: &str, input: Value, _: Settings) -> Result<Box<dyn Workload>> {
    let Input { start } = read(input)?;
    let solve: fn(&[f64; 2], &mut Vec<f64>) -> Result<()> = match function {
        "ff" => solve::<Forward, Forward>,
        "fr" => solve::<Forward, Reverse>,
        "rf" => solve::<Reverse, Forward>,
        _ => solve::<Reverse, Reverse>,
    };
    Ok(Simple::boxed(start, solve))
}

#[inline(always)]
fn objective<S: Scalar>(p: [S; 2], q: [S; 2]) -> S {
    (p[0] * p[0] + p[1] * p[1]) - (q[0] * q[0] + q[1] * q[1])
}

/// How a gradient is taken.
trait Mode {
    /// What is kept from one gradient to the next.
    type Memory<S: ScalarOrd>: Default;

    /// f(x) and ∇f(x).
    fn gradient<S: ScalarOrd>(memory: &mut Self::Memory<S>, f: &impl Inner<S>, x: [S; 2]) -> (S, [S; 2]);
}

/// A function of two variables with constants of type `S`, read by numbers over `S`.
trait Inner<S: ScalarOrd> {
    fn forward(&self, x: [Dual<S, 2>; 2]) -> Dual<S, 2>;
    fn reverse<'t>(&self, x: [Var<'t, S>; 2]) -> Var<'t, S>;
}

/// By dual numbers.
struct Forward;
/// On a tape.
struct Reverse;

impl Mode for Forward {
    type Memory<S: ScalarOrd> = ();

    #[inline(always)]
    fn gradient<S: ScalarOrd>((): &mut (), f: &impl Inner<S>, [x, y]: [S; 2]) -> (S, [S; 2]) {
        let y = f.forward([Dual::variable(x, 0), Dual::variable(y, 1)]);
        (y.value, y.derivatives)
    }
}

impl Mode for Reverse {
    type Memory<S: ScalarOrd> = Tape<S>;

    fn gradient<S: ScalarOrd>(tape: &mut Tape<S>, f: &impl Inner<S>, x: [S; 2]) -> (S, [S; 2]) {
        let nothing = S::of(f64::NAN);
        let mut gradient = [nothing; 2];
        match tape.gradient(&x, |x| f.reverse([x[0], x[1]]), &mut gradient) {
            Ok(value) => (value, gradient),
            // Where there is no value, the descent ends.
            Err(_) => (nothing, [nothing; 2]),
        }
    }
}

/// q ↦ −f(p, q), whose least value is the maximum.
struct Depth<S>([S; 2]);

impl<S: ScalarOrd> Inner<S> for Depth<S> {
    #[inline(always)]
    fn forward(&self, q: [Dual<S, 2>; 2]) -> Dual<S, 2> {
        -objective(self.0.map(Dual::constant), q)
    }
    fn reverse<'t>(&self, q: [Var<'t, S>; 2]) -> Var<'t, S> {
        -objective(self.0.map(Var::constant), q)
    }
}

/// The q that maximises f(p, q), from `start` on.
fn argmax<S: ScalarOrd, M: Mode>(p: [S; 2], start: [f64; 2]) -> [S; 2] {
    let mut memory = M::Memory::default();
    let depth = Depth(p);
    argmin(|q| M::gradient(&mut memory, &depth, q), start.map(S::of))
}

/// p ↦ max over q, by a descent with gradients in the mode `M`.
struct Height<M> {
    start: [f64; 2],
    mode: core::marker::PhantomData<M>,
}

impl<M: Mode> Height<M> {
    fn at<S: ScalarOrd>(&self, p: [S; 2]) -> S {
        objective(p, argmax::<S, M>(p, self.start))
    }
}

impl<M: Mode> Inner<f64> for Height<M> {
    fn forward(&self, p: [Dual<f64, 2>; 2]) -> Dual<f64, 2> {
        self.at(p)
    }
    fn reverse<'t>(&self, p: [Var<'t, f64>; 2]) -> Var<'t, f64> {
        self.at(p)
    }
}

/// p, then q.
fn solve<Outer: Mode, M: Mode>(start: &[f64; 2], points: &mut Vec<f64>) -> Result<()> {
    if start.iter().any(|x| !x.is_finite()) {
        return Err(Error::invalid_parameter("start", format!("{start:?}"), "both coordinates are finite"));
    }
    let height = Height::<M> { start: *start, mode: core::marker::PhantomData };
    let mut memory = Outer::Memory::default();
    let p = argmin(|p| Outer::gradient(&mut memory, &height, p), *start);
    let q = argmax::<f64, Outer>(p, *start);
    points.clear();
    points.extend(p.iter().chain(&q));
    Ok(())
}
