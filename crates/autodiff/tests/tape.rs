//! Reverse mode against closed forms: control flow, second order, nesting, rules of one's own, and what goes wrong.

#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_autodiff::{Dual, Scalar, ScalarOrd, Tape, Var, function, k, tape};
use thalweg_core::Error;

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found:e} is not {expected:e}");
}

fn gradient(x: &[f64], f: impl for<'t> FnOnce(&[Var<'t, f64>]) -> Var<'t, f64>) -> (f64, Vec<f64>) {
    let mut g = vec![0.0; x.len()];
    let y = Tape::new().gradient(x, f, &mut g).unwrap();
    (y, g)
}

#[test]
fn speelpenning() {
    // ∂(x₀ … x₉)/∂xᵢ is the product of the others; small integers keep it exact.
    let x: Vec<f64> = (1..=10).map(f64::from).collect();
    let (y, g) = gradient(&x, |x| x.iter().fold(Var::of(1.0), |product, &x| product * x));
    assert_eq!(y, 3_628_800.0);
    for (x, g) in x.iter().zip(g) {
        assert_eq!(g, 3_628_800.0 / x);
    }
}

/// The determinant by elimination with row exchanges.
fn determinant<S: ScalarOrd>(a: &[S], n: usize) -> S {
    let mut a = a.to_vec();
    let mut determinant = S::of(1.0);
    for column in 0..n {
        let mut pivot = column;
        for row in column + 1..n {
            if a[row * n + column].abs() > a[pivot * n + column].abs() {
                pivot = row;
            }
        }
        if pivot != column {
            determinant = -determinant;
            for k in 0..n {
                a.swap(pivot * n + k, column * n + k);
            }
        }
        determinant = determinant * a[column * n + column];
        for row in column + 1..n {
            let factor = a[row * n + column] / a[column * n + column];
            for k in column..n {
                a[row * n + k] = a[row * n + k] - factor * a[column * n + k];
            }
        }
    }
    determinant
}

#[test]
fn pivoting() {
    // det of [[0, 2, 1], [3, 1, 1], [1, 1, 4]] = −20, with the cofactors by hand; the first pivot is 0.
    let a = [0.0, 2.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0, 4.0];
    let (value, g) = gradient(&a, |a| determinant(a, 3));
    close(value, -20.0, 1e-14);
    let cofactors = [3.0, -11.0, 2.0, -7.0, -1.0, 2.0, 1.0, 3.0, -6.0];
    for (g, cofactor) in g.into_iter().zip(cofactors) {
        close(g, cofactor, 1e-14);
    }
}

#[test]
fn while_loop_and_recursion() {
    /// √a by Newton's iteration until it stands still.
    fn root<S: ScalarOrd>(a: S) -> S {
        let mut x = a;
        loop {
            let next = k(0.5) * (x + a / x);
            if (next - x).abs().primal() <= 1e-15 * x.abs().primal() {
                return next;
            }
            x = next;
        }
    }
    /// xⁿ by squaring.
    fn power<S: ScalarOrd>(x: S, n: u32) -> S {
        match n {
            0 => S::of(1.0),
            n if n % 2 == 0 => power(x * x, n / 2),
            n => x * power(x, n - 1),
        }
    }
    let (y, g) = gradient(&[7.0], |x| root(x[0]));
    close(y, 7.0_f64.sqrt(), 1e-15);
    close(g[0], 0.5 / 7.0_f64.sqrt(), 1e-14);
    let (y, g) = gradient(&[2.0], |x| power(x[0], 13));
    assert_eq!((y, g[0]), (8192.0, 13.0 * 4096.0));
}

#[test]
fn jacobian_and_product() {
    // (x y, x + y², 7): a constant result has a row of zeros.
    fn f<'t>(x: &[Var<'t, f64>], y: &mut [Var<'t, f64>]) {
        y[0] = x[0] * x[1];
        y[1] = x[0] + x[1].square();
        y[2] = Var::of(7.0);
    }
    let mut tape = Tape::new();
    let mut y = [0.0; 3];
    let mut j = Mat::zeros(3, 2);
    tape.jacobian(&[2.0, 5.0], f, &mut y, j.as_mut()).unwrap();
    assert_eq!(y, [10.0, 27.0, 7.0]);
    assert_eq!(j, faer::mat![[5.0, 2.0], [1.0, 10.0], [0.0, 0.0]]);
    let mut g = [0.0; 2];
    tape.vjp(&[2.0, 5.0], f, &[1.0, -2.0, 9.0], &mut y, &mut g).unwrap();
    assert_eq!(g, [3.0, -18.0]);
}

