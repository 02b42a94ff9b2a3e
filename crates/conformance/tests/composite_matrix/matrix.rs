//! Each cell of the matrix solves a small problem to its certificate, and a cell that is not admitted is refused before the first step by an error
//! that says what to do instead.

use thalweg_core::{Cost, Status};
use thalweg_losses::{CATALOGUE as LOSSES, loss};
use thalweg_optimizers::COMPOSITE;
use thalweg_problems::linear::admitted;
use thalweg_regularization::{CATALOGUE as PENALTIES, penalty_over};

use crate::common::{admits, is_slow, is_smooth, sparse};
use crate::{N, P, STORAGES, Storage, closes, design, run, thinned};

#[test]
fn every_admissible_cell_is_solved_and_every_other_refused() {
    let (mut solved, mut certified, mut refused) = (0_usize, 0_usize, 0_usize);
    let mut short: Vec<String> = Vec::new();
    let penalties: Vec<&str> = PENALTIES.iter().map(|e| e.example).chain(["box-constraint"]).collect();
    for entry in LOSSES {
        let loss = loss::<f64>(entry.example).unwrap();
        let properties = loss.properties();
        if !is_smooth(&properties) {
            continue;
        }
        let data = admitted(properties.target, N, P, 11);
        let x = thinned(&data.x);
        let csc = sparse(&x, N);
        let weights: Vec<f64> = (0..N).map(|i| (i % 3) as f64 + 0.5).collect();
        let offset: Vec<f64> = (0..N).map(|i| 0.1 * ((i % 7) as f64 - 3.0)).collect();
        for weighted in [false, true] {
            let mut datafit = Cost::new(&*loss, &data.y).unwrap();
            if weighted {
                datafit = datafit.with_weights(&weights).unwrap().with_offset(&offset).unwrap();
            }
            for text in &penalties {
                let penalty = penalty_over(text, P).unwrap();
                if !penalty.is_convex() {
                    continue;
                }
                let mut least: [Option<f64>; 2] = [None, None];
                let cells = STORAGES.iter().flat_map(|s| COMPOSITE.iter().map(|e| (*s, e.name)));
                for (storage, solver) in cells.filter(|(_, solver)| !is_slow(solver, &*penalty)) {
                    let what = format!("{solver}, {}, {text}, {storage:?}, weighted {weighted}", entry.name);
                    let design = design(&x, &csc, storage);
                    let found = run(solver, &design, &datafit, &*penalty, 0.03);
                    if !admits(solver, &*penalty) {
                        let error = found.expect_err(&what).to_string();
                        assert!(error.contains("not possible") && error.contains("use "), "{what}: {error}");
                        refused += 1;
                        continue;
                    }
                    let found = found.unwrap();
                    let scale = found.value.abs().max(1.0);
                    // Storage is no part of the problem; standardisation is.
                    let kind =
                        usize::from(matches!(storage, Storage::Standardised | Storage::StandardisedCsc));
                    let reference = *least[kind].get_or_insert(found.value);
                    assert!(
                        (found.value - reference).abs() <= 1e-8 * scale,
                        "{what}: {} {reference}",
                        found.value
                    );
                    let provable = properties.conjugate_known && closes(&*penalty);
                    let claimed =
                        found.status.is_solved() && (!provable || found.status == Status::Certified);
                    if !claimed {
                        short.push(format!(
                            "{what}: {} {:e} after {}, {:?}",
                            found.status, found.gradient_inf, found.iterations, found.certificate
                        ));
                        continue;
                    }
                    assert!(found.gradient_inf <= 1e-7, "{what}: violation {:e}", found.gradient_inf);
                    solved += 1;
                    certified += usize::from(found.status == Status::Certified);
                }
            }
        }
    }
    assert!(short.is_empty(), "{} of {solved}: {short:#?}", short.len());
    assert!(solved >= 5000 && certified >= 2500 && refused >= 400, "{solved}, {certified}, {refused}");
}
