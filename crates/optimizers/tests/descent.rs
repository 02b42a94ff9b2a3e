//! Directions and line searches: every direction with every search, Moré and Thuente's search beside SciPy's, what broke other libraries, and what a
//! quasi-Newton matrix must become on a quadratic.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::f64::consts::FRAC_PI_2;

use thalweg_core::{Driver, Gradient, Halt, Minimizer, Objective, Real, Solution, Status};
use thalweg_optimizers::line_search::{Backtracking, HagerZhang, Line, LineSearch, MoreThuente, StrongWolfe};
use thalweg_optimizers::{
    Beta, Bfgs, ConjugateGradient, Descent, Dfp, Direction, HeavyBall, LimitedMemory, Sr1, Steepest,
};

/// A function by its value, which it returns, and its gradient.
struct Function<T, F>(usize, F, core::marker::PhantomData<T>);

fn function<T: Real, F: FnMut(&[T], &mut [T]) -> T>(dim: usize, f: F) -> Function<T, F> {
    Function(dim, f, core::marker::PhantomData)
}

impl<T: Real, F: FnMut(&[T], &mut [T]) -> T> Objective<T> for Function<T, F> {
    fn dim(&self) -> usize {
        self.0
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        let mut g = vec![T::ZERO; self.0];
        Ok((self.1)(x, &mut g))
    }
}

impl<T: Real, F: FnMut(&[T], &mut [T]) -> T> Gradient<T> for Function<T, F> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        Ok((self.1)(x, g))
    }
}

/// Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², chained.
fn rosenbrock<T: Real>(x: &[T], g: &mut [T]) -> T {
    g.fill(T::ZERO);
    let mut value = T::ZERO;
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i + 1] - x[i] * x[i], T::ONE - x[i]);
        value += T::of(100.0) * a * a + b * b;
        g[i] -= T::of(400.0) * a * x[i] + T::of(2.0) * b;
        g[i + 1] += T::of(200.0) * a;
    }
    value
}

/// xᵀdiag(1, …, 100)x/2 − log barriers of |xᵢ| < 1: +∞ outside.
fn barrier<T: Real>(x: &[T], g: &mut [T]) -> T {
    let mut value = T::ZERO;
    for (i, (x, g)) in x.iter().zip(g).enumerate() {
        let (d, room) = (T::of((1 + i * i) as f64), T::ONE - *x * *x);
        if room <= T::ZERO {
            return T::INFINITY;
        }
        value += T::of(0.5) * d * (*x - T::of(0.5)) * (*x - T::of(0.5)) - T::of(0.01) * room.ln();
        *g = d * (*x - T::of(0.5)) + T::of(0.02) * *x / room;
    }
    value
}

fn solves<T: Real, D: Direction<T>, S: LineSearch>(method: &Descent<D, S>, what: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut judge = |problem: &str, found: Solution<T>, most: f64| {
        // Where rounding hides every decrease, gᵀg is within a large multiple of that of F, and the search says that it is stalled.
        let (gradient, value) = (found.gradient_inf.to_f64(), found.value.to_f64());
        let drowned = gradient * gradient <= 1e4 * T::EPSILON.to_f64() * value.abs();
        let honest = found.status.is_solved() || (found.status == Status::Stalled && drowned);
        if !honest || value > most {
            wrong.push(format!(
                "{} with {what} on {problem}: {:?} at {:?}",
                direction_name(method),
                found.status,
                found.value
            ));
        }
    };
    let start: Vec<T> = [-1.2, 1.0, -1.2, 1.0].map(T::of).to_vec();
    let run = || Driver::new().iterations(100_000);
    judge("rosenbrock", run().minimize(method, &mut function(4, rosenbrock::<T>), &start).unwrap(), 4.0);
    let start = vec![T::of(-0.99); 8];
    judge("barrier", run().minimize(method, &mut function(8, barrier::<T>), &start).unwrap(), 0.1);
    wrong
}

fn direction_name<T: Real, D: Direction<T>, S>(method: &Descent<D, S>) -> &'static str {
    method.direction.name()
}

fn with_every_search<T: Real, D: Direction<T> + Copy>(direction: D, curvature: f64) -> Vec<String> {
    let strong = StrongWolfe { curvature, ..StrongWolfe::default() };
    let interpolating = MoreThuente { curvature, ..MoreThuente::default() };
    let secant = HagerZhang { curvature: curvature.max(0.1), ..HagerZhang::default() };
    let mut wrong = solves(&Descent { direction, search: strong }, "strong Wolfe");
    wrong.extend(solves(&Descent { direction, search: interpolating }, "More-Thuente"));
    wrong.extend(solves(&Descent { direction, search: secant }, "Hager-Zhang"));
    // Conjugate directions rest on the curvature condition, which backtracking does not give.
    if curvature > 0.1 {
        wrong.extend(solves(&Descent { direction, search: Backtracking::default() }, "backtracking"));
    }
    wrong
}

