//! Paths, validation curves and penalties: marks stand where the numbers are, and wrong input is named.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Point, assert_places, elements, lines, parse, rulers};
use thalweg_report::{
    CoefficientPath, Figure, LossContours, Mark, ShrinkageCurve, StabilityPath, ValidationCurve,
};

fn lambda(n: i32) -> Vec<f64> {
    (0..n).map(|k| 10.0_f64.powf(-0.1 * f64::from(k))).collect()
}

/// Soft thresholds: coefficient j enters at λ = 1/(j + 1).
fn path(lambda: &[f64], p: usize) -> (Vec<String>, Vec<Vec<f64>>) {
    let of = |j: usize| {
        lambda
            .iter()
            .map(move |l| (1.0 / (j + 1) as f64 - l).max(0.0) * if j.is_multiple_of(2) { 1.0 } else { -1.0 })
    };
    ((0..p).map(|j| format!("x{j}")).collect(), (0..p).map(|j| of(j).collect()).collect())
}

fn texts(svg: &str) -> Vec<String> {
    parse(svg)
        .descendants()
        .filter(|n| n.tag_name().name() == "text")
        .filter_map(|n| n.text().map(str::to_owned))
        .collect()
}

#[test]
fn a_path_has_its_coefficients_names_and_counts() {
    let lambda = lambda(30);
    let (names, coefficients) = path(&lambda, 3);
    let marks = [Mark { at: 0.1, label: "chosen".to_owned() }];
    let mut figure = CoefficientPath::new(&lambda, &names, &coefficients);
    figure.marks = &marks;
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, true, false);
    for (class, b) in [("tw-s-blue", &coefficients[0]), ("tw-s-vermilion", &coefficients[1])] {
        let expected: Vec<Point> = lambda.iter().copied().zip(b.iter().copied()).collect();
        let all = lines(&document, class);
        assert_places(all.iter().find(|line| line.len() == 30).unwrap(), (&xr, &yr), &expected);
    }
    let words = texts(&svg);
    assert!(["x0", "x1", "x2", "chosen"].iter().all(|word| words.iter().any(|w| w == word)), "{words:?}");
    // The names stand in the order of the ends: the positive ones above, the negative one below.
    let place = |name: &str| {
        let node =
            elements(&document, "text", "tw-f-muted").into_iter().find(|n| n.text() == Some(name)).unwrap();
        common::number(&node, "y")
    };
    assert!(place("x0") < place("x2") && place("x2") < place("x1"));
    // 0 at the left, where λ = 1, and 3 at the right.
    let counts: Vec<Point> = elements(&document, "text", "tw-f-ink")
        .iter()
        .filter(|n| n.text().is_some_and(|t| t.parse::<usize>().is_ok()))
        .map(|n| (common::number(n, "x"), n.text().unwrap().parse().unwrap()))
        .collect();
    assert_eq!(counts.len(), 6);
    for (x, count) in counts {
        let at = xr.read(x);
        let expected =
            coefficients.iter().zip(1..).filter(|(_, j)| at < (1.0 - 1e-3) / f64::from(*j)).count();
        assert_eq!(count, expected as f64, "at {at}");
    }
}

#[test]
fn many_coefficients_are_grey_and_those_of_zero_are_left_out() {
    let lambda = lambda(40);
    let (mut names, mut coefficients) = path(&lambda, 30);
    names.push("never".to_owned());
    coefficients.push(vec![0.0; 40]);
    let svg = CoefficientPath::new(&lambda, &names, &coefficients).svg().unwrap();
    assert!(svg.contains("Named: the 12 largest of 30 coefficients") && !svg.contains(">never<"));
    let grey = lines(&parse(&svg), "tw-s-muted").into_iter().filter(|line| line.len() == 40).count();
    assert_eq!(grey, 18);
    let zero = [vec![0.0; 40]];
    let error = CoefficientPath::new(&lambda, &names[..1], &zero).svg().unwrap_err().to_string();
    assert!(error.contains("is empty"), "{error}");
    let (one, _) = path(&lambda, 1);
    let error = CoefficientPath::new(&lambda, &one, &[vec![1.0; 3]]).svg().unwrap_err().to_string();
    assert!(error.contains("coefficients of `x0`"), "{error}");
    let error = CoefficientPath::new(&[1.0, 0.0], &one, &[vec![0.0, 1.0]]).svg().unwrap_err().to_string();
    assert!(error.contains("logarithmic axis"), "{error}");
}

