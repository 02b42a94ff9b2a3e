//! Refined least squares against rational arithmetic where plain arithmetic has few digits or none, and its errors.
#![allow(clippy::unwrap_used)]

use faer::{Mat, mat};
use thalweg_core::{Columns, Design, Par, RefinedLeastSquares, Weights};

/// The generator of `fixtures/least_squares/generate.py`.
struct SplitMix64(u64);

impl SplitMix64 {
    fn centred(&mut self, m: u64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % (2 * m + 1)) as f64 - m as f64
    }
}

struct Problem {
    x: Mat<f64>,
    low: Mat<f64>,
    y: Vec<f64>,
    weights: Vec<f64>,
    offset: Vec<f64>,
}

/// The problem of this name, as in `generate.py`. Every number is exact.
fn problem(name: &str) -> Problem {
    let (n, p, seed) = match name {
        "weights" => (30, 4, 1),
        "collinear30" => (40, 3, 2),
        "collinear40" => (40, 3, 3),
        "square" => (5, 4, 4),
        "absent" => (25, 3, 5),
        "low46" | "low60" => (30, 3, 6),
        "shifted" => (50, 1, 7),
        "units" => (30, 4, 8),
        "long" => (3000, 3, 9),
        "exact" => (20, 3, 10),
        other => panic!("{other}"),
    };
    let mut rng = SplitMix64(seed);
    let mut of = Problem {
        x: Mat::zeros(n, p),
        low: Mat::zeros(n, p),
        y: vec![0.0; n],
        weights: vec![1.0; n],
        offset: vec![0.0; n],
    };
    for i in 0..n {
        (0..p).for_each(|j| of.x[(i, j)] = rng.centred(1000));
        of.y[i] = rng.centred(1000);
        of.offset[i] = rng.centred(1000) / 8.0;
        let k = rng.centred(27);
        match name {
            "weights" => of.weights[i] = k.exp2(),
            "collinear30" | "collinear40" => {
                let power = if name == "collinear30" { -30.0 } else { -40.0_f64 };
                of.x[(i, p - 1)] = of.x[(i, 0)] + of.x[(i, p - 1)] * power.exp2();
                of.weights[i] = 1.0 + k.abs();
            }
            "absent" if i % 3 == 0 => {
                of.weights[i] = 0.0;
                of.x[(i, 0)] *= 60.0_f64.exp2();
            }
            "low46" | "low60" => {
                let (whole, part) =
                    (of.x[(i, 0)], of.x[(i, p - 1)] * if name == "low46" { -46.0_f64 } else { -60.0 }.exp2());
                let high = whole + part;
                (of.x[(i, p - 1)], of.low[(i, p - 1)]) = (high, part - (high - whole));
            }
            "shifted" => {
                of.x[(i, 0)] += 40.0_f64.exp2();
                of.y[i] += 40.0_f64.exp2();
            }
            "units" => (0..4).for_each(|j| of.x[(i, j)] *= [-90.0, 90.0, 0.0, 40.0_f64][j].exp2()),
            "exact" => of.y[i] = 3.0 - of.x[(i, 0)] + of.x[(i, 2)] + of.offset[i],
            _ => {}
        }
    }
    of
}

/// Name, coefficients, residual sum of squares, diagonal of the inverse.
fn exact() -> Vec<(&'static str, Vec<f64>, f64, Vec<f64>)> {
    let line = |line: &'static str| {
        let (name, numbers) = line.split_once(' ').unwrap();
        let numbers: Vec<f64> = numbers.split(' ').map(|v| v.parse().unwrap()).collect();
        let q = numbers.len() / 2;
        (name, numbers[..q].to_vec(), numbers[q], numbers[q + 1..].to_vec())
    };
    include_str!("fixtures/least_squares/exact.txt").lines().map(line).collect()
}

/// Within an ulp or two, for a result that is rounded once; a 0 to double-double.
fn is_rounded(found: f64, exact: f64) -> bool {
    (found - exact).abs() <= 2.0 * f64::EPSILON * exact.abs() + if exact == 0.0 { 1e-30 } else { 0.0 }
}

