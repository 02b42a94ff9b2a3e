//! One matrix in every storage: dense, compressed rows and columns, categorical codes, mixed sections, standardised: the same products.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::borrow::Cow;

use faer::Mat;
use proptest::prelude::*;
use thalweg_core::{
    Columns, Cost, Design, Gradient, Hessian, HessianVector, Loss, Par, Smooth, Sparse, Weights,
};

/// A matrix of few entries beside codes, both also spelt out densely.
#[derive(Debug, Clone)]
struct Case {
    n: usize,
    p: usize,
    x: Vec<f64>,
    codes: Vec<u32>,
    levels: usize,
    w: Vec<f64>,
    intercept: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    (1_usize..1200, 0_usize..7, 1_usize..6, any::<bool>(), any::<u64>()).prop_map(
        |(n, p, levels, intercept, seed)| {
            let mut rng = thalweg_core::Streams::new(seed).stream("storage", 0);
            let mut draw = || thalweg_core::streams::uniform(&mut rng);
            let mut entry = || if draw() < 0.3 { 4.0 * draw() - 1.0 } else { 0.0 };
            let x = (0..n * p).map(|_| entry()).collect();
            let codes = (0..n).map(|_| (draw() * levels as f64) as u32).collect();
            let w = (0..n).map(|_| if draw() < 0.1 { 0.0 } else { 0.1 + draw() }).collect();
            Case { n, p, x, codes, levels, w, intercept }
        },
    )
}

impl Case {
    /// (starts, indices, values) of the columns, or of the rows.
    fn compressed(&self, by_row: bool) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
        let (lines, across) = if by_row { (self.n, self.p) } else { (self.p, self.n) };
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for line in 0..lines {
            for k in 0..across {
                let v = if by_row { self.x[k * self.n + line] } else { self.x[line * self.n + k] };
                if v != 0.0 {
                    indices.push(k as u32);
                    values.push(v);
                }
            }
            starts.push(indices.len());
        }
        (starts, indices, values)
    }

    fn dense(&self) -> Mat<f64> {
        let dummies = self.levels - 1;
        Mat::from_fn(self.n, self.p + dummies, |i, j| match j.checked_sub(self.p) {
            None => self.x[j * self.n + i],
            Some(d) => f64::from(u8::from(self.codes[i] as usize == d + 1)),
        })
    }

    /// The same design in several storages.
    fn designs(&self) -> Vec<(&'static str, Design<'_, f64>)> {
        let (starts, indices, values) = self.compressed(false);
        let csc = Sparse::from_csc(self.n, self.p, starts, indices, values).unwrap();
        let (starts, indices, values) = self.compressed(true);
        let csr = Sparse::from_csr(self.n, self.p, starts, indices, values).unwrap();
        let categorical =
            || Columns::Categorical { codes: &self.codes, levels: self.levels, reference: Some(0) };
        let dense = faer::MatRef::from_column_major_slice(&self.x, self.n, self.p);
        let split = self.p / 2;
        let left = dense.subcols(0, split);
        let sparse_right = csc.select(&(split..self.p).collect::<Vec<_>>());
        let mut designs = vec![
            ("csc", Design::from_columns([Columns::Sparse(Cow::Owned(csc)), categorical()]).unwrap()),
            ("csr", Design::from_columns([Columns::Sparse(Cow::Owned(csr)), categorical()]).unwrap()),
            ("dense and codes", Design::from_columns([Columns::Dense(dense), categorical()]).unwrap()),
            (
                "dense, sparse and codes",
                Design::from_columns([
                    Columns::Dense(left),
                    Columns::Sparse(Cow::Owned(sparse_right)),
                    categorical(),
                ])
                .unwrap(),
            ),
        ];
        if self.intercept {
            designs = designs.into_iter().map(|(name, d)| (name, d.with_intercept())).collect();
        }
        designs
    }
}

/// Every product of a design, as one list of numbers with a size each that rounding is relative to.
fn products(design: &Design<'_, f64>, w: &[f64]) -> Vec<(f64, f64)> {
    let (n, q) = (design.rows(), design.parameters());
    let b: Vec<f64> = (0..2 * q).map(|k| 0.7 - 0.3 * k as f64).collect();
    let u: Vec<f64> = (0..2 * n).map(|i| (i as f64).sin()).collect();
    let (mut eta, mut g) = (vec![9.0; 2 * n], vec![9.0; 2 * q]);
    let (mut h, mut norms) = (Mat::zeros(q, q), vec![9.0; q]);
    design.apply(&b, &mut eta, Par::Rayon);
    design.apply_transpose(&u, &mut g, Par::Rayon);
    design.weighted_gram(w, h.as_mut(), Par::Rayon);
    design.weighted_norms(w, &mut norms, Par::Rayon);
    let mut all = Vec::new();
    all.extend(eta.iter().map(|v| (*v, 40.0 * q as f64)));
    all.extend(g.iter().map(|v| (*v, 40.0 * n as f64)));
    for j in 0..q {
        all.extend((0..q).map(|i| (h[(i, j)], 100.0 * n as f64)));
        all.push((norms[j] - h[(j, j)], 100.0 * n as f64));
        let total = u[..n].iter().sum();
        all.push((design.column_dot(j, &u[..n], total) - g[j], 40.0 * n as f64));
        let (mut column, mut shift) = (vec![0.0; n], 0.0);
        design.column_axpy(j, 1.5, &mut column, &mut shift);
        let (mut weighted, mut weighted_shift) = (vec![0.0; n], 0.0);
        design.column_weighted_axpy(j, 1.5, w, &mut weighted, &mut weighted_shift);
        for i in 0..n {
            all.push((column[i] + shift, 40.0));
            all.push((weighted[i] + weighted_shift * w[i] - w[i] * (column[i] + shift), 40.0));
        }
    }
    all
}

