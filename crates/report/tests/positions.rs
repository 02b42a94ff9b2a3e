//! Marks stand where the data is: read back through the labels of the axes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Point, assert_places, corners, dots, elements, lines, number, parse, rulers};
use thalweg_report::{
    Calibration, Coefficient, CoefficientForest, Figure, Histogram, LeveragePlot, LineChart, Lowess, Mark,
    Order, Outcome, ResidualsFitted, Scale, ScaleLocation, Series, State, Style,
};

fn wave(n: usize) -> (Vec<f64>, Vec<f64>) {
    let x: Vec<f64> = (0..n).map(|i| 3.0 + (i as f64 * 7.31) % 11.0).collect();
    let y: Vec<f64> = (0..n).map(|i| ((i * i) as f64 * 0.37).sin() * 2.5).collect();
    (x, y)
}

#[test]
fn residuals() {
    let (x, y) = wave(150);
    let svg = ResidualsFitted::new(&x, &y).svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let expected: Vec<Point> = x.iter().copied().zip(y.iter().copied()).collect();
    assert_places(&dots(&document), (&xr, &yr), &expected);
    // The zero line.
    let zero = &lines(&document, "tw-s-muted")[1];
    assert!(zero.iter().all(|p| yr.read(p.1).abs() <= yr.grain(p.1)), "{zero:?}");

    // The smoother: that of R (see `references.rs`) at the points in order of x.
    let mut sorted = expected.clone();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (sx, sy): (Vec<f64>, Vec<f64>) = sorted.into_iter().unzip();
    let smooth = Lowess::default().smooth(&sx, &sy).unwrap();
    let trend = &lines(&document, "tw-s-vermilion")[1];
    assert!(trend.len() > 50);
    for place in trend {
        let at = xr.read(place.0);
        let near = (0..sx.len()).min_by(|&i, &j| (sx[i] - at).abs().total_cmp(&(sx[j] - at).abs())).unwrap();
        assert_places(&[*place], (&xr, &yr), &[(sx[near], smooth[near])]);
    }

    let svg = ScaleLocation::new(&x, &y).svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let expected: Vec<Point> = x.iter().zip(&y).map(|(x, y)| (*x, y.abs().sqrt())).collect();
    assert_places(&dots(&document), (&xr, &yr), &expected);
}

#[test]
fn leverage_and_its_contours() {
    let h = [0.05, 0.1, 0.2, 0.35, 0.6];
    let r = [0.3, -1.2, 2.0, -0.7, 1.9];
    let svg = LeveragePlot::new(&h, &r, 2).svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let expected: Vec<Point> = h.iter().copied().zip(r).collect();
    assert_places(&dots(&document), (&xr, &yr), &expected);
    for (class, distance) in [("tw-s-ochre", 0.5), ("tw-s-vermilion", 1.0)] {
        let curves: Vec<Vec<Point>> = lines(&document, class).into_iter().filter(|l| l.len() > 2).collect();
        assert_eq!(curves.len(), 2, "one above and one below zero");
        // Interior corners; the ends are cut at the edge of the plot, between two corners of the curve.
        for (px, py) in curves.iter().flat_map(|c| &c[1..c.len() - 1]) {
            let (h, r) = (xr.read(*px), yr.read(*py));
            let found = r * r * h / ((1.0 - h) * 2.0);
            assert!((found / distance - 1.0).abs() < 0.01, "{found} for {distance}");
        }
    }
}

