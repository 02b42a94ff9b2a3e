//! [`Whole`]: squared loss with the Gram matrix of all columns at hand. X is not read along the path.

use thalweg_core::{Design, Penalty, squared_gap};
use thalweg_optimizers::{Effort, Quadratic};

use super::walk::{SAFETY, SWEEPS, Settled, tolerance};

/// The loss is its own quadratic model: the coefficients of all columns, with the model linearised at the null model.
pub(crate) struct Whole {
    model: Quadratic<f64>,
    first: usize,
    /// The parameters, on the scale of the model's columns.
    pub(crate) x: Vec<f64>,
    /// The gradient of the mean loss at x.
    gradient: Vec<f64>,
    /// The mean loss at x.
    pub(crate) loss: f64,
    origin: Origin,
}

/// Where the model was linearised.
struct Origin {
    x: Vec<f64>,
    /// The intercept's gradient.
    slope: f64,
    loss: f64,
}

impl Whole {
    /// From the null model: its parameters, gradient and loss. The model holds all columns in their order and is linearised there.
    pub(crate) fn new(model: Quadratic<f64>, null: &[f64], gradient: &[f64], loss: f64) -> Self {
        let first = null.len() - model.columns().len();
        let slope = gradient.first().filter(|_| first == 1).copied().unwrap_or(0.0);
        let origin = Origin { x: null.to_vec(), slope, loss };
        Self { model, first, x: null.to_vec(), gradient: gradient.to_vec(), loss, origin }
    }

    /// The fit at λ with a gap of at most `target`. The design is not read.
    pub(crate) fn solve(
        &mut self,
        design: &Design<'_, f64>,
        penalty: &dyn Penalty<f64>,
        lambda: f64,
        (target, relative): (f64, f64),
        limit: u64,
    ) -> Settled {
        let provable = self.gap(penalty, lambda).is_finite();
        let mut violation = tolerance(&self.x[self.first..], lambda, target, relative, provable);
        for round in 1..=limit.max(1) {
            // What many updates have lost to rounding is left behind.
            self.model.rebuild(design);
            let effort = Effort { tolerance: violation, sweeps: SWEEPS, newton: true };
            self.model.descend(design, penalty, lambda, effort);
            self.adopt();
            let gap = self.gap(penalty, lambda);
            if gap <= SAFETY * target || !gap.is_finite() {
                return Settled { reached: true, rounds: round };
            }
            violation *= 0.1;
            if violation < f64::EPSILON * f64::EPSILON * lambda || violation == 0.0 {
                return Settled { reached: false, rounds: round };
            }
        }
        Settled { reached: false, rounds: limit }
    }

    /// Goes to another point.
    pub(super) fn jump(&mut self, design: &Design<'_, f64>, x: &[f64]) {
        self.model.set_coefficients(&x[self.first..]);
        self.model.rebuild(design);
        self.adopt();
    }

    /// The point of the model, with its gradient and loss.
    fn adopt(&mut self) {
        let Self { model, first, x, gradient, loss, origin } = self;
        let (b, g) = (model.coefficients(), model.gradients());
        let steps = b.iter().zip(&origin.x[*first..]).map(|(b, b0)| b - b0);
        let slopes = g.iter().zip(model.gradients_at_start()).map(|(g, g0)| g + g0);
        let change: f64 = steps.zip(slopes).map(|(d, s)| 0.5 * d * s).sum();
        *loss = origin.loss + change + model.intercept_gain(origin.slope);
        x[*first..].copy_from_slice(b);
        gradient[*first..].copy_from_slice(g);
        if *first == 1 {
            x[0] = origin.x[0] + model.intercept_step(origin.slope);
            gradient[0] = 0.0;
        }
    }

    fn gap(&self, penalty: &dyn Penalty<f64>, lambda: f64) -> f64 {
        squared_gap(penalty, lambda, self.loss, (&self.x, &self.gradient), self.first)
    }
}