fn agree(name: &str, found: &[(f64, f64)], expected: &[(f64, f64)], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found.0 - expected.0).abs();
        assert!(
            error <= tolerance * (1.0 + expected.1),
            "{name}, number {k}: {} not {}",
            found.0,
            expected.0
        );
    }
}

/// (X − 1mᵀ)S⁻¹ by its definition, of the columns behind the intercept.
fn standardized(x: &Mat<f64>, w: &[f64], center: bool) -> Mat<f64> {
    let total: f64 = w.iter().sum();
    let moments: Vec<(f64, f64)> = (0..x.ncols())
        .map(|j| {
            let mean = (0..x.nrows()).map(|i| w[i] * x[(i, j)]).sum::<f64>() / total;
            let spread = (0..x.nrows()).map(|i| w[i] * (x[(i, j)] - mean).powi(2)).sum::<f64>() / total;
            (mean, if spread.sqrt() > 1e-14 { spread.sqrt() } else { 1.0 })
        })
        .collect();
    Mat::from_fn(x.nrows(), x.ncols(), |i, j| {
        (x[(i, j)] - if center { moments[j].0 } else { 0.0 }) / moments[j].1
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_storage_has_the_same_products(case in cases()) {
        let x = case.dense();
        let mut reference = Design::new(x.as_ref()).unwrap();
        if case.intercept {
            reference = reference.with_intercept();
        }
        let expected = products(&reference, &case.w);
        for (name, design) in case.designs() {
            agree(name, &products(&design, &case.w), &expected, 1e-14);
        }
    }

    #[test]
    fn standardising_lazily_is_standardising(case in cases()) {
        prop_assume!(case.w.iter().sum::<f64>() > 1.0 && case.n > 1);
        let x = case.dense();
        let spelt = standardized(&x, &case.w, case.intercept);
        let mut reference = Design::new(spelt.as_ref()).unwrap();
        if case.intercept {
            reference = reference.with_intercept();
        }
        // A column that is constant up to one row of tiny weight has a scale that magnifies rounding.
        let wide = (0..spelt.ncols()).all(|j| (0..spelt.nrows()).all(|i| spelt[(i, j)].abs() < 50.0));
        prop_assume!(wide);
        let expected = products(&reference, &case.w);
        let mut designs = case.designs();
        designs.push(("dense", {
            let dense = Design::new(x.as_ref()).unwrap();
            if case.intercept { dense.with_intercept() } else { dense }
        }));
        for (name, design) in designs {
            let design = design.standardized(Weights::Each(&case.w)).unwrap();
            agree(name, &products(&design, &case.w), &expected, 1e-10);
        }
    }

    #[test]
    fn selections_are_the_columns_named(case in cases(), picks in proptest::collection::vec(0_usize..100, 0..8)) {
        let x = case.dense();
        prop_assume!(x.ncols() > 0);
        let mut taken = std::collections::HashSet::new();
        let picks: Vec<usize> =
            picks.into_iter().map(|k| k % x.ncols()).filter(|k| taken.insert(*k)).collect();
        let chosen = Mat::from_fn(case.n, picks.len(), |i, j| x[(i, picks[j])]);
        let mut reference = Design::new(chosen.as_ref()).unwrap();
        if case.intercept {
            reference = reference.with_intercept();
        }
        let expected = products(&reference, &case.w);
        for (name, design) in case.designs() {
            agree(name, &products(&design.select(&picks).unwrap(), &case.w), &expected, 1e-14);
        }
    }

    #[test]
    fn oracles_do_not_see_the_storage(case in cases()) {
        prop_assume!(case.w.iter().sum::<f64>() > 1.0);
        let x = case.dense();
        let y: Vec<f64> = (0..case.n).map(|i| f64::from(i % 3 == 0)).collect();
        let loss = thalweg_losses_logistic();
        let datafit = Cost::new(&*loss, &y).unwrap().with_weights(&case.w).unwrap();
        let mut reference = Design::new(x.as_ref()).unwrap();
        if case.intercept {
            reference = reference.with_intercept();
        }
        prop_assume!(reference.parameters() > 0);
        let expected = oracles(&reference, &datafit);
        for (name, design) in case.designs() {
            agree(name, &oracles(&design, &datafit), &expected, 1e-14);
        }
    }
}

fn oracles(design: &Design<'_, f64>, datafit: &Cost<'_, f64>) -> Vec<(f64, f64)> {
    let q = design.parameters();
    let mut smooth = Smooth::new(design, datafit).unwrap();
    let b: Vec<f64> = (0..q).map(|k| 0.2 - 0.1 * k as f64).collect();
    let (mut g, mut h, mut hv) = (vec![0.0; q], Mat::zeros(q, q), vec![0.0; q]);
    let value = smooth.value_gradient(&b, &mut g).unwrap();
    let again = smooth.value_gradient_hessian(&b, &mut g, h.as_mut()).unwrap();
    assert_eq!(value.to_bits(), again.to_bits());
    smooth.linearize(&b).unwrap();
    smooth.hessian_vector(&b, &mut hv).unwrap();
    let matrix = (0..q).flat_map(|j| (0..q).map(move |i| (i, j))).map(|at| h[at]);
    core::iter::once(value).chain(g).chain(hv).chain(matrix).map(|v| (v, 100.0)).collect()
}

/// The logistic loss, written here because core knows no catalogue.
fn thalweg_losses_logistic() -> Box<dyn Loss<f64>> {
    #[derive(Copy, Clone)]
    struct Logistic;
    impl thalweg_core::Formula for Logistic {
        fn eval<S: thalweg_core::Scalar>(&self, y: S, eta: S) -> S {
            eta.softplus() - y * eta
        }
    }
    impl thalweg_core::Pointwise<f64> for Logistic {
        fn derivatives(&self, y: f64, eta: f64) -> (f64, f64, f64) {
            let mu = 1.0 / (1.0 + (-eta).exp());
            (thalweg_core::Formula::eval(self, y, eta), mu - y, mu * (1.0 - mu))
        }
        fn properties(&self) -> thalweg_core::Properties<f64> {
            thalweg_core::Properties::convex(thalweg_core::Target::Real)
        }
    }
    Box::new(Logistic)
}

#[test]
fn wrong_columns_are_named() {
    let message = |columns: Vec<Columns<'_, f64>>| Design::from_columns(columns).err().unwrap().to_string();
    let codes = [0, 3, 1];
    let outside = message(vec![Columns::Categorical { codes: &codes, levels: 3, reference: None }]);
    assert!(outside.contains("row 1") && outside.contains("3 levels"), "{outside}");
    let reference = message(vec![Columns::Categorical { codes: &codes, levels: 4, reference: Some(4) }]);
    assert!(reference.contains("reference level"), "{reference}");
    let x = Mat::<f64>::zeros(2, 1);
    let heights = message(vec![
        Columns::Dense(x.as_ref()),
        Columns::Categorical { codes: &codes, levels: 4, reference: None },
    ]);
    assert!(heights.contains("expected 2, found 3"), "{heights}");
    assert!(message(Vec::new()).contains("empty"));
    for (starts, indices) in [(vec![0, 2], vec![1, 0]), (vec![0, 2], vec![0, 9]), (vec![0, 1], vec![0, 1])] {
        assert!(Sparse::from_csr(1, 2, starts, indices, vec![1.0, 2.0]).is_err());
    }
    let nan =
        Sparse::from_csr(2, 2, vec![0, 1, 2], vec![0, 1], vec![1.0, f64::NAN]).err().unwrap().to_string();
    assert!(nan.contains("predictor 1") && nan.contains("row 1"), "{nan}");
}

/// A sparse column may be full, and far from 0: then the weight of its absent rows is 0 and no difference of sums.
#[test]
fn full_sparse_columns_have_the_scale_of_dense_ones() {
    let n = 300;
    let w: Vec<f64> = (0..n).map(|i| 0.1 + (i * 7 % 13) as f64 / 17.0).collect();
    for mean in [1.0, 1e3, 1e6, 1e8] {
        let x: Vec<f64> = (0..n).map(|i| mean + (i * 31 % 101) as f64 / 50.0).collect();
        let whole = Sparse::from_csc(n, 1, vec![0, n], (0..n as u32).collect(), x.clone()).unwrap();
        let columns = faer::MatRef::from_column_major_slice(&x, n, 1);
        // The second row is absent but weightless.
        let mut light = w.clone();
        light[1] = 0.0;
        let rows: Vec<u32> = (0..n as u32).filter(|i| *i != 1).collect();
        let rest = rows.iter().map(|i| x[*i as usize]).collect();
        let part = Sparse::from_csc(n, 1, vec![0, n - 1], rows, rest).unwrap();
        for (w, sparse) in [(&w, &whole), (&light, &part)] {
            let scale = |columns: Columns<'_, f64>| {
                let design = Design::from_columns([columns]).unwrap().with_intercept();
                let mut b = [0.0, 1.0];
                design.standardized(Weights::Each(w)).unwrap().to_original(&mut b);
                b[1]
            };
            let (dense, sparse) =
                (scale(Columns::Dense(columns)), scale(Columns::Sparse(Cow::Borrowed(sparse))));
            assert!((sparse / dense - 1.0).abs() < 1e-12, "mean {mean:e}: {sparse:e}, dense {dense:e}");
        }
    }
}
