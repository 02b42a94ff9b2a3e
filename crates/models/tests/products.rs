//! Certificates by the products of all columns against those from the rows.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::streams::{Streams, normal};
use thalweg_core::{ColumnProducts, Cost, Design, Driver, Penalised, Penalty, Weights, interop};
use thalweg_losses::loss;
use thalweg_optimizers::CoordinateDescent;
use thalweg_regularization::{ElasticNet, L1};

const N: usize = 700;
const P: usize = 12;

/// Columns that lie at `location`, targets of the first three, weights and an offset.
fn data(location: f64) -> (Vec<f64>, [Vec<f64>; 3]) {
    let mut rng = Streams::new(4).stream("products", 0);
    let x: Vec<f64> = (0..N * P).map(|_| location + normal(&mut rng)).collect();
    let y = (0..N).map(|i| 5.0 + x[i] - 2.0 * x[N + i] + 0.5 * x[2 * N + i] + normal(&mut rng)).collect();
    let weights = (0..N).map(|i| 0.5 + (i % 3) as f64).collect();
    (x, [y, weights, (0..N).map(|_| 0.3 * normal(&mut rng)).collect()])
}

/// The same value, gap and violation, up to what rounding can do to either, for points of every quality; and no point is closer to the minimum than
/// its gap says.
#[test]
fn proofs_by_products_are_those_from_the_rows() {
    let penalties: [(&dyn Penalty<f64>, f64); 2] = [(&L1, 0.05), (&ElasticNet::new(0.5).unwrap(), 0.1)];
    for (location, standardized, intercept) in [
        (0.0, false, false),
        (0.0, false, true),
        (3.0, true, true),
        (100.0, true, true),
        (100.0, false, true),
    ] {
        let (x, [y, weights, offset]) = data(location);
        let w = Weights::Each(&weights);
        let design = Design::new(interop::column_major(&x, N, P).unwrap()).unwrap();
        let design = if intercept { design.with_intercept() } else { design };
        let design = if standardized { design.standardized(w).unwrap() } else { design };
        let loss = loss::<f64>("squared").unwrap();
        let datafit =
            Cost::new(&*loss, &y).unwrap().with_weights(&weights).unwrap().with_offset(&offset).unwrap();
        let products = ColumnProducts::new(&design, w).unwrap();
        for (penalty, lambda) in penalties {
            let objective = || Penalised::new(&design, &datafit, penalty, lambda).unwrap();
            let (rows, mut around) = (objective(), objective());
            let mut x0 = vec![0.0; design.parameters()];
            x0[0] = if intercept { 5.0 } else { 0.0 };
            let expanded = around.expanded(&products, &x0).unwrap().unwrap();
            let solved =
                Driver::new().gap(1e-13).minimize(&CoordinateDescent::default(), &mut objective(), &x0);
            let least = solved.unwrap().value;
            let mut rng = Streams::new(6).stream("points", 0);
            let points: Vec<Vec<f64>> = [1.0, 1e-2, 0.0]
                .iter()
                .map(|size| x0.iter().map(|x| x + size * normal(&mut rng)).collect())
                .collect();
            let at: Vec<(f64, &[f64])> = points.iter().map(|x| (lambda, &x[..])).collect();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs()) * (1.0 + location * location);
            for (one, other) in expanded.verify_many(&at).unwrap().iter().zip(rows.verify_many(&at).unwrap())
            {
                assert!(near(one.smooth, other.smooth) && near(one.value, other.value), "{one:?} {other:?}");
                if !intercept {
                    // With one, the rows' proof balances the slopes in its own way.
                    let [a, b] = [one, &other].map(|v| v.verification.certificate.bound().unwrap());
                    assert!(near(a, b), "{a} {b}");
                    let [a, b] = [one, &other].map(|v| v.verification.gradient_inf.unwrap());
                    assert!(near(a, b), "{a} {b}");
                }
                // And it is a proof.
                let bound = one.verification.certificate.bound().unwrap();
                assert!(bound >= other.value - least, "{bound} {} {least}", other.value);
            }
        }
    }
}

/// Only a loss ½c(η − y)² follows from products.
#[test]
fn other_losses_are_not_expanded() {
    let (x, [y, ..]) = data(0.0);
    let design = Design::new(interop::column_major(&x, N, P).unwrap()).unwrap();
    let products = ColumnProducts::new(&design, Weights::Unit).unwrap();
    for name in ["huber:delta=1", "logistic"] {
        let loss = loss::<f64>(name).unwrap();
        let labels: Vec<f64> = y.iter().map(|y| f64::from(u8::from(*y > 5.0))).collect();
        let datafit = Cost::new(&*loss, &labels).unwrap();
        let mut objective = Penalised::new(&design, &datafit, &L1, 0.1).unwrap();
        assert!(objective.expanded(&products, &[0.0; P]).unwrap().is_none(), "{name}");
    }
}
