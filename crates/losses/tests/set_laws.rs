//! The laws of losses of a whole data set, over the whole catalogue, against their definitions written out over dual numbers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/sets.rs"]
mod support;

use support::{cox, info_nce, lambda_rank, list_net, pairwise_logistic};
use thalweg_core::{Block, Want, catalogue};
use thalweg_losses::{MakeReal, SETS, SetData, set};
use thalweg_testkit::set_losses::{Data, Definition, Make, Subject};

/// The constructor of a description.
fn make<T: MakeReal>(text: &'static str) -> Make<T> {
    Box::new(move |targets, groups, weights| set(text, SetData { targets, groups, weights }))
}

/// Numbers in [0, 1).
fn uniform(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    let mut next = || {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count).map(|_| next()).collect()
}

/// Data of n rows whose targets `row` makes from two uniform numbers: plain, grouped, and weighted with zeros among the weights.
fn data(sizes: &[usize], row: impl Fn(usize, f64, f64) -> Vec<f64>) -> Vec<Data> {
    let one = |n: usize| {
        let u = uniform(n as u64, 4 * n);
        let targets = (0..n).flat_map(|i| row(i, u[4 * i], u[4 * i + 1])).collect();
        let groups: Vec<u32> = (0..n).map(|i| 3 * (u[4 * i + 2] * 3.0) as u32).collect();
        let weight = |i: usize| if i % 9 == 4 { 0.0 } else { 0.2 + u[4 * i + 3] };
        let plain = Data { targets, groups: None, weights: None };
        let grouped = Data { groups: Some(groups), ..plain.clone() };
        let weighted = Data { weights: Some((0..n).map(weight).collect()), ..grouped.clone() };
        [plain, grouped, weighted]
    };
    sizes.iter().flat_map(|n| one(*n)).collect()
}

/// Predictors without ties, an eighth apart, in the order that they came in.
fn apart(eta: &mut [f64]) {
    let mut order: Vec<usize> = (0..eta.len()).collect();
    order.sort_by(|a, b| eta[*a].total_cmp(&eta[*b]));
    let middle = eta.len() as f64 / 2.0;
    for (rank, at) in order.into_iter().enumerate() {
        eta[at] = 0.125 * (rank as f64 - middle);
    }
}

fn subject(name: &str, text: &'static str) -> Subject {
    let given = catalogue::parse(text).unwrap().1;
    let values = catalogue::find("loss", SETS, name).unwrap().values(&given).unwrap();
    let relevance = |_: usize, u: f64, _: f64| vec![(u * 4.0).floor()];
    let (data, definition): (Vec<Data>, Definition) = match name {
        "cox" => (
            data(&[3, 40], |i, u, v| vec![(12.0 * u).floor(), f64::from(u8::from(v < 0.6 || i % 9 == 0))]),
            Box::new(move |data, eta| cox(data, values[0] == 1.0, eta)),
        ),
        "pairwise-logistic" => {
            (data(&[2, 7, 40], relevance), Box::new(move |data, eta| pairwise_logistic(data, values[0], eta)))
        }
        "list-net" => (data(&[2, 7, 40], |_, u, _| vec![3.0 * u - 1.0]), Box::new(list_net)),
        "lambda-rank" => {
            (data(&[2, 7, 40], relevance), Box::new(move |data, eta| lambda_rank(data, values[0], eta)))
        }
        "info-nce" => (
            data(&[3, 12], |i, u, _| vec![if u < 0.2 { 0.0 } else { i as f64 }]),
            Box::new(move |data, eta| info_nce(data, values[0] as usize, values[1], values[2] == 1.0, eta)),
        ),
        other => panic!("{other} has no definition here"),
    };
    let mut subject = Subject::new(text, make(text), data);
    subject.narrow = Some(make(text));
    subject.definition = Some(definition);
    subject.shift_invariant = name != "info-nce";
    match name {
        "cox" => subject.refused = vec![vec![-1.0, 1.0], vec![1.0, 0.5]],
        "lambda-rank" => {
            subject.refused = vec![vec![-1.0], vec![32.0]];
            subject.place = apart;
        }
        _ => {}
    }
    subject
}

