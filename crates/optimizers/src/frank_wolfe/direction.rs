//! [`Direction`]: where a step goes, and the gap that it leaves.

use thalweg_core::{Blocks, LinearComposite, Penalty, Real, Vertex, vector};

use super::State;

/// s ← argmin gᵀs over the product of the blocks' sets.
pub(super) fn towards<T: Real>(penalty: &dyn Penalty<T>, g: &[T], s: &mut [T]) -> Vertex {
    match penalty.blocks() {
        Blocks::Coordinates => penalty.linear_minimizer(0, g, s),
        Blocks::Groups(groups) => {
            let mut all = Vertex::Unknown;
            for (k, group) in groups.iter().enumerate() {
                all = penalty.linear_minimizer(k, &g[group.clone()], &mut s[group.clone()]);
                if all == Vertex::Unknown {
                    return all;
                }
            }
            if groups.len() > 1 { Vertex::Point } else { all }
        }
    }
}

/// A direction d, whose rows are in `along`.
pub(super) struct Direction<T> {
    /// The index of the first coefficient.
    pub(super) first: usize,
    /// d of the intercept, which keeps its slope at 0 as far as the model goes.
    pub(super) intercept: T,
    /// The vertices that a pairwise step moves weight between, as entry and height; else d = s − x.
    pub(super) vertices: Option<((usize, T), (usize, T))>,
    /// The longest step.
    pub(super) longest: T,
    /// ∇f·d.
    pub(super) slope: T,
}

/// Chooses the direction and writes Xd to `along`, with the intercept's share in it.
pub(super) fn aim<T: Real, O: LinearComposite<T> + ?Sized>(objective: &O, s: &mut State<T>) -> Direction<T> {
    let design = objective.design();
    let first = usize::from(design.has_intercept());
    let found = towards(objective.penalty(), &s.at.gradient[first..], &mut s.s[first..]);
    let g = &s.at.gradient[first..];
    let mut direction =
        Direction { first, intercept: T::ZERO, vertices: None, longest: T::ONE, slope: T::ZERO };
    if let (Some(atoms), Vertex::Axis(to)) = (&s.atoms, found) {
        let (from, height, weight) = atoms.worst(g);
        let (target, mut shift) = (s.s[first + to], T::ZERO);
        s.along.fill(T::ZERO);
        design.column_axpy(first + to, target, &mut s.along, &mut shift);
        design.column_axpy(first + from, -height, &mut s.along, &mut shift);
        s.along.iter_mut().for_each(|a| *a += shift);
        direction.vertices = Some(((from, height), (to, target)));
        direction.longest = weight;
        direction.slope = g[to] * target - g[from] * height;
    } else {
        if first == 1 {
            s.s[0] = s.at.x[0];
        }
        objective.predict(&s.s, &mut s.along);
        for (along, eta) in s.along.iter_mut().zip(&s.rows.eta) {
            *along -= *eta;
        }
        direction.slope =
            g.iter().zip(s.s[first..].iter().zip(&s.at.x[first..])).map(|(g, (s, x))| *g * (*s - *x)).sum();
    }
    let mass = vector::sum(&s.rows.curvature);
    if first == 1 && mass > T::ZERO {
        let bend = vector::dot(&s.rows.curvature, &s.along);
        direction.intercept = -bend / mass;
        direction.slope += s.at.gradient[0] * direction.intercept;
        s.along.iter_mut().for_each(|a| *a += direction.intercept);
    }
    direction
}

/// The Frank–Wolfe gap g·(x − s), and what the intercept's Newton step promises beside it.
pub(super) fn gap<T: Real, O: LinearComposite<T> + ?Sized>(objective: &O, s: &mut State<T>) -> T {
    let first = usize::from(objective.design().has_intercept());
    towards(objective.penalty(), &s.at.gradient[first..], &mut s.s[first..]);
    let terms = s.at.gradient.iter().zip(s.at.x.iter().zip(&s.s)).skip(first);
    let linear: T = terms.map(|(g, (x, s))| *g * (*x - *s)).sum();
    let mass = vector::sum(&s.rows.curvature);
    let free =
        if first == 1 && mass > T::ZERO { T::of(0.5) * s.at.gradient[0].square() / mass } else { T::ZERO };
    linear.max(T::ZERO) + free
}
