//! The laws of penalties, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Blocks, Penalty, Step, catalogue};
use thalweg_regularization::{
    BlockMcp, BlockScad, CATALOGUE, FusedLasso, GroupLasso, LogSum, Lq, Mcp, NonconvexGroups, Nuclear, Scad,
    Slope, SparseGroupLasso, TrendFilter, Weighted, penalty, penalty_over,
};
use thalweg_testkit::penalties::Subject;

/// Every penalty with its defaults and in its example, and at the ends of its parameters' ranges.
fn subjects() -> Vec<Subject> {
    let ends = [
        "elastic-net:alpha=0",
        "elastic-net:alpha=1",
        "box-constraint:lower=-inf,upper=0",
        "box-constraint:lower=0.5,upper=3",
        "sparse-group-lasso:size=3,alpha=0",
        "sparse-group-lasso:size=2,alpha=1",
        "mcp:gamma=1.01",
        "scad:a=2.01",
        "log-sum:epsilon=0.01",
        "lq:q=0.05",
        "lq:q=0.95",
    ];
    let texts = CATALOGUE.iter().flat_map(|entry| [entry.name, entry.example]).chain(ends);
    let mut subjects: Vec<_> = texts.map(|text| Subject::new(text, penalty(text).unwrap())).collect();
    let uneven = || Blocks::of_sizes(&[1, 3, 2]).unwrap();
    let weights = || vec![0.5, 0.0, 3.0, 1.0, 20.0];
    let mut add = |name: &str, penalty: Box<dyn Penalty<f64>>| subjects.push(Subject::new(name, penalty));
    add("group lasso, uneven", Box::new(GroupLasso::new(uneven())));
    add("sparse group lasso, uneven", Box::new(SparseGroupLasso::new(uneven(), 0.4).unwrap()));
    add("multitask", Box::new(GroupLasso::multitask(3, 2).unwrap()));
    add("block mcp, uneven", Box::new(BlockMcp::new(Mcp::new(1.5).unwrap(), uneven())));
    add("block scad of rows", Box::new(BlockScad::multitask(Scad::new(2.1).unwrap(), 3, 2).unwrap()));
    add("log-sum of groups", Box::new(NonconvexGroups::new(LogSum::new(0.3).unwrap(), uneven()).unit()));
    add("roots of groups", Box::new(NonconvexGroups::new(Lq::new(0.5).unwrap(), uneven())));
    add(
        "weighted block mcp",
        Box::new(Weighted::new(penalty_over("block-mcp:size=2", 6).unwrap(), vec![2.0, 0.0, 0.5]).unwrap()),
    );
    add("whole norm", Box::new(GroupLasso::whole(4).unwrap()));
    add("weighted groups", Box::new(Weighted::new(GroupLasso::new(uneven()), vec![2.0, 0.5, 0.0]).unwrap()));
    for text in ["l1", "elastic-net:alpha=0.3", "ridge", "mcp", "lq"] {
        add(&format!("weighted {text}"), Box::new(Weighted::new(penalty(text).unwrap(), weights()).unwrap()));
    }
    add("slope, given", Box::new(Slope::new(vec![3.0, 3.0, 1.0, 0.5, 0.5, 0.0]).unwrap()));
    add("slope as lasso", Box::new(Slope::new(vec![1.0; 4]).unwrap()));
    add("fused lasso of one", Box::new(FusedLasso::new(1, 0.5).unwrap()));
    add("fused lasso as lasso", Box::new(FusedLasso::new(5, 1.0).unwrap()));
    add("fused lasso, longer", Box::new(FusedLasso::new(12, 0.2).unwrap()));
    add("total variation, longer", Box::new(FusedLasso::new(12, 0.0).unwrap()));
    for order in 1..=3 {
        add(&format!("trend filter {order}, longer"), Box::new(TrendFilter::new(12, order).unwrap()));
    }
    add("trend filter of one piece", Box::new(TrendFilter::new(3, 2).unwrap()));
    add("nuclear, wide", Box::new(Nuclear::new(2, 3).unwrap()));
    add("adaptive lasso", Box::new(Weighted::adaptive(&[2.0, -0.1, 0.5, 7.0, 1.0], 1.5).unwrap()));
    subjects
}

