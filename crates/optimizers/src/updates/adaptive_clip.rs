//! Adaptive gradient clipping: no unit's gradient may be long beside the unit itself. One more read of gradient and parameters.
//!
//! Source: Brock, De, Smith and Simonyan, *High-performance large-scale image recognition without normalization*, ICML 2021, section 4; optax's
//! `adaptive_grad_clip`.

use thalweg_core::{Context, Halt, Layout, Needs, Real, Result, Update, vector};

use super::blockwise::Ranges;
use super::check_positive;

/// uᵢ ← uᵢ·min(1, λ·max(‖pᵢ‖₂, ε)/‖uᵢ‖₂) for each unit i.
///
/// A unit is what feeds one output: a column of a matrix p×K (column-major), in a tensor of more dimensions all entries that share the last
/// index, and all of a vector. (optax counts a tensor of three dimensions as attention heads and clips along the first.) The last layer is
/// best left alone, by `.on(..)`.
///
/// A unit that is not finite halts the run: no factor would mend it.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let mut layout = Layout::default();
/// layout.push("weights", &[2, 2]);
/// let rule = thalweg_optimizers::AdaptiveClip::new(0.5)?;
/// let (mut u, p) = ([3.0, 4.0, 3.0, 4.0], [0.0, 2.0, 6.0, 8.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// rule.update(&mut u, &p, &mut state, &Context::new(0, &layout))?;
/// // The first column has norm 2, so that 1 of its gradient's 5 passes; half of the second's norm is just enough.
/// assert_eq!(u.map(|u: f64| (1e12 * u).round() / 1e12), [0.6, 0.8, 3.0, 4.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct AdaptiveClip {
    /// λ > 0, the longest gradient beside its unit; 0.01 for batches of thousands, up to 0.16 for small ones.
    pub ratio: f64,
    /// ε > 0, the least norm of a unit that counts, so that one of zeros moves. Default 1e-3.
    pub epsilon: f64,
}

impl AdaptiveClip {
    /// With this ratio.
    ///
    /// # Errors
    /// A ratio that is not positive or not finite.
    pub fn new(ratio: f64) -> Result<Self> {
        check_positive("ratio", ratio)?;
        Ok(Self { ratio, epsilon: 1e-3 })
    }

    /// With this ε.
    ///
    /// # Errors
    /// ε not positive or not finite.
    pub fn with_epsilon(self, epsilon: f64) -> Result<Self> {
        check_positive("epsilon", epsilon)?;
        Ok(Self { epsilon, ..self })
    }
}

impl<T: Real> Update<T> for AdaptiveClip {
    type State = Ranges;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<Ranges> {
        Ok(Ranges::units(layout))
    }

    fn update(&self, u: &mut [T], p: &[T], units: &mut Ranges, context: &Context<'_, T>) -> Result<(), Halt> {
        context.check(u, p)?;
        let (ratio, epsilon) = (T::of(self.ratio), T::of(self.epsilon));
        let finite = units.each(context.par, u, &|range, u| {
            let norm = vector::norm2(u);
            let limit = ratio * vector::norm2(&p[range]).max(epsilon);
            if norm > limit {
                vector::scale(limit / norm, u);
            }
            norm.is_finite()
        })?;
        if finite { Ok(()) } else { Err(Halt::NonFinite("the norm of a unit of the gradient")) }
    }
}
