//! Lines cut off at the edge of a plot (Liang and Barsky 1984).

use crate::svg::Point;

/// A rectangle: least and largest x, least and largest y.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Window {
    pub(crate) x: (f64, f64),
    pub(crate) y: (f64, f64),
}

/// The parts of a line inside the window, with NaN between parts that do not meet.
pub(crate) fn clip(points: &[Point], window: Window) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::with_capacity(points.len());
    for (&a, &b) in points.iter().zip(points.iter().skip(1)) {
        if let Some((a, b)) = segment(a, b, window) {
            if out.last() != Some(&a) {
                out.extend([(f64::NAN, f64::NAN), a]);
            }
            out.push(b);
        }
    }
    out
}

fn segment(a: Point, b: Point, window: Window) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    if !(dx.is_finite() && dy.is_finite()) {
        return None;
    }
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    // Each edge as (speed towards the outside, distance to it).
    for (speed, distance) in
        [(-dx, a.0 - window.x.0), (dx, window.x.1 - a.0), (-dy, a.1 - window.y.0), (dy, window.y.1 - a.1)]
    {
        if speed == 0.0 {
            if distance < 0.0 {
                return None;
            }
        } else if speed < 0.0 {
            enter = enter.max(distance / speed);
        } else {
            leave = leave.min(distance / speed);
        }
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    let (from, to) = (if enter > 0.0 { at(enter) } else { a }, if leave < 1.0 { at(leave) } else { b });
    (enter < leave).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::{Window, clip};

    #[test]
    fn a_line_is_cut_where_it_leaves() {
        let window = Window { x: (0.0, 10.0), y: (0.0, 10.0) };
        let inside = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            clip(points, window).into_iter().filter(|p| !p.0.is_nan()).collect()
        };
        assert_eq!(inside(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0)]), [(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]);
        // It touches the window at its left edge, enters there and leaves through the top: y = 5 + 3x meets 10 at 5/3.
        let found = inside(&[(-5.0, 0.0), (0.0, 5.0), (5.0, 20.0)]);
        assert_eq!((found.len(), found[0], found[1].1), (2, (0.0, 5.0), 10.0));
        assert!((found[1].0 - 5.0 / 3.0).abs() < 1e-12);
        assert!(inside(&[(11.0, 0.0), (12.0, 5.0)]).is_empty());
        assert!(inside(&[(f64::NAN, 0.0), (1.0, 5.0)]).is_empty());
    }
}
