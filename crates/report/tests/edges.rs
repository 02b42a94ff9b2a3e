//! Empty, single, huge and hostile input; the same bytes each time; one file that needs nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{parse, parse_page};
use thalweg_core::streams::{Streams, normal};
use thalweg_report::{
    Calibration, Coefficient, CoefficientForest, Figure, Histogram, LeveragePlot, LineChart, Mark, Outcome,
    Page, QuantileQuantile, ResidualsFitted, Scale, ScaleLocation, Section, Series, State, Table,
};

/// Every figure of columns x and y, with y between 0 and 1 where that is asked.
fn all(x: &[f64], y: &[f64], test: &mut dyn FnMut(&str, &dyn Figure)) {
    let share: Vec<f64> = y.iter().map(|y| if y.is_nan() { *y } else { y.abs().fract() }).collect();
    let rows: Vec<Coefficient> =
        y.iter().take(300).map(|y| Coefficient::new("b", *y, y - 1.0, y + 1.0)).collect();
    let series = [Series::new("series", x, y)];
    test("residuals", &ResidualsFitted::new(x, y));
    test("scale", &ScaleLocation::new(x, y));
    test("quantiles", &QuantileQuantile::new(y));
    test("leverage", &LeveragePlot::new(&share, y, 2));
    test("histogram", &Histogram::new(y));
    test("binary", &Calibration::new(&share, &share, Outcome::Binary));
    test("mean", &Calibration::new(y, x, Outcome::Mean));
    test("line", &LineChart::new(&series, "x", "y"));
    test("forest", &CoefficientForest::new(&rows));
}

#[test]
fn nothing_to_draw_is_an_error_that_says_so() {
    all(&[], &[], &mut |name, figure| {
        let error = figure.svg().unwrap_err().to_string();
        assert!(error.contains("is empty; give at least one"), "{name}: {error}");
    });
}

#[test]
fn one_point_is_a_picture() {
    for value in [0.0, 0.5, -3e-9, 7.25e12] {
        all(&[value], &[value], &mut |name, figure| {
            let svg = figure.svg().unwrap_or_else(|error| panic!("{name} of {value}: {error}"));
            parse(&svg);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name} of {value}: {svg}");
        });
    }
}

#[test]
fn extreme_numbers_are_a_picture() {
    let x = [-1e300, -1.0, 0.0, 5e-324, 1e300];
    let y = [1e-310, 1e300, -1e300, 2.0, 3.0];
    all(&x, &y, &mut |name, figure| {
        let svg = figure.svg().unwrap_or_else(|error| panic!("{name}: {error}"));
        parse(&svg);
        assert!(svg.len() < 60_000, "{name}: {}", svg.len());
    });
}

#[test]
fn a_million_points_are_a_small_file_and_the_same_one_each_time() {
    let mut rng = Streams::new(3).stream("test", 0);
    let x: Vec<f64> = (0..1_000_000).map(|_| normal(&mut rng)).collect();
    let y: Vec<f64> = (0..1_000_000).map(|_| normal(&mut rng)).collect();
    all(&x, &y, &mut |name, figure| {
        let svg = figure.svg().unwrap();
        assert!(svg.len() < 200_000, "{name}: {} bytes", svg.len());
        parse(&svg);
        assert!(figure.svg().unwrap() == svg, "{name}");
        if ["residuals", "scale", "quantiles", "leverage"].contains(&name) {
            assert!(svg.contains("5,000 of 1,000,000"), "{name} says what it left out");
        }
    });
    let many: Vec<Series<'_>> = (0..300).map(|_| Series::new("", &x[..5000], &y[..5000])).collect();
    let svg = LineChart::new(&many, "x", "y").svg().unwrap();
    assert!(svg.len() < 1_000_000, "{}", svg.len());
}

#[test]
fn rows_without_a_number_are_left_out_and_counted() {
    let (x, y) = ([1.0, 2.0, f64::NAN, 4.0], [0.1, f64::INFINITY, 0.3, -0.2]);
    for figure in [&ResidualsFitted::new(&x, &y) as &dyn Figure, &ScaleLocation::new(&x, &y)] {
        let svg = figure.svg().unwrap();
        assert_eq!(common::dots(&parse(&svg)).len(), 2);
        assert!(svg.contains("Left out: 2 of 4 rows"));
    }
    assert!(QuantileQuantile::new(&y).svg().unwrap().contains("Left out: 1 of 4 values"));
    assert!(Histogram::new(&y).svg().unwrap().contains("Left out: 1 of 4 values"));
}

