//! [`synthetic`] and [`admitted`]: seeded data of a linear model, for tests, benchmarks and examples.

use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Design, Par, Result, Scalar, Target, interop, vector};

/// How the target depends on its linear predictor η.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// y = η + standard normal noise: for the squared and other residual losses.
    Squared,
    /// y = 1 with probability σ(η), else 0.
    Logistic,
    /// y is a Poisson count of mean e^η.
    Poisson,
    /// y is exponential with mean e^η: gamma of shape 1.
    Gamma,
}

/// A data set and the coefficients that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// The number of rows n.
    pub n: usize,
    /// The number of predictors p.
    pub p: usize,
    /// X, n×p, column-major: standard normal.
    pub x: Vec<f64>,
    /// The true intercept.
    pub intercept: f64,
    /// The true coefficients, scaled so that Xb has unit variance.
    pub coefficients: Vec<f64>,
    /// The targets.
    pub y: Vec<f64>,
}

impl Linear {
    /// X as a design without intercept.
    ///
    /// # Errors
    /// No rows.
    pub fn design(&self) -> Result<Design<'_, f64>> {
        Design::new(interop::column_major(&self.x, self.n, self.p)?)
    }
}

/// Entries drawn from one stream. Fixed, so that the data depend on seed and shape alone, whatever the number of threads.
const CHUNK: usize = 4096;

/// n rows and p predictors of a linear model of this kind: the same bits for the same arguments on any machine and any thread count.
///
/// ```
/// use thalweg_problems::linear::{Kind, synthetic};
/// let data = synthetic(100, 3, 1, Kind::Logistic);
/// assert_eq!((data.x.len(), data.y.len()), (300, 100));
/// assert!(data.y.iter().all(|y| *y == 0.0 || *y == 1.0));
/// ```
#[must_use]
pub fn synthetic(n: usize, p: usize, seed: u64, kind: Kind) -> Linear {
    let streams = Streams::new(seed);
    let mut x = vec![0.0; n * p];
    Par::Rayon.for_each_chunk(&mut x, CHUNK, |chunk, x| {
        let mut rng = streams.stream("design", chunk as u64);
        x.fill_with(|| normal(&mut rng));
    });
    let mut rng = streams.stream("coefficients", 0);
    let mut coefficients: Vec<f64> = (0..p).map(|_| normal(&mut rng)).collect();
    let norm = vector::norm2(&coefficients);
    if norm > 0.0 {
        vector::scale(norm.recip(), &mut coefficients);
    }
    let intercept = 0.5;
    let mut y = vec![intercept; n];
    Par::Rayon.for_each_chunk(&mut y, CHUNK, |chunk, y| {
        let start = chunk * CHUNK;
        for (j, b) in coefficients.iter().enumerate() {
            let column = &x[j * n + start..][..y.len()];
            vector::axpy(*b, column, y);
        }
        let mut rng = streams.stream("target", chunk as u64);
        for y in y {
            // One uniform number a row keeps the rows in step whatever the kind.
            *y = match kind {
                Kind::Squared => *y + normal(&mut rng),
                Kind::Logistic => f64::from(uniform(&mut rng) < Scalar::sigmoid(*y)),
                Kind::Poisson => poisson(Scalar::exp(*y), uniform(&mut rng)),
                Kind::Gamma => -Scalar::ln_1p(-uniform(&mut rng)) * Scalar::exp(*y) + f64::MIN_POSITIVE,
            };
        }
    });
    Linear { n, p, x, intercept, coefficients, y }
}

/// [`synthetic`] data whose targets a loss with these targets admits: 0 or 1, counts (plus ½ where they must be positive), or real numbers.
///
/// ```
/// use thalweg_core::Target;
/// let data = thalweg_problems::linear::admitted(Target::Positive, 100, 3, 1);
/// assert!(data.y.iter().all(|y| *y >= 0.5));
/// ```
#[must_use]
pub fn admitted(target: Target, n: usize, p: usize, seed: u64) -> Linear {
    let kind = match target {
        Target::UnitInterval | Target::Binary | Target::Class(_) => Kind::Logistic,
        Target::Nonnegative | Target::Count | Target::Positive => Kind::Poisson,
        _ => Kind::Squared,
    };
    let mut data = synthetic(n, p, seed, kind);
    if target == Target::Positive {
        data.y.iter_mut().for_each(|y| *y += 0.5);
    }
    data
}

/// The smallest count whose distribution function exceeds u, by summing probabilities from 0.
fn poisson(mean: f64, u: f64) -> f64 {
    let mut probability = Scalar::exp(-mean);
    let (mut cumulated, mut count) = (probability, 0.0);
    // The bound only matters where rounding keeps the sum below u.
    while cumulated <= u && count < 20.0 * mean + 100.0 {
        count += 1.0;
        probability *= mean / count;
        cumulated += probability;
    }
    count
}
