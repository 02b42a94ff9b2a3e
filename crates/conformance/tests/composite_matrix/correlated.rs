//! Columns that correlate with ρ = 0.99: SsNAL ends with a gap of 1e-10 at the solutions of extended precision that correlated.py makes, in few
//! steps, dense and sparse alike.

use thalweg_core::{Cost, Design, Driver, Penalised, Status, interop, stop};
use thalweg_losses::loss;
use thalweg_optimizers::Ssnal;
use thalweg_regularization::ElasticNet;

use crate::common::sparse;

const N: usize = 100;
const P: usize = 300;

/// X, y and weights of correlated.csv.
fn data() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let common = |i: usize| ((i * i * 4099 + i * 613) % 1019) as f64 / 512.0 - 1.0;
    let own = |i: usize, j: usize| {
        ((i * i * 5113 + (i + 3) * (j + 1) * (j + 5) * 7919 + j * 104_729) % 1021) as f64 / 512.0 - 1.0
    };
    let x: Vec<f64> = (0..N * P).map(|k| 11.0 * common(k % N) + own(k % N, k / N)).collect();
    let noise = |i: usize| ((i * i * 2503 + i * 77) % 1021) as f64 / 512.0 - 1.0;
    let eta = |i: usize| 2.0 * x[i] - 1.5 * x[3 * N + i] + x[7 * N + i] + 0.25;
    let y = (0..N).map(|i| eta(i) + noise(i)).collect();
    (x, y, (0..N).map(|i| 1.0 + (i % 3) as f64).collect())
}

#[test]
fn ssnal_proves_gaps_of_1e_10_on_correlated_columns() {
    let (x, y, weights) = data();
    let squared = loss::<f64>("squared").unwrap();
    let sparse = sparse(&x, N);
    let mut cases = 0;
    for line in include_str!("../fixtures/correlated.csv").lines().filter(|line| !line.starts_with('#')) {
        let values: Vec<f64> = line.split(';').map(|v| v.parse().unwrap()).collect();
        let [lambda, alpha, weighted, objective, intercept] = values[..5] else { panic!("{line}") };
        let mut wanted = vec![0.0; P + 1];
        wanted[0] = intercept;
        values[5..].chunks(2).for_each(|pair| wanted[1 + pair[0] as usize] = pair[1]);
        let mut datafit = Cost::new(&*squared, &y).unwrap();
        if weighted == 1.0 {
            datafit = datafit.with_weights(&weights).unwrap();
        }
        let net = ElasticNet::new(alpha).unwrap();
        let dense = Design::new(interop::column_major(&x, N, P).unwrap()).unwrap();
        for design in [dense, Design::from_sparse(&sparse).unwrap()] {
            let design = design.with_intercept();
            let mut problem = Penalised::new(&design, &datafit, &net, lambda).unwrap();
            let mut driver = Driver::new().stop(stop::gradient_inf(1e-13)).gap(1e-10).iterations(60);
            let found = driver.minimize(&Ssnal::default(), &mut problem, &vec![0.0; P + 1]).unwrap();
            let what = format!("lambda {lambda}, alpha {alpha}, {} steps", found.iterations);
            assert_eq!(found.status, Status::Certified, "{what}: {:?}", found.certificate);
            let excess = (found.value - objective).abs();
            assert!(excess <= 1e-12 * objective, "{what}: {excess:e}");
            let away = found.x.iter().zip(&wanted).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
            assert!(away <= 1e-7, "{what}: {away:e}");
            let support = found.x.iter().zip(&wanted).all(|(a, b)| (*a == 0.0) == (*b == 0.0));
            assert!(support, "{what}");
            cases += 1;
        }
    }
    assert_eq!(cases, 8);
}
