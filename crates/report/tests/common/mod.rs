//! Reads a picture as a person with a ruler would: positions of marks go back to numbers by the labels of the ticks.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use roxmltree::{Document, Node, ParsingOptions};

pub type Point = (f64, f64);

/// The picture, once an XML parser has accepted it.
pub fn parse(svg: &str) -> Document<'_> {
    let document = Document::parse(svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    for name in ["title", "desc"] {
        let node = root.children().find(|n| n.has_tag_name((root.tag_name().namespace().unwrap(), name)));
        assert!(!node.and_then(|n| n.text()).unwrap_or("").is_empty(), "{name}");
    }
    document
}

pub fn parse_page(html: &str) -> Document<'_> {
    Document::parse_with_options(html, ParsingOptions { allow_dtd: true, ..Default::default() }).unwrap()
}

pub fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

fn has_class(node: &Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|c| c.split(' ').any(|c| c == class))
}

/// Elements of this name and class, in order.
pub fn elements<'a>(document: &'a Document<'_>, name: &'a str, class: &'a str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|n| n.tag_name().name() == name && has_class(n, class)).collect()
}

/// The corners of a path, lines and moves alike.
pub fn corners(path: &str) -> Vec<Point> {
    let mut out = Vec::new();
    for part in path.split(['M', 'L']).filter(|part| !part.is_empty()) {
        let (x, y) = part.trim_end_matches("h0").split_once(' ').unwrap();
        out.push((x.parse().unwrap(), y.parse().unwrap()));
    }
    out
}

/// The corners of the lines of a class.
pub fn lines(document: &Document<'_>, class: &str) -> Vec<Vec<Point>> {
    let paths = elements(document, "path", class);
    let lines = paths.iter().filter(|n| n.attribute("stroke-linecap").is_none());
    lines.map(|n| corners(n.attribute("d").unwrap())).collect()
}

/// All dots in the order of the data: they are dealt to 24 paths.
pub fn dots(document: &Document<'_>) -> Vec<Point> {
    let paths = document.descendants().filter(|n| n.attribute("stroke-linecap") == Some("round"));
    let layers: Vec<Vec<Point>> = paths.map(|n| corners(n.attribute("d").unwrap())).collect();
    let longest = layers.first().map_or(0, Vec::len);
    (0..longest).flat_map(|k| layers.iter().filter_map(move |layer| layer.get(k).copied())).collect()
}

/// From places to numbers along one axis.
#[derive(Debug)]
pub struct Ruler {
    /// (place, number) of the first and the last tick.
    ticks: [Point; 2],
    pub log: bool,
}

impl Ruler {
    pub fn read(&self, place: f64) -> f64 {
        let [(p0, v0), (p1, v1)] = self.ticks;
        let share = (place - p0) / (p1 - p0);
        if self.log { v0 * (v1 / v0).powf(share) } else { v0 + share * (v1 - v0) }
    }

    /// A hundredth of a unit of the picture, in numbers at a place; what rounding of ticks and marks may lose.
    pub fn grain(&self, place: f64) -> f64 {
        (self.read(place + 0.03) - self.read(place)).abs()
    }
}

fn tick_number(text: &str) -> f64 {
    text.replace('\u{2212}', "-").parse().unwrap()
}

/// The rulers of both axes, from grid lines and the labels beside them.
pub fn rulers(document: &Document<'_>, x_log: bool, y_log: bool) -> (Ruler, Ruler) {
    let grid = lines(document, "tw-s-grid");
    let vertical: Vec<f64> = grid.iter().filter(|l| l[0].0 == l[1].0).map(|l| l[0].0).collect();
    let level: Vec<f64> = grid.iter().filter(|l| l[0].1 == l[1].1).map(|l| l[0].1).collect();
    let texts = elements(document, "text", "tw-f-muted");
    let labels = |anchor: &str| -> Vec<f64> {
        let of = texts.iter().filter(|n| n.attribute("text-anchor") == Some(anchor));
        of.map(|n| tick_number(n.text().unwrap())).collect()
    };
    (ruler(&vertical, &labels("middle"), x_log), ruler(&level, &labels("end"), y_log))
}

fn ruler(places: &[f64], numbers: &[f64], log: bool) -> Ruler {
    assert!(places.len() >= 2 && places.len() == numbers.len(), "{places:?} {numbers:?}");
    let last = places.len() - 1;
    let ruler = Ruler { ticks: [(places[0], numbers[0]), (places[last], numbers[last])], log };
    for (place, number) in places.iter().zip(numbers) {
        assert!(
            (ruler.read(*place) - number).abs() <= ruler.grain(*place),
            "tick {number}: {}",
            ruler.read(*place)
        );
    }
    ruler
}

/// Each place stands for its numbers, as far as a hundredth of a unit tells.
pub fn assert_places(places: &[Point], (x, y): (&Ruler, &Ruler), expected: &[Point]) {
    assert_eq!(places.len(), expected.len());
    for ((px, py), (ex, ey)) in places.iter().zip(expected) {
        assert!((x.read(*px) - ex).abs() <= x.grain(*px), "x {} for {ex}", x.read(*px));
        assert!((y.read(*py) - ey).abs() <= y.grain(*py), "y {} for {ey}", y.read(*py));
    }
}

/// The fixture by R.
pub fn reference(name: &str) -> Vec<f64> {
    let all: serde_json::Value = serde_json::from_str(include_str!("../fixtures/reference.json")).unwrap();
    all[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}