fn matrix<T: Real>() -> Vec<String> {
    let mut wrong = with_every_search::<T, _>(Bfgs::default(), 0.9);
    wrong.extend(with_every_search::<T, _>(Dfp::default(), 0.1));
    wrong.extend(with_every_search::<T, _>(Sr1::default(), 0.9));
    wrong.extend(with_every_search::<T, _>(LimitedMemory::default(), 0.9));
    wrong.extend(with_every_search::<T, _>(HeavyBall::default(), 0.9));
    wrong.extend(with_every_search::<T, _>(Steepest::default(), 0.9));
    for beta in
        [Beta::FletcherReeves, Beta::PolakRibiere, Beta::HestenesStiefel, Beta::DaiYuan, Beta::HagerZhang]
    {
        wrong.extend(with_every_search::<T, _>(ConjugateGradient { beta }, 0.1));
    }
    wrong
}

#[test]
fn every_direction_works_with_every_search() {
    let wrong = matrix::<f64>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_direction_works_with_every_search_in_single_precision() {
    let wrong = matrix::<f32>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// φ and φ′ of the functions of Moré and Thuente, section 5.
fn profile(name: &str, a: f64) -> (f64, f64) {
    let yanai = |b1: f64, b2: f64| {
        let gamma = |b: f64| (1.0 + b * b).sqrt() - b;
        let (left, right) = (((1.0 - a).powi(2) + b2 * b2).sqrt(), (a * a + b1 * b1).sqrt());
        (gamma(b1) * left + gamma(b2) * right, gamma(b2) * a / right - gamma(b1) * (1.0 - a) / left)
    };
    match name {
        "rational" => (-a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0).powi(2)),
        "power" => {
            let c = a + 0.004;
            (c.powi(5) - 2.0 * c.powi(4), 5.0 * c.powi(4) - 8.0 * c.powi(3))
        }
        "wavy" => {
            let b = 0.01;
            let (bowl, slope) = if a <= 1.0 - b {
                (1.0 - a, -1.0)
            } else if a >= 1.0 + b {
                (a - 1.0, 1.0)
            } else {
                ((a - 1.0).powi(2) / (2.0 * b) + b / 2.0, (a - 1.0) / b)
            };
            let half = 39.0 * FRAC_PI_2;
            (bowl + (1.0 - b) / half * (half * a).sin(), slope + (1.0 - b) * (half * a).cos())
        }
        other => {
            let mut betas = other.split(' ').skip(1).map(|b| b.parse().unwrap());
            yanai(betas.next().unwrap(), betas.next().unwrap())
        }
    }
}

/// No more evaluations in total than SciPy's, which are those of the paper, and steps that obey the conditions.
#[test]
fn more_thuente_counts_as_scipy_does() {
    let (mut ours, mut theirs, mut report) = (0, 0, String::new());
    for row in include_str!("fixtures/line_search.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let number = |k: usize| -> f64 { fields[k].parse().unwrap() };
        let (decrease, curvature, first) = (number(1), number(2), number(3));
        let mut evaluations = 0;
        let (value, slope) = profile(fields[0], 0.0);
        let mut phi = function(1, |x: &[f64], g: &mut [f64]| {
            evaluations += 1;
            let (value, slope) = profile(fields[0], x[0]);
            g[0] = slope;
            value
        });
        let (mut trial, mut gradient) = ([0.0], [0.0]);
        let mut line = Line {
            x: &[0.0],
            direction: &[1.0],
            value,
            slope,
            trial: &mut trial,
            gradient: &mut gradient,
            bounds: None,
        };
        let search = MoreThuente { decrease, curvature, ..MoreThuente::default() };
        let found = search.search(&mut phi, &mut line, first).unwrap();
        assert!(found.value <= value + decrease * found.t * slope, "{row}: {found:?}");
        assert!(found.slope.abs() <= curvature * slope.abs(), "{row}: {found:?}");
        ours += evaluations;
        theirs += number(4) as i32;
        report += &format!("{} from {first}: {evaluations} and {}\n", fields[0], fields[4]);
    }
    assert!(ours <= theirs, "{ours} and {theirs}\n{report}");
}

fn iterate<'s, O, M: Minimizer<f64, O>>(method: &M, _: &O, state: &'s M::State) -> &'s [f64] {
    method.iterate(state).x
}

