//! ad_trait: `FunctionEngine` with `ReverseAD` and with `ForwardADMulti` of several tangents at a time (`adfn<N>`, the type of its SIMD mode on
//! stable Rust).

use std::hint::black_box;

use ad_trait::AD;
use ad_trait::differentiable_function::{DerivativeMethodTrait, DifferentiableFunctionTrait};
use ad_trait::differentiable_function::{ForwardADMulti, ReverseAD};
use ad_trait::forward_ad::adfn::adfn;
use ad_trait::function_engine::FunctionEngine;
use serde_json::Value;

use crate::clock::{Measured, measure};
use crate::numbers;

/// Σ (1 − xᵢ)² + 100 (xᵢ₊₁ − xᵢ²)² of this many variables.
#[derive(Clone)]
struct Rosenbrock(usize);

impl<T: AD> DifferentiableFunctionTrait<T> for Rosenbrock {
    const NAME: &'static str = "Rosenbrock";

    fn call(&self, x: &[T], _freeze: bool) -> Vec<T> {
        let (one, hundred) = (T::constant(1.0), T::constant(100.0));
        let mut sum = T::constant(0.0);
        for pair in x.windows(2) {
            let (a, b) = (one - pair[0], pair[1] - pair[0] * pair[0]);
            sum = sum + a * a + hundred * b * b;
        }
        vec![sum]
    }
    fn num_inputs(&self) -> usize {
        self.0
    }
    fn num_outputs(&self) -> usize {
        1
    }
}

pub fn run(params: &Value, repetitions: usize) -> Option<Measured> {
    let x = numbers(params, "x")?;
    match params["variant"].as_str()? {
        "reverse" => by(ReverseAD::new(), &x, repetitions),
        "forward-2" => by(ForwardADMulti::<adfn<2>>::new(), &x, repetitions),
        "forward-8" => by(ForwardADMulti::<adfn<8>>::new(), &x, repetitions),
        "forward-10" => by(ForwardADMulti::<adfn<10>>::new(), &x, repetitions),
        "forward-32" => by(ForwardADMulti::<adfn<32>>::new(), &x, repetitions),
        "forward-100" => by(ForwardADMulti::<adfn<100>>::new(), &x, repetitions),
        _ => None,
    }
}

fn by<E: DerivativeMethodTrait>(method: E, x: &[f64], repetitions: usize) -> Option<Measured> {
    let engine = FunctionEngine::new(Rosenbrock(x.len()), Rosenbrock(x.len()), method);
    measure(repetitions, || engine.derivative(black_box(x)), |(_, g)| g.iter().copied().collect())
}
