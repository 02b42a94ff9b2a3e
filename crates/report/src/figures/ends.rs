//! Names at the right ends of lines, with leaders where lines end too close to each other.

use crate::chart::Chart;
use crate::figures::series::Series;
use crate::svg::{Anchor, Face, Point, Stroke};
use crate::text::{shorten, width};

/// Height of one name.
const LINE: f64 = 13.0;
/// The widest name.
const WIDEST: f64 = 104.0;
/// From the plot to a name.
const LEADER: f64 = 12.0;

/// The room that the names take at the right of the plot.
pub(super) fn room(named: &[(usize, &Series<'_>)]) -> f64 {
    let names = named.iter().map(|(_, s)| width(s.name, Face::TICK.size));
    names.fold(0.0, f64::max).min(WIDEST) + if named.is_empty() { 0.0 } else { LEADER + 2.0 }
}

/// Writes the names beside the rightmost finite points of their lines.
pub(super) fn draw(chart: &mut Chart, lines: &[(&Series<'_>, Stroke)]) {
    let window = chart.window();
    let end = |series: &Series<'_>| -> Option<Point> {
        let points = series.x.iter().zip(series.y).map(|(x, y)| chart.at(*x, *y));
        points.filter(|p| p.0.is_finite() && p.1.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let mut ends: Vec<(Point, &Series<'_>, Stroke)> =
        lines.iter().filter_map(|(series, stroke)| end(series).map(|at| (at, *series, *stroke))).collect();
    ends.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let wanted: Vec<f64> = ends.iter().map(|(at, ..)| at.1).collect();
    let places = apart(&wanted, LINE, (window.y.0 + 4.0, window.y.1 - 4.0));
    for ((at, series, stroke), y) in ends.into_iter().zip(places) {
        let start = window.x.1 + LEADER;
        chart.svg.path(&[at, (window.x.1 + 2.0, at.1), (start - 3.0, y)], Stroke { width: 1.0, ..stroke });
        let name = shorten(series.name, Face::TICK.size, WIDEST);
        chart.svg.text((start, y + 4.0), &name, Anchor::Start, Face::TICK);
    }
}

/// Increasing numbers moved as little as need be, in squares, to be `gap` apart, then into the range: the isotonic regression of the numbers less
/// their rank times the gap, by pooling neighbours that are out of order.
fn apart(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    // Mean and size of each pool.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (k, y) in wanted.iter().enumerate() {
        pools.push((y - gap * k as f64, 1));
        while let [.., (a, m), (b, n)] = pools[..]
            && a >= b
        {
            pools.truncate(pools.len() - 2);
            pools.push(((a * m as f64 + b * n as f64) / (m + n) as f64, m + n));
        }
    }
    let all = pools.iter().flat_map(|(mean, size)| std::iter::repeat_n(*mean, *size));
    let last = high - gap * wanted.len().saturating_sub(1) as f64;
    let inside = |level: f64| level.min(last).max(low.min(last.max(low)));
    all.enumerate().map(|(k, level)| inside(level) + gap * k as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn names_keep_their_order_and_their_distance() {
        assert_eq!(apart(&[10.0, 50.0], 10.0, (0.0, 100.0)), [10.0, 50.0]);
        // Two at 50 go 5 up and 5 down.
        assert_eq!(apart(&[50.0, 50.0], 10.0, (0.0, 100.0)), [45.0, 55.0]);
        assert_eq!(apart(&[99.0, 100.0, 100.0], 10.0, (0.0, 100.0)), [80.0, 90.0, 100.0]);
        assert_eq!(apart(&[0.0, 0.0, 40.0], 10.0, (0.0, 100.0)), [0.0, 10.0, 40.0]);
        assert!(apart(&[], 10.0, (0.0, 1.0)).is_empty());
    }
}
