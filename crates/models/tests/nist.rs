//! NIST's certified regressions by refined least squares: digits of coefficients, standard errors and the residual standard deviation.
#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_core::{Design, Par, Refined, RefinedLeastSquares, par};
use thalweg_data::{Column, EncodeOptions, ModelFormula, Roles, Table, encode};
use thalweg_models::{Glm, Observations};

/// A set as NIST publishes it.
struct Set {
    name: &'static str,
    /// Certified coefficients and their standard deviations.
    b: Vec<f64>,
    sd: Vec<f64>,
    residual_sd: f64,
    y: Vec<f64>,
    /// The predictors, row by row.
    rows: Vec<Vec<f64>>,
    /// The degree of the polynomial; 1 where the predictors are the columns.
    degree: usize,
    intercept: bool,
}

macro_rules! sets {
    ($($name:literal $degree:literal $intercept:literal),* $(,)?) => {
        vec![$(parse($name, include_str!(concat!("fixtures/nist/linear/", $name, ".dat")), $degree, $intercept)),*]
    };
}

fn sets() -> Vec<Set> {
    sets![
        "Norris" 1 true, "Pontius" 2 true, "NoInt1" 1 false, "NoInt2" 1 false, "Filip" 10 true, "Longley" 1 true, "Wampler1" 5 true,
        "Wampler2" 5 true, "Wampler3" 5 true, "Wampler4" 5 true, "Wampler5" 5 true,
    ]
}

fn parse(name: &'static str, text: &str, degree: usize, intercept: bool) -> Set {
    let numbers =
        |line: &str| -> Vec<f64> { line.split_whitespace().filter_map(|w| w.parse().ok()).collect() };
    let lines: Vec<&str> = text.lines().collect();
    let mut set = Set {
        name,
        b: vec![],
        sd: vec![],
        residual_sd: f64::NAN,
        y: vec![],
        rows: vec![],
        degree,
        intercept,
    };
    let mut in_data = false;
    for (at, line) in lines.iter().enumerate().skip(30) {
        if line.trim_start().starts_with("Data:") {
            in_data = true;
        } else if in_data && !line.trim().is_empty() {
            let row = numbers(line);
            set.y.push(row[0]);
            set.rows.push(row[1..].to_vec());
        } else if at < 60 && line.trim_start().starts_with('B') {
            let [b, sd] = numbers(line)[..] else { panic!("{name}: {line}") };
            set.b.push(b);
            set.sd.push(sd);
        } else if line.trim_start().starts_with("Standard Deviation") {
            set.residual_sd = numbers(line)[0];
        }
    }
    assert_eq!(
        set.b.len(),
        if degree > 1 { degree } else { set.rows[0].len() } + usize::from(intercept),
        "{name}"
    );
    set
}

/// −log₁₀ of the relative error, NIST's count of digits: at most 15, absolute where 0 is certified.
fn digits(found: f64, certified: f64) -> f64 {
    let error = (found - certified).abs() / if certified == 0.0 { 1.0 } else { certified.abs() };
    (-error.log10()).min(15.0)
}

/// a·b exactly to double-double, for a in double-double.
fn times((hi, lo): (f64, f64), b: f64) -> (f64, f64) {
    let p = hi * b;
    let rest = hi.mul_add(b, -p) + lo * b;
    let sum = p + rest;
    (sum, rest - (sum - p))
}

struct Reached {
    coefficients: f64,
    errors: f64,
    residual: f64,
    fit: Refined,
}

impl Set {
    /// The columns as f64 and what their rounding lost.
    fn columns(&self) -> (Mat<f64>, Mat<f64>) {
        let (n, p) = (self.y.len(), self.b.len() - usize::from(self.intercept));
        let entry = |i: usize, j: usize| match self.degree {
            1 => (self.rows[i][j], 0.0),
            _ => (0..j).fold((self.rows[i][0], 0.0), |power, _| times(power, self.rows[i][0])),
        };
        (Mat::from_fn(n, p, |i, j| entry(i, j).0), Mat::from_fn(n, p, |i, j| entry(i, j).1))
    }

    fn reached(&self, with_low_parts: bool) -> Reached {
        let (high, low) = self.columns();
        let mut design = Design::new(high.as_ref()).unwrap();
        if self.intercept {
            design = design.with_intercept();
        }
        let low = with_low_parts.then_some(low.as_ref());
        let mut problem = RefinedLeastSquares::new(&design, low, &self.y, None, None).unwrap();
        let fit = problem.solve(&vec![0.0; self.b.len()]).unwrap();
        let inverse = problem.inverse_diagonal();
        assert!(fit.converged && inverse.converged, "{} {fit:?} {inverse:?}", self.name);
        let residual_sd = (fit.rss / (self.y.len() - self.b.len()) as f64).sqrt();
        let least = |pairs: &mut dyn Iterator<Item = (f64, f64)>| {
            pairs.map(|(found, certified)| digits(found, certified)).fold(15.0, f64::min)
        };
        Reached {
            coefficients: least(&mut fit.b.iter().copied().zip(self.b.iter().copied())),
            errors: least(
                &mut inverse.values.iter().map(|v| residual_sd * v.sqrt()).zip(self.sd.iter().copied()),
            ),
            residual: digits(residual_sd, self.residual_sd),
            fit,
        }
    }
}

