//! What the scatter plots of residuals share.

use thalweg_core::Result;

use crate::axis::extent;
use crate::color::Color;
use crate::lowess::Lowess;
use crate::svg::{Point, Svg};

/// The smoother over rows of x and y, thinned to what the eye resolves.
pub(crate) fn smooth(x: &[f64], y: &[f64], rows: &[usize], lowess: Lowess) -> Result<Vec<Point>> {
    let mut points: Vec<Point> = rows.iter().filter_map(|&i| Some((*x.get(i)?, *y.get(i)?))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    let line = lowess.smooth(&x, &y)?;
    let (low, high) = extent(x.iter().copied()).unwrap_or_default();
    let near = (high - low) / 300.0;
    let last = x.len().saturating_sub(1);
    let mut kept: Vec<Point> = Vec::new();
    for (i, (x, y)) in x.iter().zip(line).enumerate() {
        if i == last || kept.last().is_none_or(|(before, _)| x - before > near) {
            kept.push((*x, y));
        }
    }
    Ok(kept)
}

/// Dots that are smaller and paler the more there are.
pub(crate) fn dots(svg: &mut Svg, places: &[Point], color: Color) {
    let (radius, opacity) = match places.len() {
        0..=100 => (3.2, 0.8),
        101..=400 => (2.7, 0.6),
        401..=1500 => (2.2, 0.45),
        _ => (1.7, 0.3),
    };
    svg.dots(places, radius, color, opacity);
}