#[test]
fn calibration_on_both_scales() {
    let predicted: Vec<f64> = (1..=40).map(f64::from).collect();
    let observed: Vec<f64> =
        predicted.iter().map(|p| p * if *p as i32 % 2 == 0 { 1.3 } else { 0.8 }).collect();
    for scale in [Scale::Linear, Scale::Log] {
        let mut figure = Calibration::new(&observed, &predicted, Outcome::Mean);
        (figure.scale, figure.bins) = (scale, 5);
        let svg = figure.svg().unwrap();
        let document = parse(&svg);
        let log = scale == Scale::Log;
        let (xr, yr) = rulers(&document, log, log);
        let circles: Vec<Point> = elements(&document, "circle", "tw-s-blue")
            .iter()
            .map(|n| (number(n, "cx"), number(n, "cy")))
            .skip(1)
            .collect();
        // Eight rows a bin: means 4.5, 12.5 ...
        let bins = figure.table().unwrap();
        assert_eq!(bins.iter().map(|b| b.predicted).collect::<Vec<_>>(), [4.5, 12.5, 20.5, 28.5, 36.5]);
        let expected: Vec<Point> = bins.iter().map(|b| (b.predicted, b.observed)).collect();
        assert_places(&circles, (&xr, &yr), &expected);
        let bars: Vec<Vec<Point>> = lines(&document, "tw-s-blue");
        for (bar, bin) in bars.iter().zip(&bins) {
            assert_places(bar, (&xr, &yr), &[(bin.predicted, bin.lower), (bin.predicted, bin.upper)]);
        }
        assert_eq!(bars.len(), 5);
    }
}

#[test]
fn equal_predictions_share_a_bin() {
    let predicted = [0.2, 0.2, 0.2, 0.2, 0.2, 0.7];
    let observed = [0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    let mut figure = Calibration::new(&observed, &predicted, Outcome::Binary);
    figure.bins = 3;
    let bins = figure.table().unwrap();
    assert_eq!(bins.iter().map(|b| (b.rows, b.observed)).collect::<Vec<_>>(), [(5, 0.2), (1, 1.0)]);
}

#[test]
fn forest_rows() {
    let mut rows = vec![
        Coefficient::new("small", -0.5, -0.9, -0.1),
        Coefficient::new("large", 1.5, 1.0, 2.0),
        Coefficient::without_estimate("twin", State::Aliased),
        Coefficient::without_estimate("apart", State::ToInfinity),
        Coefficient::new("bare", 0.25, f64::NAN, f64::NAN),
        Coefficient::new("none", f64::NAN, f64::NAN, f64::NAN),
    ];
    let mut figure = CoefficientForest::new(&rows);
    figure.order = Order::Estimate;
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    for text in ["aliased", "diverges to +∞", "not estimated"] {
        let all: Vec<_> = document
            .descendants()
            .filter(|n| n.text() == Some(text) && n.tag_name().name() == "text")
            .collect();
        assert_eq!(all.len(), 1, "{text}");
    }
    // No y axis: the x ruler alone, from vertical grid lines and labels.
    let grid: Vec<f64> = lines(&document, "tw-s-grid").iter().map(|l| l[0].0).collect();
    let labels: Vec<f64> = elements(&document, "text", "tw-f-muted")
        .iter()
        .filter(|n| n.attribute("text-anchor") == Some("middle"))
        .map(|n| n.text().unwrap().replace('\u{2212}', "-").parse().unwrap())
        .collect();
    let read = |place: f64| {
        let last = grid.len() - 1;
        labels[0] + (place - grid[0]) / (grid[last] - grid[0]) * (labels[last] - labels[0])
    };
    let circles = elements(&document, "circle", "tw-s-blue");
    let estimates: Vec<f64> = circles.iter().map(|n| read(number(n, "cx"))).collect();
    for (found, expected) in estimates.iter().zip([1.5, 0.25, -0.5]) {
        assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
    }
    assert_eq!(circles.len(), 3);
    // The estimates stand from top to bottom, and the one without interval is open.
    let tops: Vec<f64> = circles.iter().map(|n| number(n, "cy")).collect();
    assert!(tops.windows(2).all(|w| w[0] < w[1]), "{tops:?}");
    let open: Vec<bool> =
        circles.iter().map(|n| n.attribute("class").unwrap().contains("tw-f-paper")).collect();
    assert_eq!(open, [false, true, false]);
    let bars: Vec<Vec<f64>> =
        lines(&document, "tw-s-blue").iter().map(|l| l.iter().map(|p| read(p.0)).collect()).collect();
    for (bar, expected) in bars.iter().zip([[1.0, 2.0], [-0.9, -0.1]]) {
        assert!(bar.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3), "{bar:?}");
    }
    // An interval that does not hold its estimate is an error that names the coefficient.
    rows[0].lower = 0.0;
    let error = CoefficientForest::new(&rows).svg().unwrap_err().to_string();
    assert!(error.contains("small") && error.contains("estimate"), "{error}");
}