thalweg_testkit::penalty_laws!(subjects);

/// 50-digit references; the script is beside them.
#[test]
fn goldens_match() {
    let mut count = 0;
    for line in include_str!("fixtures/goldens.csv").lines().filter(|line| !line.starts_with('#')) {
        let (text, numbers) = line.split_once(';').unwrap();
        let numbers: Vec<f64> = numbers.split(';').map(|n| n.parse().unwrap()).collect();
        let [point, step, lambda, value, prox, conjugate] = numbers[..] else { panic!("{line}") };
        let penalty = penalty(text).unwrap();
        let mut z = [point];
        penalty.prox(0, &mut z, Step::Scalar(step), lambda);
        let (found, dual) = (penalty.value(&[point], lambda), penalty.conjugate(&[point], lambda));
        // The prox and the conjugate's excess over its threshold cancel terms of the size of the point.
        for (what, found, wanted, size) in [
            ("value", found, value, 0.0),
            ("prox", z[0], prox, point.abs()),
            ("conjugate", dual, conjugate, 0.0),
        ] {
            let close =
                found == wanted || (found - wanted).abs() <= 8.0 * f64::EPSILON * wanted.abs().max(size);
            assert!(close, "{line}: {what} {found:e}, not {wanted:e}");
        }
        assert!(prox != 0.0 || z[0] == 0.0, "{line}: {} is not exactly 0", z[0]);
        count += 1;
    }
    assert!(count > 300);
}

/// Other people's code and slow methods; the script is beside the numbers.
#[test]
fn oracles_agree() {
    let numbers = |text: &str| text.split(' ').map(|n| n.parse().unwrap()).collect::<Vec<f64>>();
    let mut seen = std::collections::BTreeSet::new();
    let mut count = 0;
    let lines =
        include_str!("fixtures/prox.csv").lines().chain(include_str!("fixtures/structured.csv").lines());
    for line in lines.filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').collect();
        let [text, lambda, tolerance, v, t, expected] = fields[..] else { panic!("{line}") };
        let (lambda, tolerance): (f64, f64) = (lambda.parse().unwrap(), tolerance.parse().unwrap());
        let (v, t, expected) = (numbers(v), numbers(t), numbers(expected));
        let penalty = penalty_over(text, v.len()).unwrap();
        let size = v.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let equal = t.iter().all(|step| *step == t[0]);
        // Equal steps take their own way where there is one; both are tried.
        for uniform in [true, false] {
            if (uniform && !equal) || (!uniform && !penalty.takes_diagonal_steps()) {
                continue;
            }
            let mut z = v.clone();
            for k in 0..penalty.blocks().count(v.len()) {
                let range = penalty.blocks().range(k);
                let step = if uniform { Step::Scalar(t[0]) } else { Step::Diagonal(&t[range.clone()]) };
                penalty.prox(k, &mut z[range], step, lambda);
            }
            for (found, expected) in z.iter().zip(&expected) {
                assert!((found - expected).abs() <= tolerance * size, "{line}: {z:?}");
            }
        }
        seen.insert(text.to_owned());
        count += 1;
    }
    assert!(count > 420 && seen.len() > 29, "{count} lines of {seen:?}");
}