/// Every loss with its defaults and in its example.
fn subjects() -> Vec<Subject> {
    SETS.iter().flat_map(|e| [subject(e.name, e.name), subject(e.name, e.example)]).collect()
}

thalweg_testkit::set_loss_laws!(subjects);

/// References of 50 digits, `name;groups;targets;weights;predictors;value;gradient`; the script is beside them. Every loss but Cox, which
/// has R's, has some.
#[test]
fn goldens_match() {
    let csv = include_str!("fixtures/set_goldens.csv");
    let rows = csv.lines().filter(|line| !line.starts_with('#'));
    let mut seen = Vec::new();
    for line in rows {
        let fields: Vec<&str> = line.split(';').collect();
        let numbers =
            |at: usize| -> Vec<f64> { fields[at].split_whitespace().map(|v| v.parse().unwrap()).collect() };
        let groups: Vec<u32> = numbers(1).into_iter().map(|g| g as u32).collect();
        let (targets, weights, eta) = (numbers(2), numbers(3), numbers(4));
        let data = SetData { targets: &targets, groups: Some(&groups), weights: Some(&weights) };
        let loss = set::<f64>(fields[0], data).unwrap();
        let mut gradient = vec![0.0; eta.len()];
        let mut out = Block { value: 0.0, gradient: &mut gradient, curvature: &mut [] };
        loss.evaluate(0..loss.rows(), &eta, Want::Gradient, &mut out);
        let (value, expected) = (out.value, numbers(5)[0]);
        assert!((value - expected).abs() <= 1e-13 * expected.abs(), "{line}: {value:e}");
        let (slopes, size) = (numbers(6), gradient.iter().fold(0.0_f64, |m, g| m.max(g.abs())));
        assert_eq!(slopes.len(), gradient.len());
        for (found, expected) in gradient.iter().zip(slopes) {
            assert!((found - expected).abs() <= 1e-13 * size, "{line}: {found:e} not {expected:e}");
        }
        seen.push(fields[0].split(':').next().unwrap().to_owned());
    }
    for entry in SETS.iter().filter(|entry| entry.name != "cox") {
        assert!(seen.iter().any(|name| name == entry.name), "{} has no reference", entry.name);
    }
}

#[test]
fn the_catalogue_refuses_what_does_not_fit() {
    let targets = [1.0, 0.0];
    let data = SetData { targets: &targets, groups: None, weights: None };
    for bad in [
        "pairwise-logistic:sigma=0",
        "lambda-rank:sigma=inf",
        "list-net:sigma=1",
        "info-nce:dimension=0",
        "info-nce:dimension=1.5",
        "info-nce:temperature=-1",
        "info-nce:within=2",
        "listnet",
    ] {
        assert!(set::<f64>(bad, data).is_err(), "{bad}");
    }
}

/// A vector without direction has no loss; one of any length has.
#[test]
fn lengths_of_embeddings_do_not_matter() {
    let loss = set::<f64>("info-nce", SetData { targets: &[0.0, 1.0], groups: None, weights: None }).unwrap();
    let value = |eta: &[f64]| {
        let mut out = Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
        loss.evaluate(0..2, eta, Want::Value, &mut out);
        out.value
    };
    let one = value(&[1.0, 2.0, 0.5, 1.0, -1.0, 3.0, 1.0, 1.0]);
    let other = value(&[1e-200, 2e-200, 0.5e300, 1e300, -1.0, 3.0, 8.0, 8.0]);
    assert!((one - other).abs() <= 1e-14 * one, "{one} {other}");
    assert_eq!(value(&[0.0, 0.0, 0.5, 1.0, -1.0, 3.0, 1.0, 1.0]), f64::INFINITY);
}