/// Rosenbrock's valley: Hessian [[1200x² − 400y + 2, −400x], [−400x, 200]].
fn valley<S: Scalar>(x: &[S]) -> S {
    (k(1.0) - x[0]).square() + k(100.0) * (x[1] - x[0].square()).square()
}

#[test]
fn second_order() {
    let (x, expected) = ([3.0, 7.0], [[8002.0, -1200.0], [-1200.0, 200.0]]);
    let gradient = [4.0 + 1200.0 * 2.0, -400.0];
    let (mut g, mut hv) = ([0.0; 2], [0.0; 2]);
    for (i, v) in [[1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
        let y = Tape::<Dual<f64, 1>>::new().hessian_vector(&x, &v, |x| valley(x), &mut g, &mut hv).unwrap();
        assert_eq!((y, g, hv), (404.0, gradient, expected[i]));
    }
    let mut h = Mat::zeros(2, 2);
    // Fewer lanes than arguments, and more.
    Tape::<Dual<f64, 1>>::new().hessian(&x, |x| valley(x), &mut g, h.as_mut()).unwrap();
    assert_eq!((g, h.clone()), (gradient, Mat::from_fn(2, 2, |i, j| expected[i][j])));
    Tape::<Dual<f64, 4>>::new().hessian(&x, |x| valley(x), &mut g, h.as_mut()).unwrap();
    assert_eq!(h, Mat::from_fn(2, 2, |i, j| expected[i][j]));
}

#[test]
fn reverse_over_reverse() {
    // d/dx of |∇f|² for f = x³y at (2, 3): ∇f = (36, 8), H = [[36, 12], [12, 0]], 2H∇f = (2784, 864).
    let (value, g) = gradient(&[2.0, 3.0], |x| {
        let mut inner = [Var::of(0.0); 2];
        Tape::new().gradient(x, |x| x[0].powi(3) * x[1], &mut inner).unwrap();
        inner[0].square() + inner[1].square()
    });
    assert_eq!((value, g), (36.0 * 36.0 + 64.0, vec![2784.0, 864.0]));
}

#[test]
fn third_order() {
    // Reverse over forward over forward: the gradient of ∂²/∂x² of x⁴y is (24xy, 12x²).
    let mut g = [Dual::constant(Dual::constant(0.0)); 2];
    let x = [
        Dual { value: Dual::<f64, 1>::variable(2.0, 0), derivatives: [Dual::constant(1.0)] },
        Dual::<_, 1>::constant(Dual::constant(5.0)),
    ];
    Tape::new().gradient(&x, |x| x[0].powi(4) * x[1], &mut g).unwrap();
    let second = g.map(|g| g.derivatives[0].derivatives[0]);
    assert_eq!(second, [24.0 * 2.0 * 5.0, 12.0 * 4.0]);
}

#[test]
fn unused_infinities_do_not_spread() {
    // √x at 0 is computed, and not selected: its infinite slope must not become 0 · ∞.
    let (y, g) = gradient(&[0.0], |x| Var::select(x[0].le(Var::of(0.0)), k(3.0) * x[0], x[0].sqrt()));
    assert_eq!((y, g[0]), (0.0, 3.0));
    // An infinite slope meets only the argument it belongs to.
    let (y, g) = gradient(&[0.0, 4.0], |x| x[0].sqrt() + x[1].sqrt());
    assert_eq!((y, g), (2.0, vec![f64::INFINITY, 0.25]));
}

#[test]
fn results_that_are_no_operations() {
    assert_eq!(gradient(&[3.0, 4.0], |x| x[1]), (4.0, vec![0.0, 1.0]));
    assert_eq!(gradient(&[3.0], |_| Var::of(2.0)), (2.0, vec![0.0]));
    assert_eq!(gradient(&[], |_| Var::of(2.0)), (2.0, vec![]));
    // Operations on constants alone leave no record.
    let mut tape = Tape::<f64>::new();
    tape.gradient(&[3.0], |x| x[0] * (Var::of(2.0).exp() + Var::of(1.0)), &mut [0.0]).unwrap();
    assert_eq!(tape.len(), 2);
}

#[test]
fn records_are_small() {
    assert_eq!(Tape::<f64>::record_bytes(), 24);
    assert_eq!(Tape::<f32>::record_bytes(), 16);
    assert_eq!(size_of::<Var<'_, f64>>(), 24);
}

#[test]
fn single_precision() {
    let mut g = [0.0_f32; 2];
    let y = Tape::new().gradient(&[3.0_f32, 7.0], |x| valley(x), &mut g).unwrap();
    assert_eq!((y, g), (404.0, [2404.0, -400.0]));
}

#[test]
fn a_tape_forgets() {
    let mut tape = Tape::<f64>::new();
    let mut g = [0.0; 2];
    for n in [1, 1000, 3, 2000] {
        let y = tape.gradient(&[1.5, 2.0], |x| (0..n).fold(x[0], |y, _| y + x[1]), &mut g).unwrap();
        assert_eq!((y, g), (1.5 + 2.0 * f64::from(n), [1.0, f64::from(n)]));
        assert_eq!(tape.len(), 2 + n as usize);
    }
}

#[test]
fn bad_input() {
    let mut tape = Tape::<f64>::new();
    let error = tape.gradient(&[1.0, 2.0], |x| x[0], &mut [0.0]).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 1, .. }), "{error}");
    let error = tape.gradient(&[1.0, f64::NAN], |x| x[0], &mut [0.0; 2]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { row: 1, .. }), "{error}");
    let error = tape.vjp(&[1.0], |_, _| (), &[1.0], &mut [], &mut [0.0]).unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
    let error = tape.jacobian(&[1.0], |_, _| (), &mut [0.0], Mat::zeros(1, 2).as_mut()).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 1, found: 2, .. }), "{error}");
    let mut nested = Tape::<Dual<f64, 1>>::new();
    let error = nested.hessian_vector(&[1.0], &[], |x| x[0], &mut [0.0], &mut [0.0]).unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
    let error =
        nested.hessian_vector(&[1.0], &[f64::INFINITY], |x| x[0], &mut [0.0], &mut [0.0]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { .. }), "{error}");
}