#[test]
fn every_certified_digit_that_the_data_allow() {
    for set in sets() {
        let reached = set.reached(true);
        println!(
            "{:9} coefficients {:.1} errors {:.1} residual {:.1}, {} corrections at rate {:.0e}",
            set.name,
            reached.coefficients,
            reached.errors,
            reached.residual,
            reached.fit.iterations,
            reached.fit.rate
        );
        for (what, digits) in [
            ("coefficients", reached.coefficients),
            ("errors", reached.errors),
            ("residual", reached.residual),
        ] {
            assert!(digits >= 13.0, "{} {what}: {digits}", set.name);
        }
    }
}

/// Columns of f64 numbers: the same but for Filip, whose tenth powers are the data's no longer.
#[test]
fn plain_columns_lose_what_their_rounding_loses() {
    for set in sets() {
        let reached = set.reached(false);
        println!("{:9} coefficients {:.1} errors {:.1}", set.name, reached.coefficients, reached.errors);
        let (coefficients, errors) = if set.name == "Filip" { (7.5, 7.5) } else { (13.0, 13.0) };
        assert!(reached.coefficients >= coefficients, "{}: {}", set.name, reached.coefficients);
        assert!(reached.errors >= errors, "{}: {}", set.name, reached.errors);
    }
}

#[test]
fn the_start_and_the_threads_change_nothing() {
    for set in sets() {
        let (high, low) = set.columns();
        let mut design = Design::new(high.as_ref()).unwrap();
        if set.intercept {
            design = design.with_intercept();
        }
        let of = |start: &[f64], parallelism| {
            let problem = RefinedLeastSquares::new(&design, Some(low.as_ref()), &set.y, None, None).unwrap();
            problem.with_par(parallelism).solve(start).unwrap()
        };
        let zeros = vec![0.0; set.b.len()];
        let from_zero = of(&zeros, Par::Seq);
        assert_eq!(par::with_threads(3, || of(&zeros, Par::Rayon)).unwrap(), from_zero);
        let from_there = of(&set.b, Par::Seq);
        for (a, b) in from_zero.b.iter().zip(&from_there.b) {
            assert!((a - b).abs() <= f64::EPSILON * b.abs().max(1e-9), "{}: {a} {b}", set.name);
        }
    }
}

/// A whole fit: of the columns as f64, or by a formula whose powers carry their low parts. Least digits of coefficients and errors.
fn fitted(set: &Set, by_formula: bool) -> (f64, f64) {
    let glm = Glm::new("gaussian").unwrap();
    let mut columns = vec![Column::numeric("y", set.y.clone()).unwrap()];
    for j in 0..set.rows[0].len() {
        let values = set.rows.iter().map(|row| row[j]).collect();
        columns.push(Column::numeric(format!("x{}", j + 1), values).unwrap());
    }
    let terms: Vec<String> = match set.degree {
        1 => (1..columns.len()).map(|j| format!("x{j}")).collect(),
        degree => vec![format!("poly(x1, {degree}, raw)")],
    };
    let text = format!("y ~ {}{}", terms.join(" + "), if set.intercept { "" } else { " - 1" });
    let roles = Roles::formula(ModelFormula::parse(&text).unwrap());
    let encoded = encode(&Table::new(columns).unwrap(), &roles, &EncodeOptions::default()).unwrap();
    let (high, _) = set.columns();
    let data = match by_formula {
        true => Observations::new(encoded.x.as_ref(), &encoded.y),
        false => Observations::new(high.as_ref(), &set.y),
    };
    let data = match &encoded.low {
        Some(low) if by_formula => data.low(low.as_ref()),
        _ => data,
    };
    let glm = if set.intercept { glm } else { glm.without_intercept() };
    let fit = glm.fit(&data).unwrap();
    assert!(fit.status.is_solved() && fit.rank == set.b.len(), "{}: {:?}", set.name, fit.warnings);
    let least = |values: Vec<f64>, certified: &[f64]| {
        values.iter().zip(certified).map(|(found, certified)| digits(*found, *certified)).fold(15.0, f64::min)
    };
    (
        least(fit.coefficients.iter().map(|c| c.estimate).collect(), &set.b),
        least(fit.coefficients.iter().map(|c| c.std_error).collect(), &set.sd),
    )
}

#[test]
fn whole_fits_keep_the_digits() {
    for set in sets() {
        let (coefficients, errors) = fitted(&set, true);
        println!("{:9} by formula: coefficients {coefficients:.1}, errors {errors:.1}", set.name);
        assert!(coefficients >= 13.0 && errors >= 13.0, "{}: {coefficients}, {errors}", set.name);
        let (coefficients, errors) = fitted(&set, false);
        println!("{:9} of columns: coefficients {coefficients:.1}, errors {errors:.1}", set.name);
        let least = if set.name == "Filip" { 7.5 } else { 13.0 };
        assert!(coefficients >= least && errors >= least, "{}: {coefficients}, {errors}", set.name);
    }
}
