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

/// The part of an area inside the window, given and returned by its boundary (Sutherland and Hodgman 1974); points that are NaN are left out.
pub(crate) fn area(boundary: &[Point], window: Window) -> Vec<Point> {
    type Inside = fn(Point, f64) -> bool;
    type Crossing = fn(Point, Point, f64) -> Point;
    let at_x: Crossing = |a, b, x| (x, a.1 + (x - a.0) / (b.0 - a.0) * (b.1 - a.1));
    let at_y: Crossing = |a, b, y| (a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0), y);
    let edges: [(f64, Inside, Crossing); 4] = [
        (window.x.0, |p, x| p.0 >= x, at_x),
        (window.x.1, |p, x| p.0 <= x, at_x),
        (window.y.0, |p, y| p.1 >= y, at_y),
        (window.y.1, |p, y| p.1 <= y, at_y),
    ];
    let all: Vec<Point> = boundary.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    edges.into_iter().fold(all, |points, (edge, inside, crossing)| {
        let mut out = Vec::with_capacity(points.len());
        let before = points.iter().cycle().skip(points.len().saturating_sub(1));
        for (a, b) in before.zip(&points) {
            match (inside(*a, edge), inside(*b, edge)) {
                (true, true) => out.push(*b),
                (true, false) => out.push(crossing(*a, *b, edge)),
                (false, true) => out.extend([crossing(*a, *b, edge), *b]),
                (false, false) => {}
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::{Window, area, clip};

    #[test]
    fn an_area_is_cut_at_all_four_edges() {
        let window = Window { x: (0.0, 10.0), y: (0.0, 10.0) };
        // Twice the area, by the shoelace formula.
        let size = |points: &[(f64, f64)]| {
            let next = points.iter().cycle().skip(1);
            points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs()
        };
        let quadrant = area(&[(5.0, 5.0), (50.0, 5.0), (50.0, 50.0), (5.0, 50.0)], window);
        assert_eq!(size(&quadrant), 50.0);
        let around = area(&[(-9.0, -9.0), (19.0, -9.0), (19.0, 19.0), (-9.0, 19.0)], window);
        assert_eq!(size(&around), 200.0);
        // A diamond around the middle, each corner 2 outside: 200 less four corners of height 2 and base 4.
        let diamond = area(&[(-2.0, 5.0), (5.0, -2.0), (12.0, 5.0), (5.0, 12.0), (f64::NAN, 0.0)], window);
        assert!((size(&diamond) - 2.0 * (98.0 - 16.0)).abs() < 1e-12, "{diamond:?}");
        assert!(area(&[(11.0, 0.0), (12.0, 5.0), (11.0, 9.0)], window).is_empty());
    }

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
