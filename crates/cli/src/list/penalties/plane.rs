//! [`Plane`]: a penalised quadratic loss of two coefficients.

use thalweg::core::math::{cos, sin};
use thalweg::core::{Blocks, Penalty, Step};

/// Where the loss is least.
pub const MINIMUM: (f64, f64) = (0.6, 1.9);
/// Its Hessian, [h₁₁, h₁₂, h₂₂].
pub const HESSIAN: [f64; 3] = [1.0, 0.35, 1.0];
/// What pictures show of either axis.
pub const RANGE: (f64, f64) = (-1.8, 3.4);

/// The strength that makes the pictures of diamond and disc speak.
const LAMBDA: f64 = 0.9;
/// The largest eigenvalue of the Hessian.
const LIPSCHITZ: f64 = 1.35;
const STEPS: usize = 2000;
/// The radius of a circle around every set of a picture.
const FAR: f64 = 50.0;
/// Directions of a level set.
const DIRECTIONS: usize = 720;

/// A penalty over two coefficients beside the loss ½(b − c)ᵀH(b − c).
pub struct Plane {
    penalty: Box<dyn Penalty<f64>>,
}

/// The prox of P in place, block after block.
pub fn prox(penalty: &dyn Penalty<f64>, b: &mut [f64; 2], step: f64, lambda: f64) {
    match penalty.blocks() {
        Blocks::Coordinates => {
            for (j, b) in b.chunks_mut(1).enumerate() {
                penalty.prox(j, b, Step::Scalar(step), lambda);
            }
        }
        Blocks::Groups(groups) => {
            for (k, group) in groups.iter().enumerate() {
                if let Some(b) = b.get_mut(group.clone()) {
                    penalty.prox(k, b, Step::Scalar(step), lambda);
                }
            }
        }
    }
}

impl Plane {
    /// The plane of this penalty.
    pub fn new(penalty: Box<dyn Penalty<f64>>) -> Self {
        Self { penalty }
    }

    fn loss(b: [f64; 2]) -> f64 {
        let ([h11, h12, h22], (x, y)) = (HESSIAN, (b[0] - MINIMUM.0, b[1] - MINIMUM.1));
        0.5 * (h11 * x * x + 2.0 * h12 * x * y + h22 * y * y)
    }

    /// The penalised minimum: the best end of proximal gradient descent from several points, for a penalty may not be convex.
    pub fn solution(&self) -> (f64, f64) {
        let starts = [[MINIMUM.0, MINIMUM.1], [MINIMUM.0, 0.0], [0.0, MINIMUM.1], [0.0, 0.0]];
        let ends = starts.map(|start| {
            let mut b = start;
            for _ in 0..STEPS {
                let ([h11, h12, h22], (x, y)) = (HESSIAN, (b[0] - MINIMUM.0, b[1] - MINIMUM.1));
                b[0] -= (h11 * x + h12 * y) / LIPSCHITZ;
                b[1] -= (h12 * x + h22 * y) / LIPSCHITZ;
                prox(&*self.penalty, &mut b, 1.0 / LIPSCHITZ, LAMBDA);
            }
            b
        });
        let value = |b: &[f64; 2]| Self::loss(*b) + self.penalty.value(b, LAMBDA);
        let best = ends.into_iter().min_by(|a, b| value(a).total_cmp(&value(b))).unwrap_or_default();
        (best[0], best[1])
    }

    /// The boundary of {b : P(b) ≤ P(b*)}, by bisection along rays from 0; far outside the picture where a ray never leaves the set.
    ///
    /// A constraint's set need not hold 0: its boundary is the projection of a far circle.
    pub fn level(&self) -> Vec<(f64, f64)> {
        if self.penalty.is_constraint() {
            let projected = |k: usize| {
                let (cos, sin) = direction(k % DIRECTIONS);
                let mut b = [FAR * cos, FAR * sin];
                prox(&*self.penalty, &mut b, 1.0, LAMBDA);
                (b[0], b[1])
            };
            return (0..=DIRECTIONS).map(projected).collect();
        }
        let (x, y) = self.solution();
        let most = self.penalty.value(&[x, y], LAMBDA) * (1.0 + 1e-9) + 1e-12;
        let radius = |(cos, sin): (f64, f64)| {
            let inside = |r: f64| self.penalty.value(&[r * cos, r * sin], LAMBDA) <= most;
            let (mut low, mut high) = (0.0, 4.0 * RANGE.1);
            if inside(high) {
                return high;
            }
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if inside(middle) { low = middle } else { high = middle }
            }
            low
        };
        let point = |k: usize| {
            let direction = direction(k % DIRECTIONS);
            let r = radius(direction);
            (r * direction.0, r * direction.1)
        };
        (0..=DIRECTIONS).map(point).collect()
    }
}

/// The k-th direction; along the axes one coordinate is exactly 0, where some sets are needles.
fn direction(k: usize) -> (f64, f64) {
    match (4 * k / DIRECTIONS, (4 * k).is_multiple_of(DIRECTIONS)) {
        (0, true) => (1.0, 0.0),
        (1, true) => (0.0, 1.0),
        (2, true) => (-1.0, 0.0),
        (3, true) => (0.0, -1.0),
        _ => {
            let angle = core::f64::consts::TAU * k as f64 / DIRECTIONS as f64;
            (cos(angle), sin(angle))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Plane;
    use thalweg::regularization::penalty_over;

    /// At b₁ = 0 the lasso's b₂ solves (b₂ − 1.9) − 0.35·0.6 + 0.9 = 0, so b₂ = 1.21, where |∂loss/∂b₁| = 0.6 + 0.35·0.69 = 0.8415 < 0.9.
    /// Ridge solves (H + 0.9)b = Hc = (1.265, 2.11): b = (1.9·1.265 − 0.35·2.11, 1.9·2.11 − 0.35·1.265)/3.4875.
    #[test]
    fn the_lasso_ends_in_a_corner_and_ridge_does_not() {
        let solution = |name: &str| Plane::new(penalty_over(name, 2).unwrap()).solution();
        let (x, y) = solution("l1");
        assert_eq!(x, 0.0);
        assert!((y - 1.21).abs() < 1e-12, "{y}");
        let (x, y) = solution("ridge");
        assert!((x - 1.665 / 3.4875).abs() < 1e-12 && (y - 3.56625 / 3.4875).abs() < 1e-12, "{x} {y}");
    }

    /// The simplex is the segment from (1, 0) to (0, 1).
    #[test]
    fn a_constraint_is_projected_upon() {
        let level = Plane::new(penalty_over("simplex", 2).unwrap()).level();
        assert!(level.contains(&(1.0, 0.0)) && level.contains(&(0.0, 1.0)));
        assert!(level.iter().all(|(x, y)| (x + y - 1.0).abs() < 1e-12 && *x >= 0.0 && *y >= 0.0));
    }

    /// The level set of the lasso through (0, 1.21) is the diamond |b₁| + |b₂| ≤ 1.21.
    #[test]
    fn the_set_is_a_diamond() {
        let level = Plane::new(penalty_over("l1", 2).unwrap()).level();
        assert!(level.len() > 100);
        for (x, y) in level {
            assert!((x.abs() + y.abs() - 1.21).abs() < 1e-6, "({x}, {y})");
        }
    }
}