#[test]
fn a_full_tape_says_so_and_is_of_use_again() {
    for capacity in [0, 10, 1000] {
        let mut tape = Tape::<f64>::new().with_limit(10).with_capacity(capacity);
        let mut g = [0.0];
        let error = tape.gradient(&[1.0], |x| (0..10).fold(x[0], |y, _| y + y), &mut g).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        tape.gradient(&[1.0], |x| (0..9).fold(x[0], |y, _| y + y), &mut g).unwrap();
        assert_eq!(g, [512.0]);
    }
}

#[test]
fn statements_of_any_length() {
    for n in 0..6 {
        let x: Vec<f64> = (0..n).map(f64::from).collect();
        let (y, g) = gradient(&x, |x| {
            let linear = tape::statement(5.0, x.iter().map(|&x| (x, x.value() + 1.0)));
            // A constant among the arguments, and one whose slope is 0.
            tape::statement(6.0, [(Var::of(1.0), 3.0), (linear, 2.0), (linear, 0.0)])
        });
        assert_eq!((y, g), (6.0, x.iter().map(|x| 2.0 * (x + 1.0)).collect::<Vec<_>>()));
    }
}

function! {
    /// (x y sin z, x / z).
    fn pair(x: [S; 3]) -> [S; 2] { [x[0] * x[1] * x[2].sin(), x[0] / x[2]] }
}

