//! Labels beside points, where they hide neither each other nor, if it can be had, other points.

use crate::clip::Window;
use crate::svg::{Anchor, Face, Point, Svg};
use crate::text::{shorten, width};

const HEIGHT: f64 = 12.0;

/// A rectangle by its corners.
#[derive(Copy, Clone)]
struct Box {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Box {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn holds(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Writes each label at the best of eight places around its point: inside the window and on no earlier label, then with the fewest
/// points under it. Without such a place, the label is left out: its row is in the description.
pub(crate) fn place_labels(svg: &mut Svg, labels: &[(Point, String)], points: &[Point], window: Window) {
    let mut taken: Vec<Box> = Vec::new();
    for ((x, y), name) in labels {
        let name = shorten(name, Face::OVER.size, 120.0);
        let wide = width(&name, Face::OVER.size);
        let around = |dx: f64, dy: f64| {
            let left = x + dx
                - wide
                    * if dx > 0.0 {
                        0.0
                    } else if dx < 0.0 {
                        1.0
                    } else {
                        0.5
                    };
            let top = y + dy - 0.5 * HEIGHT;
            Box { left, top, right: left + wide, bottom: top + HEIGHT }
        };
        let (near, far) = (7.0, 12.0);
        let places = [
            (near, 0.0),
            (-near, 0.0),
            (0.0, -far),
            (0.0, far),
            (near, -far),
            (-near, -far),
            (near, far),
            (-near, far),
        ];
        let inside = |b: &Box| {
            b.left >= window.x.0
                && b.right <= window.x.1 + 6.0
                && b.top >= window.y.0
                && b.bottom <= window.y.1
        };
        let free = places
            .iter()
            .map(|&(dx, dy)| around(dx, dy))
            .filter(|b| inside(b) && !taken.iter().any(|t| t.meets(b)));
        let best = free.min_by_key(|b| points.iter().filter(|p| b.holds(**p)).count());
        if let Some(found) = best {
            svg.text((found.left, found.bottom - 2.0), &name, Anchor::Start, Face::OVER);
            taken.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Svg, Window, place_labels};

    #[test]
    fn labels_of_one_point_go_to_different_places_and_stop_when_there_is_none() {
        let mut svg = Svg::default();
        let labels: Vec<_> = (0..20).map(|k| ((50.0, 50.0), format!("row{k}"))).collect();
        place_labels(&mut svg, &labels, &[], Window { x: (0.0, 100.0), y: (0.0, 100.0) });
        let text = svg.finish((100.0, 100.0), "t", "d");
        let written = text.matches("<text").count();
        assert!((3..=8).contains(&written), "{written}");
    }
}