/// On a quadratic with exact searches the matrix of every quasi-Newton method becomes the inverse Hessian after n steps, so that step n + 1 ends it.
#[test]
fn quasi_newton_methods_end_on_a_quadratic() {
    let bowl = |x: &[f64], g: &mut [f64]| {
        let h = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 1.0]];
        let mut value = 0.0;
        for i in 0..3 {
            g[i] = (0..3).map(|j| h[i][j] * x[j]).sum();
            value += 0.5 * x[i] * g[i];
        }
        value
    };
    fn after<D: Direction<f64>>(direction: D, bowl: impl FnMut(&[f64], &mut [f64]) -> f64) -> f64 {
        let search = MoreThuente { curvature: 1e-9, ..MoreThuente::default() };
        let method = Descent { direction, search };
        let mut objective = function(3, bowl);
        let mut state = method.init(&mut objective, &[1.0, -2.0, 3.0]).unwrap();
        for _ in 0..4 {
            if method.step(&mut objective, &mut state).is_err() {
                break;
            }
        }
        objective.value(iterate(&method, &objective, &state)).unwrap()
    }
    for (name, value) in [
        ("bfgs", after(Bfgs::default(), bowl)),
        ("dfp", after(Dfp::default(), bowl)),
        ("sr1", after(Sr1::default(), bowl)),
        ("lbfgs", after(LimitedMemory::default(), bowl)),
    ] {
        assert!(value < 1e-14, "{name}: {value:e}");
    }
}

/// pytorch/pytorch#49993: L-BFGS fails from here where BFGS works.
#[test]
fn a_far_start_on_the_chained_valley() {
    let start = [76.0, 97.0, 20.0, 120.0, 0.01, 1e4];
    let run = || Driver::new().iterations(20_000);
    let mut valley = function(6, rosenbrock::<f64>);
    for (name, found) in [
        ("lbfgs", run().minimize(&Descent::<LimitedMemory>::default(), &mut valley, &start).unwrap()),
        ("bfgs", run().minimize(&Descent::<Bfgs>::default(), &mut valley, &start).unwrap()),
    ] {
        assert!(
            found.status.is_solved() && found.value < 4.0,
            "{name}: {:?} {:e}",
            found.status,
            found.value
        );
    }
}

/// argmin-rs/argmin#541: Hager and Zhang's search panics on a cost with noise. JuliaNLSolvers/Optim.jl#802: it asserts finite values.
#[test]
fn noise_and_holes_end_honestly() {
    let noise = |x: &[f64]| {
        (x.iter().map(|x| x.to_bits() >> 20).fold(7, |h: u64, b| h.wrapping_mul(31) ^ b) % 1000) as f64
    };
    for size in [1e-12, 1e-9, 1e-6, 1e-3] {
        let mut noisy = function(4, |x: &[f64], g: &mut [f64]| {
            let value = rosenbrock(x, g);
            value + size * noise(x)
        });
        let method = Descent { direction: LimitedMemory::default(), search: HagerZhang::default() };
        let found =
            Driver::new().iterations(500).minimize(&method, &mut noisy, &[-1.2, 1.0, -1.2, 1.0]).unwrap();
        assert!(found.value.is_finite() && found.value < 24.0, "{size}: {:e}", found.value);
        let certain = found.status.is_solved();
        assert!(!certain || found.gradient_inf < 1e-3, "{size}: {:?}", found.status);
    }
    // A finite value with a slope that is not: the step is refused by every search.
    let mut holes = function(1, |x: &[f64], g: &mut [f64]| {
        g[0] = if x[0] > 1.0 { f64::NAN } else { x[0] - 0.5 };
        0.5 * (x[0] - 0.5).powi(2)
    });
    for found in [
        Driver::new().minimize(&Descent::<Bfgs>::default(), &mut holes, &[-3.0]).unwrap(),
        Driver::new()
            .minimize(
                &Descent { direction: Bfgs::default(), search: Backtracking::default() },
                &mut holes,
                &[-3.0],
            )
            .unwrap(),
    ] {
        assert!(
            found.status.is_solved() && (found.x[0] - 0.5).abs() < 1e-6,
            "{:?} {:?}",
            found.status,
            found.x
        );
    }
}

#[test]
fn a_matrix_that_cannot_be_held_is_refused() {
    let mut wide = function(40_000, |_: &[f64], g: &mut [f64]| {
        g.fill(0.0);
        0.0
    });
    let error =
        Driver::new().minimize(&Descent::<Bfgs>::default(), &mut wide, &vec![0.0; 40_000]).unwrap_err();
    assert!(error.to_string().contains("lbfgs"), "{error}");
}