#[test]
fn a_validation_curve_has_its_band_and_both_choices() {
    let lambda = lambda(25);
    let mean: Vec<f64> = lambda.iter().map(|l| 1.0 + (l.ln() + 3.0).powi(2)).collect();
    let se: Vec<f64> = mean.iter().map(|m| 0.1 * m).collect();
    let nonzero: Vec<usize> = (0..25).collect();
    let mut figure = ValidationCurve::new(&lambda, &mean, &se, (13, 11));
    figure.nonzero = &nonzero;
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, true, false);
    let expected: Vec<Point> = lambda.iter().copied().zip(mean.iter().copied()).collect();
    let blue = lines(&document, "tw-s-blue");
    assert_places(blue.iter().find(|line| line.len() == 25).unwrap(), (&xr, &yr), &expected);
    let band = &elements(&document, "polygon", "tw-f-blue")[0];
    let corners: Vec<Point> = band
        .attribute("points")
        .unwrap()
        .split(' ')
        .map(|corner| corner.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap())
        .collect();
    let upper: Vec<Point> = (0..25).map(|k| (lambda[k], mean[k] + se[k])).collect();
    let lower: Vec<Point> = (0..25).rev().map(|k| (lambda[k], mean[k] - se[k])).collect();
    assert_places(&corners[..25], (&xr, &yr), &upper);
    assert_places(&corners[25..], (&xr, &yr), &lower);
    let marks: Vec<f64> = lines(&document, "tw-s-ink").iter().map(|line| xr.read(line[0].0)).collect();
    assert!(
        (marks[0] / lambda[11] - 1.0).abs() < 1e-3 && (marks[1] / lambda[13] - 1.0).abs() < 1e-3,
        "{marks:?}"
    );
    assert!(["λ of one SE", "least error"].iter().all(|word| svg.contains(word)));
    let error = ValidationCurve::new(&lambda, &mean, &se, (25, 0)).svg().unwrap_err().to_string();
    assert!(error.contains("chosen = 25"), "{error}");
    let error = ValidationCurve::new(&lambda, &mean[..3], &se, (0, 0)).svg().unwrap_err().to_string();
    assert!(error.contains("mean errors"), "{error}");
    let both = ValidationCurve::new(&lambda, &mean, &se, (13, 13)).svg().unwrap();
    assert!(both.contains("both λ") && !both.contains("least error<"));
}

#[test]
fn a_stability_path_has_its_threshold_its_region_and_the_stable_names() {
    let lambda = lambda(30);
    // The first rises early, the second after the region, the third never far.
    let rise = |at: f64, most: f64| {
        lambda.iter().map(|l| (2.0 * (at / l).ln()).clamp(0.0, most)).collect::<Vec<f64>>()
    };
    let shares = [rise(0.8, 1.0), rise(0.05, 1.0), rise(0.5, 0.4)];
    let names = ["early", "late", "never"].map(str::to_owned);
    let mut figure = StabilityPath::new(&lambda, &names, &shares, 0.75);
    figure.region = 13;
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, true, false);
    let expected: Vec<Point> = lambda.iter().copied().zip(shares[0].iter().copied()).collect();
    let blue = lines(&document, "tw-s-blue");
    assert_places(blue.iter().find(|line| line.len() == 30).unwrap(), (&xr, &yr), &expected);
    let ink = lines(&document, "tw-s-ink");
    let level = ink.iter().find(|line| line[0].1 == line[1].1).unwrap();
    assert!((yr.read(level[0].1) - 0.75).abs() <= yr.grain(level[0].1));
    let mark = ink.iter().find(|line| line[0].0 == line[1].0).unwrap();
    assert!((xr.read(mark[0].0) / lambda[12] - 1.0).abs() < 1e-3);
    let words = texts(&svg);
    let has = |word: &str| words.iter().any(|w| w == word);
    assert!(has("early") && has("π = 0.75") && !has("late") && !has("never"), "{words:?}");
    // Judged over the whole path, the second is stable too.
    assert!(StabilityPath::new(&lambda, &names, &shares, 0.75).svg().unwrap().contains("late"));
    let error = StabilityPath::new(&lambda, &names[..1], &shares, 0.75).svg().unwrap_err().to_string();
    assert!(error.contains("names and shares"), "{error}");
    let error = StabilityPath::new(&lambda, &names, &shares, f64::NAN).svg().unwrap_err().to_string();
    assert!(error.contains("level line"), "{error}");
    let few = [vec![0.5; 3], vec![0.5], vec![0.5]];
    let error = StabilityPath::new(&lambda[..3], &names, &few, 0.75).svg().unwrap_err().to_string();
    assert!(error.contains("`late`"), "{error}");
}