#[test]
fn blocks() {
    let x = [2.0, 3.0, 0.5_f64];
    let (y, g) = gradient(&x, |x| {
        let [u, v] = tape::block(&pair, [x[0], x[1], x[2]]);
        u * v
    });
    let [a, b, c] = x;
    close(y, a * a * b * c.sin() / c, 1e-15);
    close(g[0], 2.0 * a * b * c.sin() / c, 1e-15);
    close(g[1], a * a * c.sin() / c, 1e-15);
    close(g[2], a * a * b * (c.cos() / c - c.sin() / c / c), 1e-15);
    // The wrong number of arguments or results: the recording ends with an error.
    let mut tape = Tape::new();
    let error =
        tape.gradient(&x, |x| tape::block::<_, 2, 2>(&pair, [x[0], x[1]])[0], &mut [0.0; 3]).unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 3, found: 2, .. }), "{error}");
    let error = tape
        .gradient(&x, |x| tape::block::<_, 3, 1>(&pair, [x[0], x[1], x[2]])[0], &mut [0.0; 3])
        .unwrap_err();
    assert!(matches!(error, Error::Shape { expected: 2, found: 1, .. }), "{error}");
}

#[test]
fn custom_rules() {
    // Arguments that are constant or the same variable twice; results of which one is unused.
    let (y, g) = gradient(&[3.0, 5.0], |x| {
        let arguments = [x[1], Var::of(7.0), x[0], x[1]];
        let v = arguments.map(Var::value);
        let values = [v[0] * v[1], v[2] * v[3], v[1]];
        let y = tape::custom(&arguments, &values, |x, y, y_bar, x_bar| {
            assert_eq!(y, [35.0, 15.0, 7.0]);
            x_bar[0] += y_bar[0] * x[1];
            x_bar[1] += y_bar[0] * x[0] + y_bar[2];
            x_bar[2] += y_bar[1] * x[3];
            x_bar[3] += y_bar[1] * x[2];
        });
        y[0] * y[1] * x[0]
    });
    // 7y · xy · x = 7x²y².
    assert_eq!((y, g), (7.0 * 225.0, vec![14.0 * 3.0 * 25.0, 14.0 * 9.0 * 5.0]));
    let constants = tape::custom(&[Var::of(1.0)], &[2.0], |_, _, _, _| unreachable!());
    assert_eq!(constants[0].value(), 2.0);
}

/// A step that uses its arguments several times, with a branch.
fn step<'t>(x: &[Var<'t, f64>], y: &mut [Var<'t, f64>]) {
    let (u, v, a) = (x[0], x[1], x[2]);
    let w = if u < v { u.sin() * v } else { v.cos() + u * u / (a + v * v) };
    y[0] = w * a + u * v;
    y[1] = (u * w - v * a).tanh();
}

#[test]
fn checkpoints_change_no_bit() {
    let x = [0.3, 0.7, 1.1];
    let (y, plain) = gradient(&x, |x| {
        let mut state = [x[0], x[1]];
        for _ in 0..20 {
            let from = [state[0], state[1], x[2]];
            step(&from, &mut state);
        }
        state[0] * state[1] + state[0] * x[2]
    });
    let mut tape = Tape::new();
    let mut g = [0.0; 3];
    let value = tape
        .gradient(
            &x,
            |x| {
                let mut state = vec![x[0], x[1]];
                for _ in 0..20 {
                    state = tape::checkpoint(step, &[state[0], state[1], x[2]], 2);
                }
                state[0] * state[1] + state[0] * x[2]
            },
            &mut g,
        )
        .unwrap();
    assert_eq!(
        (value.to_bits(), g.map(f64::to_bits).to_vec()),
        (y.to_bits(), plain.iter().map(|g| g.to_bits()).collect())
    );
    assert_eq!(tape.len(), 3 + 20 * 2 + 3);
    // Checkpoints within checkpoints: four times five steps, of which one is recorded at a time.
    let value = tape
        .gradient(
            &x,
            |x| {
                let mut state = vec![x[0], x[1]];
                for _ in 0..4 {
                    state = tape::checkpoint(five_steps, &[state[0], state[1], x[2]], 2);
                }
                state[0] * state[1] + state[0] * x[2]
            },
            &mut g,
        )
        .unwrap();
    assert_eq!(
        (value.to_bits(), g.map(f64::to_bits).to_vec()),
        (y.to_bits(), plain.iter().map(|g| g.to_bits()).collect())
    );
}

fn five_steps<'t>(x: &[Var<'t, f64>], y: &mut [Var<'t, f64>]) {
    let mut state = vec![x[0], x[1]];
    for _ in 0..5 {
        state = tape::checkpoint(step, &[state[0], state[1], x[2]], 2);
    }
    y.copy_from_slice(&state);
}
