//! Fewer points for a line of many.

use crate::axis::extent;
use crate::svg::Point;

/// Every k-th point.
pub(crate) fn stride(points: &[Point], budget: usize) -> Vec<Point> {
    points.iter().step_by(points.len().div_ceil(budget.max(1)).max(1)).copied().collect()
}

/// First, least, greatest and last point of each run inside one column of the picture (Jugel et al. 2014, *M4*, VLDB 7).
pub(crate) fn envelope(points: &[Point], budget: usize) -> Vec<Point> {
    if points.len() <= budget {
        return points.to_vec();
    }
    let (low, high) = extent(points.iter().map(|p| p.0)).unwrap_or_default();
    let columns = (budget as f64 / 4.0).floor().clamp(16.0, 800.0);
    let column = |p: &Point| if p.0.is_nan() { -1.0 } else { ((p.0 - low) / (high - low) * columns).floor() };
    let mut out = Vec::new();
    for run in points.chunk_by(|a, b| column(a) == column(b)) {
        let extreme =
            |sign: f64| (0..run.len()).max_by(|&a, &b| (sign * run[a].1).total_cmp(&(sign * run[b].1)));
        let mut kept = [Some(0), extreme(-1.0), extreme(1.0), run.len().checked_sub(1)];
        kept.sort_unstable();
        let mut before = None;
        for i in kept.into_iter().flatten() {
            if before != Some(i) {
                out.push(run[i]);
            }
            before = Some(i);
        }
    }
    out
}
