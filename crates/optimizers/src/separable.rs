//! [`Separable`]: a penalty of single coefficients in the terms of quasi-Newton methods, Σ sⱼ|bⱼ| + ½ Σ dⱼbⱼ² on a box, read from the
//! penalty's own oracles.
//!
//! What is read here only shapes directions; values and violations are always those of the penalty itself.

use thalweg_core::{Blocks, Error, Halt, LinearComposite, Penalty, Real, Result, Step};

/// Bounds, weights of the absolute values and weights of the squares, one a parameter; an intercept has none.
#[derive(Clone, Debug)]
pub(crate) struct Separable<T> {
    pub(crate) lower: Vec<T>,
    pub(crate) upper: Vec<T>,
    /// s ≥ 0.
    pub(crate) kink: Vec<T>,
    /// d ≥ 0.
    pub(crate) ridge: Vec<T>,
}

impl<T: Real> Separable<T> {
    /// Reads the penalty of an objective with q parameters.
    ///
    /// # Errors
    /// A penalty that is no such sum, naming the `solver` that cannot take it.
    pub(crate) fn read<O: LinearComposite<T> + ?Sized>(
        solver: &str,
        objective: &O,
        q: usize,
    ) -> Result<Self, Halt> {
        let (penalty, lambda) = (objective.penalty(), objective.lambda());
        let first = usize::from(objective.design().has_intercept());
        let refused = |why: &str| {
            Halt::Input(Error::Unsupported {
                what: format!("{solver} with this penalty"),
                why: why.to_owned(),
                remedy: "use coordinate-descent, block-coordinate-descent or fista".to_owned(),
            })
        };
        if !matches!(penalty.blocks(), Blocks::Coordinates) {
            return Err(refused("it acts on groups of coefficients"));
        }
        if !penalty.is_convex() {
            return Err(refused("it is not convex"));
        }
        let ridge = penalty.quadratic_part(lambda);
        let mut all = Self {
            lower: vec![-T::INFINITY; q],
            upper: vec![T::INFINITY; q],
            kink: vec![T::ZERO; q],
            ridge: vec![T::ZERO; q],
        };
        for k in first..q {
            let j = k - first;
            let d = ridge.as_ref().map_or(T::ZERO, |ridge| ridge.at(j));
            let one = One { penalty, lambda, j };
            let Some((lower, upper, kink)) = one.read(d) else {
                return Err(refused("it is no sum of s|b| + d b^2/2 within bounds over single coefficients"));
            };
            (all.lower[k], all.upper[k], all.kink[k], all.ridge[k]) = (lower, upper, kink, d);
        }
        Ok(all)
    }

    /// True if some coefficient is bounded.
    pub(crate) fn is_bounded(&self) -> bool {
        self.lower.iter().any(|l| l.is_finite()) || self.upper.iter().any(|u| u.is_finite())
    }

    /// out ← ∇f + d∘x, the gradient of all but the absolute values.
    pub(crate) fn total(&self, x: &[T], gradient: &[T], out: &mut [T]) {
        for (((out, x), g), d) in out.iter_mut().zip(x).zip(gradient).zip(&self.ridge) {
            *out = *g + *d * *x;
        }
    }

    /// The entry of the subgradient of F of least norm for parameter k at `x`, given `g` of [`Separable::total`]; bounds do not count.
    pub(crate) fn pseudo(&self, k: usize, x: T, g: T) -> T {
        let s = self.kink[k];
        if x > T::ZERO || (x == T::ZERO && g + s < T::ZERO) {
            g + s
        } else if x < T::ZERO || g - s > T::ZERO {
            g - s
        } else {
            T::ZERO
        }
    }
}

/// One coefficient's penalty.
struct One<'a, T: Real> {
    penalty: &'a dyn Penalty<T>,
    lambda: T,
    j: usize,
}

impl<T: Real> One<'_, T> {
    fn violation(&self, b: T, g: T) -> T {
        self.penalty.violation(self.j, &[b], &[g], self.lambda)
    }

    /// (lower, upper, s), if the derivative at a few points is that of s|b| + ½db².
    fn read(&self, d: T) -> Option<(T, T, T)> {
        let (lower, upper) = (self.bound(-T::ONE), self.bound(T::ONE));
        if lower > upper || lower.is_nan() || upper.is_nan() {
            return None;
        }
        let kink = if lower <= T::ZERO && upper >= T::ZERO {
            // At 0 moving towards a side with room meets (|g| − s)₊.
            let side = if upper > T::ZERO { -T::ONE } else { T::ONE };
            if lower == upper { T::ZERO } else { self.kink(side)? }
        } else {
            let inside = match (lower.is_finite(), upper.is_finite()) {
                (true, true) => T::of(0.5) * (lower + upper),
                (true, false) => lower + lower.abs().max(T::ONE),
                _ => upper - upper.abs().max(T::ONE),
            };
            if lower == upper {
                T::ZERO
            } else {
                (self.violation(inside, T::ZERO) - d * inside.abs()).max(T::ZERO)
            }
        };
        let agrees = [1e-3, 1.0, 1e3].into_iter().flat_map(|b| [T::of(b), T::of(-b)]).all(|b| {
            let slope = kink + d * b.abs();
            let rounding = T::of(32.0) * T::EPSILON * slope;
            !(lower < b && b < upper) || (self.violation(b, T::ZERO) - slope).abs() <= rounding
        });
        (agrees && kink.is_finite()).then_some((lower, upper, kink))
    }

    /// The bound on the side of this sign; beyond 1/ε a coefficient counts as free.
    fn bound(&self, sign: T) -> T {
        let far = sign * T::EPSILON.recip();
        if self.violation(far, T::ZERO).is_finite() {
            return sign * T::INFINITY;
        }
        let mut b = [far];
        self.penalty.prox(self.j, &mut b, Step::Scalar(T::MIN_POSITIVE), self.lambda);
        b[0]
    }

    /// s from the violation |g| − s at 0, exactly: the power of two |g| nearest above s loses no bit.
    fn kink(&self, side: T) -> Option<T> {
        let exceeds = |g: T| self.violation(T::ZERO, side * g) > T::ZERO;
        if exceeds(T::MIN_POSITIVE) {
            return Some(T::ZERO);
        }
        let (half, two) = (T::of(0.5), T::of(2.0));
        let mut g = T::ONE;
        while !exceeds(g) {
            g *= two;
            if !g.is_finite() {
                return None;
            }
        }
        while exceeds(g * half) {
            g *= half;
        }
        Some(g - self.violation(T::ZERO, side * g))
    }
}