#[test]
fn single_precision_agrees() {
    for entry in CATALOGUE {
        let (_, given) = catalogue::parse(entry.example).unwrap();
        let values = entry.values(&given).unwrap();
        let (wide, narrow) = ((entry.make.f64)(&values).unwrap(), (entry.make.f32)(&values).unwrap());
        let wide = wide.over(6).unwrap().unwrap_or(wide);
        let narrow = narrow.over(6).unwrap().unwrap_or(narrow);
        let start = [-3.0_f32, 0.0, 0.2, 40.0, 1.5, -0.7];
        let (mut z, mut z32) = (start.map(f64::from), start);
        for k in 0..wide.blocks().count(6) {
            let range = wide.blocks().range(k);
            wide.prox(k, &mut z[range.clone()], Step::Scalar(0.5), 0.75);
            narrow.prox(k, &mut z32[range], Step::Scalar(0.5), 0.75);
        }
        for (wide, narrow) in z.into_iter().zip(z32) {
            let close = (wide - f64::from(narrow)).abs() <= 1e-5 * (1.0 + wide.abs());
            assert!(close, "{}: {z:?} {z32:?}", entry.name);
        }
    }
}

#[test]
fn wrong_groups_and_weights_are_refused() {
    let text = |error: thalweg_core::Error| error.to_string();
    for groups in [vec![0..2, 1..3], vec![0..2, 3..4], vec![1..2, 2..3], vec![0..0, 0..2]] {
        let error = text(Blocks::of_ranges(groups).unwrap_err());
        assert!(
            error.contains("group = ") && error.contains("starts where the one before it ends"),
            "{error}"
        );
    }
    assert!(Blocks::of_sizes(&[2, 2]).unwrap().check(5).is_err());
    assert!(text(penalty_over("group-lasso:size=4", 6).err().unwrap()).contains("must divide"));
    for bad in [
        "group-lasso:size=0",
        "group-lasso:size=1.5",
        "sparse-group-lasso:alpha=2",
        "mcp:gamma=1",
        "scad:a=2",
        "block-mcp:gamma=1",
        "block-scad:a=2",
        "block-mcp:size=0",
        "trend-filter:order=0",
        "trend-filter:order=1.5",
        "trend-filter:order=4",
        "oscar:alpha=0,beta=0",
        "oscar:beta=-1",
        "monotone:increasing=2",
        "half-space:bound=inf",
        "affine:total=NaN",
        "log-sum:epsilon=0",
        "lq:q=0",
        "lq:q=1",
    ] {
        assert!(penalty(bad).is_err(), "{bad}");
    }
    let lasso = || penalty("l1").unwrap();
    assert!(text(Weighted::new(lasso(), vec![1.0, -2.0]).err().unwrap()).contains("penalty weight 1 = -2"));
    assert!(Weighted::new(lasso(), vec![f64::NAN]).is_err());
    assert!(Weighted::unpenalised(lasso(), 3, &[3]).is_err());
    assert_eq!(Weighted::unpenalised(lasso(), 3, &[1]).unwrap().weights(), [1.0, 0.0, 1.0]);
    assert!(Weighted::new(lasso(), vec![1.0; 3]).unwrap().check(4).is_err());
    assert!(Weighted::adaptive(&[f64::NAN], 1.0).is_err() && Weighted::adaptive(&[1.0], -1.0).is_err());
    // An estimate of 0 keeps its column out.
    let adaptive = Weighted::adaptive(&[0.0, 1.0], 1.0).unwrap();
    let mut v = [1e6, 3.0];
    adaptive.prox(0, &mut v, Step::Scalar(1.0), 1e-6);
    assert_eq!(v[0], 0.0);
    // Nothing is penalised: no strength silences anything.
    assert_eq!(Weighted::new(lasso(), vec![0.0; 2]).unwrap().lambda_max(&[1.0, 2.0]), None);
}

#[test]
fn unknown_names_are_refused() {
    for bad in [
        "elastic-net:alpha=1.1",
        "elastic-net:alpha=-0.1",
        "elastic-net:alpha=NaN",
        "box-constraint:lower=2,upper=1",
        "box-constraint:lower=NaN",
        "box-constraint:lower=inf",
        "box-constraint:upper=NaN",
        "box-constraint:lower=-inf,upper=-inf",
        "l1:alpha=1",
    ] {
        assert!(penalty(bad).is_err(), "{bad}");
    }
    assert!(penalty("rigde").err().unwrap().to_string().contains("did you mean `ridge`?"));
}