#[test]
fn a_shrinkage_curve_breaks_where_it_jumps() {
    let v: Vec<f64> = (-400..=400).map(|k| 0.01 * f64::from(k)).collect();
    let soft: Vec<f64> = v.iter().map(|v| v.signum() * (v.abs() - 1.0).max(0.0)).collect();
    let svg = ShrinkageCurve::new(&v, &soft).svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let expected: Vec<Point> = v.iter().copied().zip(soft.iter().copied()).collect();
    assert_places(&lines(&document, "tw-s-blue")[0], (&xr, &yr), &expected);
    assert!(elements(&document, "circle", "tw-s-blue").is_empty());
    // The hard threshold √2 of L0 at λ = 1: three pieces, two ends at each of two jumps.
    let hard: Vec<f64> = v.iter().map(|v| if v.abs() > 2.0_f64.sqrt() { *v } else { 0.0 }).collect();
    let svg = ShrinkageCurve::new(&v, &hard).svg().unwrap();
    let document = parse(&svg);
    assert_eq!(lines(&document, "tw-s-blue").len(), 3);
    let ends = elements(&document, "circle", "tw-s-blue");
    let open = ends.iter().filter(|n| n.attribute("class").unwrap().contains("tw-f-paper")).count();
    assert_eq!((ends.len(), open), (4, 2));
    assert!(svg.contains("2 jumps"));
    // A root rises without bound in slope, and does not jump.
    let root: Vec<f64> = v.iter().map(|v| v.signum() * (v.abs() - 1.0).max(0.0).sqrt()).collect();
    assert!(ShrinkageCurve::new(&v, &root).svg().unwrap().contains("0 jumps"));
    for (input, output, part) in [
        (&v[..2], &soft[..3], "inputs and outputs"),
        (&[1.0, 0.0][..], &[0.0, 0.0][..], "increase"),
        (&[0.0, 1.0][..], &[0.0, f64::NAN][..], "NaN"),
        (&[][..], &[][..], "is empty"),
    ] {
        let error = ShrinkageCurve::new(input, output).svg().unwrap_err().to_string();
        assert!(error.contains(part), "`{part}` in `{error}`");
    }
}

#[test]
fn contours_are_level_sets_of_the_loss() {
    let (c, h, b) = ((0.6, 1.9), [1.0, 0.35, 2.0], (0.0, 1.21));
    let diamond: Vec<Point> = vec![(1.21, 0.0), (0.0, 1.21), (-1.21, 0.0), (0.0, -1.21), (1.21, 0.0)];
    let mut figure = LossContours::new(c, h, &diamond, b);
    figure.range = (-4.0, 4.0);
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let loss = |x: f64, y: f64| {
        let (x, y) = (x - c.0, y - c.1);
        0.5 * (h[0] * x * x + 2.0 * h[1] * x * y + h[2] * y * y)
    };
    let through = loss(b.0, b.1);
    let contours: Vec<Vec<Point>> =
        lines(&document, "tw-s-vermilion").into_iter().filter(|l| l.len() > 20).collect();
    assert_eq!(contours.len(), 4);
    for (contour, share) in contours.iter().zip([0.4_f64, 0.7, 1.0, 1.35]) {
        for (px, py) in contour {
            let found = loss(xr.read(*px), yr.read(*py)) / through;
            assert!((found - share * share).abs() < 0.02, "{found} for {}", share * share);
        }
    }
    assert_places(&lines(&document, "tw-s-blue")[0], (&xr, &yr), &diamond);
    for (hessian, range, part) in [
        ([1.0, 2.0, 1.0], (0.0, 1.0), "positive definite"),
        (h, (1.0, 1.0), "must rise"),
        (h, (0.0, f64::NAN), "NaN"),
    ] {
        let mut figure = LossContours::new(c, hessian, &diamond, b);
        figure.range = range;
        let error = figure.svg().unwrap_err().to_string();
        assert!(error.contains(part), "`{part}` in `{error}`");
    }
}
