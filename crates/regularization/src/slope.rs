//! SLOPE, the sorted L1 norm λ Σ wᵢ|b|₍ᵢ₎ with |b|₍₁₎ ≥ |b|₍₂₎ ≥ …: selects with a controlled false discovery rate, and gives correlated columns
//! coefficients of one size.
//!
//! Source: Bogdan, van den Berg, Sabatti, Su and Candès, *SLOPE: adaptive variable selection via convex optimization*, Ann. Appl. Stat. 9
//! (2015), with the stack algorithm for the prox; Bondell and Reich, Biometrics 64 (2008), for linear weights (OSCAR).

use thalweg_core::math::normal_quantile;
use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step, check_shape};

use crate::norm::{indicator, shrink};
use crate::oscar::check_oscar;
use crate::scratch::Scratch;
use crate::whole::{UNKNOWN, whole};
use crate::{Make, PenaltyEntry};

mod pool;

use pool::{Pool, nonincreasing};

/// P(b; λ) = λ Σ wᵢ|b|₍ᵢ₎ with weights w₁ ≥ w₂ ≥ … ≥ 0. prox: |v| in falling order minus λtw, made nonincreasing by pooling neighbours that are not,
/// cut at 0 (n log n). Violation: clusters of equal |bⱼ| are permutohedra, the distance to which is a pooling too. Conjugate 0 where Ω°(v) = maxₖ
/// Σᵢ≤ₖ|v|₍ᵢ₎ / Σᵢ≤ₖ wᵢ ≤ λ, +∞ beyond. λ_max = Ω°(g₀). A step a coefficient has no known prox.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let slope = thalweg_regularization::Slope::new(vec![3.0, 1.0, 0.5])?;
/// let mut v = [4.0, -5.0, 0.25];
/// // 5 − 3 and 4 − 1 are out of order: both become 2.5.
/// slope.prox(0, &mut v, Step::Scalar(1.0), 1.0);
/// assert_eq!(v, [2.5, -2.5, 0.0]);
/// assert_eq!(slope.value(&v, 2.0), 20.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Slope {
    blocks: Blocks,
    weights: Vec<f64>,
    /// How the weights are made when p is known, if they are not given.
    rule: Option<Rule>,
    pool: Scratch<Pool>,
}

/// How the weights of p coefficients are made.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Rule {
    BenjaminiHochberg { q: f64 },
    Oscar { alpha: f64, beta: f64 },
}

impl Slope {
    /// With one weight a coefficient, for the largest first.
    ///
    /// # Errors
    /// No weights; weights that rise, are negative, not finite, or all 0.
    pub fn new(weights: Vec<f64>) -> Result<Self> {
        let fine = |i: usize, w: f64| w.is_finite() && w >= 0.0 && (i == 0 || w <= weights[i - 1]);
        if let Some(i) = (0..weights.len()).find(|i| !fine(*i, weights[*i])) {
            let rule = "weights are finite numbers >= 0 in falling order";
            return Err(Error::invalid_parameter(&format!("weight {i} of slope"), weights[i], rule));
        }
        if weights.first() == Some(&0.0) {
            return Err(Error::invalid_parameter("weight 0 of slope", 0, "the first must be > 0"));
        }
        let pool = Scratch::new(Pool::new(weights.len()));
        let blocks = whole(weights.len())?;
        Ok(Self { blocks, weights, rule: None, pool })
    }

    /// wᵢ = Φ⁻¹(1 − iq/(2p)), the critical values of Benjamini and Hochberg: for an orthonormal design of unit columns and noise of
    /// standard deviation λ, the false discovery rate is at most q.
    ///
    /// # Errors
    /// p = 0; q outside (0, 1).
    pub fn benjamini_hochberg(p: usize, q: f64) -> Result<Self> {
        let q = check_rate(q)?;
        // The upper tail by symmetry: 1 − small loses its digits.
        Self::new((1..=p).map(|i| -normal_quantile(q * i as f64 / (2.0 * p as f64))).collect())
    }

    /// OSCAR, wᵢ = α + β(p − i): λ(α Σ|bⱼ| + β Σ_{j<k} max(|bⱼ|, |bₖ|)), which gives correlated columns one common size.
    ///
    /// Source: Bondell and Reich, *Simultaneous regression shrinkage, variable selection, and supervised clustering of predictors with OSCAR*,
    /// Biometrics 64 (2008); α = 1 and β = c in their formula.
    ///
    /// ```
    /// let oscar = thalweg_regularization::Slope::oscar(3, 1.0, 0.5)?;
    /// assert_eq!(oscar.weights(), [2.0, 1.5, 1.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// p = 0; α or β negative or not finite; weights that are all 0.
    pub fn oscar(p: usize, alpha: f64, beta: f64) -> Result<Self> {
        let (alpha, beta) = check_oscar(alpha, beta)?;
        Self::new((1..=p).map(|i| alpha + beta * (p - i) as f64).collect())
    }

