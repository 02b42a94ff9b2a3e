//! Numbers of the figures against R's own functions; `fixtures/reference.R` made them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Point, assert_places, dots, elements, lines, parse, reference, rulers};
use thalweg_report::{
    Calibration, Figure, Histogram, LeveragePlot, Lowess, Outcome, QuantileQuantile, Reference,
};

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{i}: {a} for {b}");
    }
}

#[test]
fn lowess_is_that_of_r() {
    let (x, y) = (reference("lowess_x"), reference("lowess_y"));
    assert_near(&Lowess::default().smooth(&x, &y).unwrap(), &reference("lowess_default"), 1e-12);
    let plain = Lowess { span: 0.2, robustness: 0 };
    assert_near(&plain.smooth(&x, &y).unwrap(), &reference("lowess_short_plain"), 1e-12);
    let half = Lowess { span: 0.5, ..Lowess::default() };
    assert_near(&half.smooth(&x[..10], &y[..10]).unwrap(), &reference("lowess_ten"), 1e-12);
}

#[test]
fn quantiles_line_and_envelope_are_those_of_r() {
    for n in [9, 150] {
        let of = |name: &str| reference(&format!("qq_{name}_{n}"));
        let values = of("values");
        let mut figure = QuantileQuantile::new(&values);
        figure.reference = Reference::Quartiles;
        let svg = figure.svg().unwrap();
        let document = parse(&svg);
        let (x, y) = rulers(&document, false, false);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let theory = of("theory");
        let points: Vec<Point> = theory.iter().copied().zip(sorted).collect();
        assert_places(&dots(&document), (&x, &y), &points);

        let line = of("line");
        let level = |z: f64| line[0] + line[1] * z;
        // The first one is in the legend.
        let drawn = &lines(&document, "tw-s-ink")[1];
        let on_line: Vec<Point> = drawn.iter().map(|p| (x.read(p.0), level(x.read(p.0)))).collect();
        assert_places(drawn, (&x, &y), &on_line);

        let polygon = elements(&document, "polygon", "tw-f-slate")[0].attribute("points").unwrap();
        let band: Vec<Point> = polygon
            .split(' ')
            .map(|pair| pair.split_once(',').unwrap())
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        // Above from left to right, below back; of many ranks some. The picture may cut the envelope at its edges, which its axes show.
        let axes = &lines(&document, "tw-s-muted")[0];
        let (low, high) = (y.read(axes[1].1), y.read(axes[0].1));
        let (upper, lower) = (of("upper"), of("lower"));
        let half = band.len() / 2;
        let nearest =
            |z: f64| (0..n).min_by(|&i, &j| (theory[i] - z).abs().total_cmp(&(theory[j] - z).abs())).unwrap();
        let whole: Vec<Point> = (0..band.len())
            .map(|k| {
                let rank = nearest(x.read(band[k].0));
                (theory[rank], level(if k < half { upper[rank] } else { lower[rank] }))
            })
            .collect();
        let cut: Vec<Point> = whole.iter().map(|p| (p.0, p.1.clamp(low, high))).collect();
        assert!(half >= n.min(60) && cut.iter().zip(&whole).filter(|(a, b)| a == b).count() >= half);
        assert_places(&band, (&x, &y), &cut);
    }
}

#[test]
fn shares_have_wilsons_interval_and_means_students() {
    let (hits, trials) = (reference("wilson_hits"), reference("wilson_trials"));
    let (lower, upper) = (reference("wilson_lower"), reference("wilson_upper"));
    for k in 0..hits.len() {
        // As single outcomes, and as one share with its number of trials.
        let y: Vec<f64> =
            (0..trials[k] as usize).map(|i| f64::from(u8::from((i as f64) < hits[k]))).collect();
        let p = vec![0.4; y.len()];
        let single = Calibration::new(&y, &p, Outcome::Binary).table().unwrap();
        let (share, prediction, weight) = ([hits[k] / trials[k]], [0.4], [trials[k]]);
        let mut grouped = Calibration::new(&share, &prediction, Outcome::Binary);
        grouped.weights = &weight;
        for bins in [single, grouped.table().unwrap()] {
            assert_eq!(bins.len(), 1);
            assert_near(
                &[bins[0].observed, bins[0].lower, bins[0].upper],
                &[share[0], lower[k], upper[k]],
                1e-13,
            );
        }
    }
    let (values, interval) = (reference("mean_values"), reference("mean_interval"));
    let p = vec![3.0; values.len()];
    let mut figure = Calibration::new(&values, &p, Outcome::Mean);
    let two = vec![2.0; values.len()];
    for weights in [&[][..], &two] {
        figure.weights = weights;
        let bin = figure.table().unwrap()[0];
        // The common factor of variance weights does not count.
        assert_near(&[bin.observed, bin.lower, bin.upper], &interval, 1e-11);
    }
}

#[test]
fn cooks_distance_is_that_of_r_and_names_its_rows() {
    let (h, r) = (reference("cook_leverage"), reference("cook_standardized"));
    let distance = reference("cook_distance");
    let mut figure = LeveragePlot::new(&h, &r, 3);
    figure.named = h.len();
    let found = figure.most_influential().unwrap();
    assert!(found.windows(2).all(|w| w[0].1 >= w[1].1));
    for (row, d) in &found {
        assert!((d - distance[*row]).abs() <= 1e-12, "{row}: {d}");
    }
    figure.named = 2;
    let svg = figure.svg().unwrap();
    let document = parse(&svg);
    for (row, _) in &found[..2] {
        let name = row.to_string();
        assert!(elements(&document, "text", "tw-halo").iter().any(|n| n.text() == Some(&name)), "{name}");
    }
}

#[test]
fn counts_are_those_of_r() {
    let (values, breaks) = (reference("hist_values"), reference("hist_breaks"));
    let mut figure = Histogram::new(&values);
    figure.bins = Some(12);
    let bins = figure.counts().unwrap();
    let counts: Vec<f64> = bins.iter().map(|b| b.2 as f64).collect();
    assert_eq!(counts, reference("hist_counts"));
    assert_near(&bins.iter().map(|b| b.0).collect::<Vec<_>>(), &breaks[..12], 0.0);
    assert_near(&bins.iter().map(|b| b.1).collect::<Vec<_>>(), &breaks[1..], 0.0);
}