#[test]
fn hostile_problems_have_every_digit() {
    for (name, b, rss, diagonal) in exact() {
        let of = problem(name);
        let design = Design::new(of.x.as_ref()).unwrap().with_intercept();
        let low = (name == "low46").then_some(of.low.as_ref());
        let solve = || {
            let (weights, offset) = (Some(&of.weights[..]), Some(&of.offset[..]));
            RefinedLeastSquares::new(&design, low, &of.y, weights, offset).unwrap()
        };
        let mut problem = solve();
        let fit = problem.solve(&vec![0.0; b.len()]).unwrap();
        println!("{name:12} {} corrections at rate {:.0e}", fit.iterations, fit.rate);
        assert!(fit.converged, "{name} {fit:?}");
        for (found, exact) in fit.b.iter().zip(&b) {
            assert!(is_rounded(*found, *exact), "{name} b {found:e} {exact:e}");
        }
        // With as many rows as parameters the residuals are 0, but b is rounded to 106 bits.
        let scale: f64 = of.y.iter().zip(&of.weights).map(|(y, w)| w * y * y).sum();
        assert!(
            (fit.rss - rss).abs() <= 32.0 * f64::EPSILON * rss + 1e-40 * scale,
            "{name} {:e} {rss:e}",
            fit.rss
        );
        let inverse = problem.inverse_diagonal();
        assert!(inverse.converged, "{name} {inverse:?}");
        for (found, exact) in inverse.values.iter().zip(&diagonal) {
            assert!(is_rounded(*found, *exact), "{name} diagonal {found:e} {exact:e}");
        }
        let sequential = solve().with_par(Par::Seq).solve(&vec![0.0; b.len()]).unwrap();
        assert_eq!(sequential, fit, "{name}");
    }
}

/// Columns that differ in their low parts alone are one column to a factorisation: that is said, not answered.
#[test]
fn dependent_columns_are_an_error_that_says_which() {
    let of = problem("low60");
    let design = Design::new(of.x.as_ref()).unwrap().with_intercept();
    let zeros = vec![0.0; of.y.len()];
    for low in [None, Some(of.low.as_ref())] {
        let error = RefinedLeastSquares::new(&design, low, &of.y, None, None).err().unwrap().to_string();
        assert!(error.contains("parameter 3") && error.contains("combination"), "{error}");
    }
    // Dependent over the rows of positive weight.
    let x = mat![[1.0], [1.0], [1.0], [5.0]];
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let of = |w: &[f64]| RefinedLeastSquares::new(&design, None, &zeros[..4], Some(w), None).map(|_| ());
    assert!(of(&[1.0, 1.0, 1.0, 1e-8]).is_ok());
    assert!(of(&[1.0, 1.0, 1.0, 0.0]).unwrap_err().to_string().contains("parameter 1"));
    // Fewer rows than parameters.
    let wide = mat![[1.0, 2.0, 4.0], [3.0, 5.0, 1.0]];
    let design = Design::new(wide.as_ref()).unwrap();
    assert!(RefinedLeastSquares::new(&design, None, &[1.0, 2.0], None, None).is_err());
}

#[test]
fn wrong_input_is_one_typed_error() {
    let x = mat![[1.0], [2.0], [4.0]];
    let design = Design::new(x.as_ref()).unwrap();
    let fails = |y: &[f64], w: Option<&[f64]>, o: Option<&[f64]>| {
        RefinedLeastSquares::new(&design, None, y, w, o).err().unwrap().to_string()
    };
    assert!(fails(&[1.0], None, None).contains("length of the target"));
    assert!(fails(&[1.0, f64::NAN, 2.0], None, None).contains("the target is NaN at row 1"));
    assert!(fails(&[1.0; 3], Some(&[1.0, -1.0, 1.0]), None).contains("weight"));
    assert!(fails(&[1.0; 3], None, Some(&[0.0, 0.0, f64::INFINITY])).contains("the offset is inf at row 2"));
    let low = mat![[0.0], [f64::NAN], [0.0]];
    let bad = RefinedLeastSquares::new(&design, Some(low.as_ref()), &[1.0; 3], None, None).err().unwrap();
    assert!(bad.to_string().contains("low part of predictor 0"), "{bad}");
    let mut problem = RefinedLeastSquares::new(&design, None, &[1.0; 3], None, None).unwrap();
    assert!(problem.solve(&[1.0, 2.0]).is_err() && problem.solve(&[f64::NAN]).is_err());
    let codes = Columns::Categorical { codes: &[0, 1, 1], levels: 2, reference: None };
    let categorical = Design::from_columns([codes]).unwrap();
    let error = RefinedLeastSquares::new(&categorical, None, &[1.0; 3], None, None).err().unwrap();
    assert!(error.to_string().contains("predictor 0 is not dense"), "{error}");
    let standardized = Design::new(x.as_ref()).unwrap().standardized(Weights::Unit).unwrap();
    assert!(RefinedLeastSquares::new(&standardized, None, &[1.0; 3], None, None).is_err());
}