#[test]
fn lines_on_logarithmic_and_reversed_axes() {
    let x: Vec<f64> = (0..30).map(|k| 10.0_f64.powf(-0.1 * f64::from(k))).collect();
    let y: Vec<f64> = x.iter().map(|x| 5.0 / (x + 0.01)).collect();
    let (lower, upper): (Vec<f64>, Vec<f64>) = y.iter().map(|y| (0.8 * y, 1.2 * y)).unzip();
    for reverse in [false, true] {
        let mut series = Series::new("error", &x, &y);
        (series.lower, series.upper, series.style) = (&lower, &upper, Style::LinePoints);
        let list = [series];
        let mut chart = LineChart::new(&list, "λ", "Deviance");
        (chart.x_scale, chart.y_scale, chart.reverse_x) = (Scale::Log, Scale::Log, reverse);
        let marks = [Mark { at: 0.05, label: "chosen".to_owned() }];
        chart.marks = &marks;
        let svg = chart.svg().unwrap();
        let document = parse(&svg);
        let (xr, yr) = rulers(&document, true, true);
        let expected: Vec<Point> = x.iter().copied().zip(y.iter().copied()).collect();
        assert_places(&dots(&document), (&xr, &yr), &expected);
        let blue = lines(&document, "tw-s-blue");
        let line = blue.iter().find(|l| l.len() == 30).unwrap();
        assert_places(line, (&xr, &yr), &expected);
        assert_eq!(line[0].0 < line[29].0, reverse, "x falls along the series");
        let bars: Vec<_> = blue.iter().filter(|l| l.len() == 2 && l[0].0 == l[1].0).collect();
        assert_eq!(bars.len(), 30);
        for (k, bar) in bars.iter().enumerate() {
            assert_places(bar, (&xr, &yr), &[(x[k], lower[k]), (x[k], upper[k])]);
        }
        let mark = &lines(&document, "tw-s-ink")[0];
        assert!((xr.read(mark[0].0) / 0.05 - 1.0).abs() < 1e-3);
    }
}

#[test]
fn a_long_line_keeps_its_extremes() {
    let x: Vec<f64> = (0..200_000).map(f64::from).collect();
    let mut y: Vec<f64> = x.iter().map(|x| (x * 0.001).sin()).collect();
    (y[123_457], y[77]) = (5.0, -4.0);
    let series = [Series::new("", &x, &y)];
    let svg = LineChart::new(&series, "x", "y").svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let line = lines(&document, "tw-s-blue").remove(0);
    assert!(line.len() < 2500);
    let high = line.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let low = line.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_places(&[*high, *low], (&xr, &yr), &[(123_457.0, 5.0), (77.0, -4.0)]);
}

#[test]
fn a_line_breaks_where_there_is_no_number() {
    let y = [1.0, 2.0, f64::NAN, 2.0, 1.0];
    let series = [Series::new("", &[0.0, 1.0, 2.0, 3.0, 4.0], &y)];
    let svg = LineChart::new(&series, "x", "y").svg().unwrap();
    let document = parse(&svg);
    let paths = elements(&document, "path", "tw-s-blue");
    let d = paths[0].attribute("d").unwrap();
    assert_eq!((d.matches('M').count(), corners(d).len()), (2, 4));
}

#[test]
fn bars_are_as_high_as_their_counts() {
    let values = [0.5, 1.5, 1.6, 1.7, 3.2];
    let mut figure = Histogram::new(&values);
    figure.bins = Some(3);
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    let (xr, yr) = rulers(&document, false, false);
    let bars = elements(&document, "rect", "tw-f-blue");
    let counts: Vec<_> = figure.counts().unwrap().into_iter().filter(|b| b.2 > 0).collect();
    assert_eq!(bars.len(), counts.len());
    for (bar, (from, to, n)) in bars.iter().zip(counts) {
        let (left, top) = (number(bar, "x"), number(bar, "y"));
        let (right, bottom) = (left + number(bar, "width"), top + number(bar, "height"));
        assert!((xr.read(left) - from).abs() < 0.02 && (xr.read(right) - to).abs() < 0.02);
        assert!((yr.read(top) - n as f64).abs() < 0.01 && yr.read(bottom).abs() < 0.01);
    }
}
