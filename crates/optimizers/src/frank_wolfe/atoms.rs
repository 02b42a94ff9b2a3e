//! [`Atoms`]: a point of a polytope as a convex combination of vertices that are multiples of unit vectors.

use thalweg_core::{Archive, Checkpoint, Penalty, Real, Result, Vertex, vector, visit_slice};

/// Weights ≥ 0 with sum 1: entry 2j is that of the vertex along +eⱼ, entry 2j + 1 along −eⱼ.
#[derive(Clone, Debug)]
pub(super) struct Atoms<T> {
    weights: Vec<T>,
    /// The entry of each vertex that is not 0; right where the weight is positive.
    heights: Vec<T>,
}

impl<T: Real> Checkpoint for Atoms<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "weights", &mut self.weights)?;
        visit_slice(archive, "heights", &mut self.heights)
    }
}

/// The weight of the vertex along eⱼ on the side of `height`.
fn slot<T: Real>(j: usize, height: T) -> usize {
    2 * j + usize::from(height < T::ZERO)
}

impl<T: Real> Atoms<T> {
    /// b as a combination of the vertices of the penalty's set; `None` if these are no multiples of unit vectors, or do not span b.
    pub(super) fn spanning(penalty: &dyn Penalty<T>, b: &[T]) -> Option<Self> {
        let mut atoms = Self { weights: vec![T::ZERO; 2 * b.len()], heights: vec![T::ZERO; 2 * b.len()] };
        let (mut g, mut s) = (vec![T::ZERO; b.len()], vec![T::ZERO; b.len()]);
        // The vertex along eⱼ with this sign, if there is one.
        let mut vertex = |j: usize, sign: T| {
            g[j] = -sign;
            let found = penalty.linear_minimizer(0, &g, &mut s);
            g[j] = T::ZERO;
            (found == Vertex::Axis(j) && s[j] * sign > T::ZERO).then(|| s[j])
        };
        let mut rest = T::ONE;
        for (j, b) in b.iter().enumerate().filter(|(_, b)| **b != T::ZERO) {
            let height = vertex(j, *b)?;
            atoms.set(j, height, *b / height);
            rest -= *b / height;
        }
        let rounding = T::EPSILON * T::of(64.0 + b.len() as f64);
        if rest > rounding {
            // Two vertices that cancel take what is left.
            let (up, down) = (vertex(0, T::ONE)?, vertex(0, -T::ONE)?);
            let up_share = -down / (up - down);
            let before = [atoms.weights[0], atoms.weights[1]];
            atoms.set(0, up, before[0] + rest * up_share);
            atoms.set(0, down, before[1] + rest * (T::ONE - up_share));
        }
        let total = vector::sum(&atoms.weights);
        ((total - T::ONE).abs() <= rounding).then_some(atoms)
    }

    fn set(&mut self, j: usize, height: T, weight: T) {
        let slot = slot(j, height);
        (self.weights[slot], self.heights[slot]) = (weight, height);
    }

    /// The vertex of positive weight where gᵀv is largest: its entry, its height and its weight.
    pub(super) fn worst(&self, g: &[T]) -> (usize, T, T) {
        let mut worst = (0, T::ZERO, T::ZERO);
        let mut largest = -T::INFINITY;
        for (slot, weight) in self.weights.iter().enumerate().filter(|(_, w)| **w > T::ZERO) {
            let (j, height) = (slot / 2, self.heights[slot]);
            if g[j] * height > largest {
                largest = g[j] * height;
                worst = (j, height, *weight);
            }
        }
        worst
    }

    /// Moves weight γ from one vertex to another, each given by entry and height, and writes the point to `b`.
    pub(super) fn shift(&mut self, from: (usize, T), to: (usize, T), gamma: T, b: &mut [T]) {
        let (away, towards) = (slot(from.0, from.1), slot(to.0, to.1));
        self.weights[away] = (self.weights[away] - gamma).max(T::ZERO);
        self.weights[towards] += gamma;
        self.heights[towards] = to.1;
        // What rounding takes from the sum of 1, or adds, would add up over the steps.
        vector::scale(vector::sum(&self.weights).recip(), &mut self.weights);
        for (b, (w, h)) in b.iter_mut().zip(self.weights.chunks_exact(2).zip(self.heights.chunks_exact(2))) {
            *b = w[0] * h[0] + w[1] * h[1];
        }
    }
}
