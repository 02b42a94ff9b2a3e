//! `thalweg list penalties --report`: what each penalty does to one coefficient and to two.

mod plane;

use thalweg::core::Penalty;
use thalweg::regularization::{CATALOGUE, PenaltyEntry, penalty_over};
use thalweg_report::{LossContours, Page, Section, ShrinkageCurve};

use crate::drawn::drawn;
use crate::failure::Failure;
use crate::text::capital;
use plane::Plane;

/// The strength in every picture of shrinkage.
const LAMBDA: f64 = 1.0;
/// Inputs of a shrinkage curve: from −4 to 4.
const REACH: f64 = 4.0;
const INPUTS: usize = 1601;

/// The page.
pub fn html() -> Result<String, Failure> {
    let mut page = Page::new("Penalties")
        .subtitle("What keeps coefficients small, and how each of them does it")
        .section(why()?);
    for entry in CATALOGUE.iter().filter(|entry| entry.name != "none") {
        page = page.section(section(entry)?);
    }
    let footer = format!(
        "Written by thalweg {}; the curves are the library's own proximal operators.",
        env!("CARGO_PKG_VERSION")
    );
    Ok(page.footer(&footer).html())
}

/// Diamond and disc.
fn why() -> Result<Section, Failure> {
    let mut section = Section::new("Why some coefficients become exactly 0").paragraph(
        "A penalised fit lies where the smallest contour of the loss (red) touches the set of coefficients whose penalty is as small (blue). A \
         diamond has corners on the axes, and a contour that comes from aside meets a corner first: the other coefficient is exactly 0. A disc \
         has no corners: both coefficients shrink, and neither vanishes.",
    );
    for (name, title, caption) in [
        (
            "l1",
            "L1, the lasso: a diamond",
            "The contour touches the diamond in a corner: b₁ is 0, and b₂ is shrunk.",
        ),
        ("ridge", "L2, ridge: a disc", "The contour touches the disc where both coefficients differ from 0."),
    ] {
        let plane = Plane::new(penalty_over(name, 2)?);
        let (set, solution) = (plane.level(), plane.solution());
        section = drawn(section, name, &contours(&set, solution, title, caption));
    }
    Ok(section)
}

fn contours<'a>(
    set: &'a [(f64, f64)],
    solution: (f64, f64),
    title: &'a str,
    caption: &'a str,
) -> LossContours<'a> {
    let mut figure = LossContours::new(plane::MINIMUM, plane::HESSIAN, set, solution);
    (figure.range, figure.title, figure.caption) = (plane::RANGE, title, caption);
    figure
}

fn section(entry: &PenaltyEntry) -> Result<Section, Failure> {
    let mut section =
        Section::new(entry.name).paragraph(&format!("{}.", capital(entry.summary.trim_end_matches('.'))));
    let given = example(entry.name);
    let value = |name: &str, default: f64| {
        given.iter().find(|(own, _)| *own == name).map_or(default, |(_, value)| *value)
    };
    for p in entry.parameters {
        let value = value(p.name, p.default);
        section = section.paragraph(&format!("{} = {value} here: {}; {}.", p.name, p.summary, p.rule));
    }
    let settings: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let text = if given.is_empty() {
        entry.name.to_owned()
    } else {
        format!("{}:{}", entry.name, settings.join(","))
    };
    let penalty = match penalty_over(&text, 2) {
        Ok(penalty) => penalty,
        Err(error) => return Ok(section.paragraph(&format!("There are no pictures: {error}."))),
    };
    let (input, output) = shrinkage(&*penalty);
    let mut curve = ShrinkageCurve::new(&input, &output);
    let caption = words(&*penalty);
    let title = format!("{text}, λ = 1: one coefficient");
    (curve.title, curve.caption) = (&title, &caption);
    section = drawn(section, "one coefficient", &curve);
    let plane = Plane::new(penalty);
    let (set, solution) = (plane.level(), plane.solution());
    let (title, caption) = (
        "Two coefficients",
        "The penalised minimum lies where a contour of the loss touches the set of coefficients whose penalty is no larger.",
    );
    Ok(drawn(section, "two coefficients", &contours(&set, solution, title, caption)))
}

/// Parameters that show more than the defaults do: two coefficients in one group, bounds on both sides.
fn example(name: &str) -> &'static [(&'static str, f64)] {
    match name {
        "group-lasso" | "sparse-group-lasso" | "block-mcp" | "block-scad" => &[("size", 2.0)],
        "box-constraint" => &[("lower", -1.0), ("upper", 1.0)],
        _ => &[],
    }
}

/// prox(v) of the first of two coefficients, the second being 0 all along.
fn shrinkage(penalty: &dyn Penalty<f64>) -> (Vec<f64>, Vec<f64>) {
    let at = |k: usize| -REACH + 2.0 * REACH * k as f64 / (INPUTS - 1) as f64;
    let input: Vec<f64> = (0..INPUTS).map(at).collect();
    let output = input.iter().map(|v| {
        let mut b = [*v, 0.0];
        plane::prox(penalty, &mut b, 1.0, LAMBDA);
        b[0]
    });
    let output = output.collect();
    (input, output)
}

/// What the curve shows, in words.
fn words(penalty: &dyn Penalty<f64>) -> String {
    let prox = |v: f64| {
        let mut b = [v, 0.0];
        plane::prox(penalty, &mut b, 1.0, LAMBDA);
        b[0]
    };
    if penalty.is_constraint() {
        return "Coefficients inside the set stay as they are, the others move to its edge.".to_owned();
    }
    let small = if prox(0.3) == 0.0 {
        "Small coefficients become exactly 0."
    } else if prox(0.3) == 0.3 {
        "Small coefficients stay as they are."
    } else {
        "Small coefficients shrink and never vanish."
    };
    let far = 100.0 - prox(100.0);
    let large = if far.abs() < 1e-9 {
        "Large ones are left alone."
    } else if far < 0.2 {
        "Large ones are hardly moved."
    } else if far < 5.0 {
        "Large ones lose a constant."
    } else {
        "Large ones lose a share."
    };
    format!("{small} {large}")
}
