//! The prox of the total variation in one dimension, for any weights: min ½Σ wᵢ(zᵢ − yᵢ)² + r Σ|zᵢ₊₁ − zᵢ|, exact and in linear time.
//!
//! Source: Johnson, *A dynamic programming algorithm for the fused lasso and ℓ₀-segmentation*, J. Comput. Graph. Statist. 22 (2013). The
//! derivative of the value function of the first i entries is piecewise linear and rises; an entry adds a line to it and cuts it at ±r, so
//! that every knot is pushed and popped once.

/// A knot of the derivative: where it is, and by how much slope and height of the line change there.
#[derive(Copy, Clone, Debug, Default)]
struct Knot {
    at: f64,
    slope: f64,
    height: f64,
}

/// The problem and its working memory.
#[derive(Debug, Default)]
pub(super) struct Taut {
    /// yᵢ and wᵢ.
    entries: Vec<(f64, f64)>,
    /// A queue open at both ends, filled from its middle outwards.
    knots: Vec<Knot>,
    /// Where the derivative is −r and r, for each entry but the last.
    bounds: Vec<(f64, f64)>,
    z: Vec<f64>,
}

impl Taut {
    pub(super) fn new(n: usize) -> Self {
        Self {
            entries: Vec::with_capacity(n),
            knots: vec![Knot::default(); 2 * n],
            bounds: Vec::with_capacity(n),
            z: vec![0.0; n],
        }
    }

    /// Takes the entries (y, w), at most as many as the memory is for.
    pub(super) fn load(&mut self, entries: impl Iterator<Item = (f64, f64)>) {
        self.entries.clear();
        self.entries.extend(entries);
    }

    /// z after [`Taut::solve`].
    pub(super) fn solution(&self) -> &[f64] {
        &self.z[..self.entries.len()]
    }

    pub(super) fn solve(&mut self, r: f64) {
        let Self { entries, knots, bounds, z } = self;
        let n = entries.len();
        if n <= 1 || r == 0.0 {
            for (z, (y, _)) in z.iter_mut().zip(entries.iter()) {
                *z = *y;
            }
            return;
        }
        forward(entries, knots, bounds, r);
        // Back from the last entry, each one is the next one's value, held between its bounds.
        z[n - 1] = bounds[n - 1].0;
        for i in (0..n - 1).rev() {
            z[i] = z[i + 1].max(bounds[i].0).min(bounds[i].1);
        }
        refine(entries, z, r);
    }
}

/// Fills `bounds`; the last entry's are both its minimiser.
fn forward(entries: &[(f64, f64)], knots: &mut [Knot], bounds: &mut Vec<(f64, f64)>, r: f64) {
    let n = entries.len();
    bounds.clear();
    // The queue is knots[left..right]; below it the line is wᵢ(z − yᵢ) − r, above it wᵢ(z − yᵢ) + r, where r is 0 before the first entry.
    let (mut left, mut right) = (n, n);
    for (i, (y, w)) in entries.iter().copied().enumerate() {
        let cut = if i == 0 { 0.0 } else { r };
        let target = if i + 1 == n { 0.0 } else { r };
        // From below, to where the derivative is −target.
        let (mut slope, mut height) = (w, -w * y - cut);
        while left < right && slope * knots[left].at + height <= -target {
            slope += knots[left].slope;
            height += knots[left].height;
            left += 1;
        }
        let low = (-target - height) / slope;
        if i + 1 == n {
            bounds.push((low, low));
            return;
        }
        let lower = Knot { at: low, slope, height: height + r };
        // From above, to where it is r.
        let (mut slope, mut height) = (w, -w * y + cut);
        while left < right && slope * knots[right - 1].at + height >= target {
            slope -= knots[right - 1].slope;
            height -= knots[right - 1].height;
            right -= 1;
        }
        let high = (target - height) / slope;
        left -= 1;
        knots[left] = lower;
        knots[right] = Knot { at: high, slope: -slope, height: r - height };
        right += 1;
        bounds.push((low, high));
    }
}

/// Every level anew from its own entries: the mean, moved by r at each end that is higher or lower. The sums of the forward pass run over
/// all entries before, and round by their size.
fn refine(entries: &[(f64, f64)], z: &mut [f64], r: f64) {
    let n = entries.len();
    let (mut start, mut before) = (0, None);
    while start < n {
        let level = z[start];
        let end = start + z[start..n].iter().take_while(|z| **z == level).count();
        let pull = |other: Option<f64>| match other {
            Some(z) if z > level => r,
            Some(z) if z < level => -r,
            _ => 0.0,
        };
        let after = (end < n).then(|| z[end]);
        let (mass, moment) = entries[start..end].iter().fold((0.0, 0.0), |(m, s), (y, w)| (m + w, s + w * y));
        let value = (moment + pull(before) + pull(after)) / mass;
        z[start..end].fill(value);
        before = Some(level);
        start = end;
    }
}