#[test]
fn wrong_input_is_named() {
    let (two, three) = ([1.0, 2.0], [0.1, 0.2, 0.3]);
    let binary =
        |y: &[f64], p: &[f64]| Calibration::new(y, p, Outcome::Binary).svg().unwrap_err().to_string();
    let line = |x: &[f64], y: &[f64], scale| {
        let series = [Series::new("loss", x, y)];
        let mut chart = LineChart::new(&series, "x", "y");
        chart.y_scale = scale;
        chart.svg().unwrap_err().to_string()
    };
    let cases = [
        (
            ResidualsFitted::new(&two, &three).svg().unwrap_err().to_string(),
            "length of fitted and length of residuals",
        ),
        (ScaleLocation::new(&two, &three).svg().unwrap_err().to_string(), "standardized"),
        (LeveragePlot::new(&two, &two, 1).svg().unwrap_err().to_string(), "leverage is 2 at row 1"),
        (LeveragePlot::new(&three, &three, 0).svg().unwrap_err().to_string(), "parameters = 0"),
        (binary(&[0.0, 1.0], &[0.5, 1.5]), "predicted is 1.5 at row 1"),
        (binary(&[0.0, f64::NAN], &[0.5, 0.5]), "observed is NaN at row 1"),
        (line(&two, &three, Scale::Linear), "series `loss`"),
        (line(&two, &[1.0, 0.0], Scale::Log), "y of series `loss` is 0 at row 1"),
        (line(&[1.0, f64::NAN], &two, Scale::Linear), "x of series `loss` is NaN at row 1"),
        (Table::new("t").text_column("a").row(["1", "2"]).unwrap_err().to_string(), "table `t`"),
    ];
    for (error, part) in cases {
        assert!(error.contains(part), "`{part}` in `{error}`");
    }
    let mut histogram = Histogram::new(&two);
    histogram.bins = Some(0);
    assert!(histogram.counts().unwrap_err().to_string().contains("1 to 200"));
}

#[test]
fn forests_of_every_size() {
    for n in [1, 2, 40, 41, 200, 900] {
        let rows: Vec<Coefficient> = (0..n)
            .map(|k| {
                let name = format!("a_predictor_with_a_rather_long_name[level number {k}]");
                match k % 7 {
                    3 => Coefficient::without_estimate(&name, State::Aliased),
                    5 => Coefficient::without_estimate(&name, State::ToMinusInfinity),
                    _ => Coefficient::new(&name, f64::from(k), f64::NEG_INFINITY, f64::from(k) + 1.0),
                }
            })
            .collect();
        let svg = CoefficientForest::new(&rows).svg().unwrap();
        let document = parse(&svg);
        let names = document.descendants().filter(|n| n.tag_name().name() == "g").count();
        assert_eq!(names, rows.len().min(200));
        assert_eq!(svg.contains("200 of 900 coefficients drawn"), n == 900);
        assert!(svg.len() < 200_000);
    }
}

const EVIL: &str = "<script>alert(1)</script>\"'&]]><svg onload=x>\u{0}\u{202e}";

#[test]
fn no_text_becomes_markup() {
    let rows = [Coefficient::new(EVIL, 1.0, 0.5, 1.5), Coefficient::without_estimate(EVIL, State::Aliased)];
    let mut forest = CoefficientForest::new(&rows);
    (forest.title, forest.label) = (EVIL, EVIL);
    let (x, y) = ([0.1, 0.2, 0.3], [1.0, -2.0, 0.5]);
    let mut residuals = ResidualsFitted::new(&x, &y);
    (residuals.title, residuals.fitted_label, residuals.residual_label) = (EVIL, EVIL, EVIL);
    let names = vec![EVIL.to_owned(); 3];
    let mut leverage = LeveragePlot::new(&x, &y, 2);
    leverage.names = &names;
    let series = [Series::new(EVIL, &x, &y)];
    let mut lines = LineChart::new(&series, EVIL, EVIL);
    let marks = [Mark { at: 0.2, label: EVIL.to_owned() }];
    (lines.marks, lines.caption) = (&marks, EVIL);
    let mut table = Table::new(EVIL).text_column(EVIL).number_column(EVIL);
    table.row([EVIL, EVIL]).unwrap();
    let section = Section::new(EVIL).paragraph(EVIL).table(&table).preformatted(EVIL);
    let section = section.figure(&forest).unwrap().figure(&residuals).unwrap();
    let section = section.figure(&leverage).unwrap().figure(&lines).unwrap();
    let page = Page::new(EVIL).subtitle(EVIL).fact(EVIL, EVIL).warning(EVIL).footer(EVIL).section(section);
    let html = page.html();
    assert!(!html.contains("<script") && !html.contains("onload=x>\u{0}") && !html.contains('\u{202e}'));
    let document = parse_page(&html);
    let mut svgs = 0;
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert_ne!(node.tag_name().name(), "script");
        assert!(node.attributes().all(|a| !a.name().starts_with("on")));
        svgs += usize::from(node.tag_name().name() == "svg");
    }
    assert_eq!(svgs, 4);
    // The text itself is there, as text.
    let title = document.descendants().find(|n| n.tag_name().name() == "h1").unwrap();
    assert!(title.text().unwrap().starts_with("<script>alert(1)</script>\"'&]]>"));
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let (x, y) = ([0.1, 0.2, 0.3], [1.0, -2.0, 0.5]);
    let section = Section::new("A").figure(&ResidualsFitted::new(&x, &y)).unwrap();
    let html = Page::new("P").section(section).html();
    let document = parse_page(&html);
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            !["script", "link", "img", "iframe", "object", "image", "use", "base"].contains(&name),
            "{name}"
        );
        assert!(node.attributes().all(|a| !["src", "href", "action", "data"].contains(&a.name())));
    }
    assert!(!html.contains("url(") && !html.contains("@import") && html.contains("default-src 'none'"));
    assert_eq!(html.matches("http").count(), 2, "the name space of the figure and the name of the policy");
    // One style of the pictures for all of them.
    assert_eq!(html.matches("--tw-paper:#ffffff").count(), 1);
}