    /// Of p coefficients, once p is known.
    pub(crate) fn later(rule: Rule) -> Self {
        Self { blocks: UNKNOWN, weights: Vec::new(), rule: Some(rule), pool: Scratch::new(Pool::new(0)) }
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Ω°(v).
    fn gauge<T: Real>(&self, v: &[T]) -> T {
        let mut pool = self.pool.take();
        pool.sort(v.iter().map(|v| v.abs().to_f64()));
        let (mut above, mut below, mut largest) = (0.0, 0.0, 0.0_f64);
        for ((_, v), w) in pool.order.iter().zip(&self.weights) {
            above += v;
            below += w;
            largest = if above / below > largest || above.is_nan() { above / below } else { largest };
        }
        T::of(largest)
    }
}

fn check_rate(q: f64) -> Result<f64> {
    if q > 0.0 && q < 1.0 { Ok(q) } else { Err(Error::invalid_parameter(Q.name, q, Q.rule)) }
}

const Q: Parameter = Parameter {
    name: "q",
    default: 0.1,
    rule: "it must be a number above 0 and below 1",
    summary: "false discovery rate that the weights aim at",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "slope",
    summary: "lambda times the sorted L1 norm, larger coefficients weighing more: selects at a false discovery rate",
    parameters: &[Q],
    example: "slope:q=0.05",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(Slope::later(Rule::BenjaminiHochberg { q: check_rate(values[0])? })))
}

impl<T: Real> Penalty<T> for Slope {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        let mut pool = self.pool.take();
        pool.sort(b.iter().map(|b| b.abs().to_f64()));
        let sum: f64 = pool.order.iter().zip(&self.weights).map(|((_, b), w)| b * w).sum();
        lambda * T::of(sum)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        if v.is_empty() {
            return;
        }
        let weight = (lambda * step.at(0)).to_f64();
        let mut pool = self.pool.take();
        // What the least weight alone brings to 0 is 0: its differences, the last in order, are negative and pull no positive level up.
        let least = weight * self.weights.last().copied().unwrap_or(0.0);
        pool.sort_above(least, v.iter().map(|v| v.abs().to_f64()));
        let Pool { order, levels } = &mut *pool;
        for ((_, v), w) in order.iter_mut().zip(&self.weights) {
            *v -= weight * w;
        }
        nonincreasing(order, levels);
        for v in v.iter_mut().filter(|v| v.abs().to_f64() <= least) {
            *v = T::ZERO;
        }
        for (at, z) in order.iter() {
            let z = T::of(z.max(0.0));
            v[*at] = if v[*at] < T::ZERO { -z } else { z };
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let lambda = lambda.to_f64();
        let mut pool = self.pool.take();
        pool.sort(b.iter().map(|b| b.abs().to_f64()));
        let Pool { order, levels } = &mut *pool;
        let (mut square, mut start) = (0.0, 0);
        while start < order.len() {
            let size = order[start].1;
            let end = start + order[start..].iter().take_while(|(_, b)| *b == size).count();
            let cluster = &mut order[start..end];
            for (at, w) in cluster.iter_mut() {
                let g = g[*at].to_f64();
                *w = if size == 0.0 {
                    g.abs()
                } else if b[*at] > T::ZERO {
                    -g
                } else {
                    g
                };
            }
            cluster.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
            for ((_, w), weight) in cluster.iter_mut().zip(&self.weights[start..]) {
                *w -= lambda * weight;
            }
            nonincreasing(cluster, levels);
            let least = if size == 0.0 { 0.0 } else { f64::NEG_INFINITY };
            square += cluster.iter().map(|(_, w)| w.max(least).powi(2)).sum::<f64>();
            start = end;
        }
        T::of(square.sqrt())
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn takes_diagonal_steps(&self) -> bool {
        false
    }

    fn check(&self, p: usize) -> Result<()> {
        check_shape("weights of slope", p, self.weights.len())
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        Ok(match self.rule {
            None => None,
            Some(Rule::BenjaminiHochberg { q }) => Some(Box::new(Self::benjamini_hochberg(p, q)?)),
            Some(Rule::Oscar { alpha, beta }) => Some(Box::new(Self::oscar(p, alpha, beta)?)),
        })
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        Some(self.gauge(g0))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        indicator(self.gauge(v), lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        shrink(self.gauge(v), lambda, v.len())
    }
}
