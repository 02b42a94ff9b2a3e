//! Intercept, weights and offset mean what they should.

use super::{Problem, Subject, near, patient};
use crate::violation::Verdict;

/// Under a penalty that leaves no coefficient, the intercept is that of the model without predictors.
///
/// # Errors
/// The violation.
pub fn intercepts_are_not_penalised(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("intercepts-are-not-penalised");
    for logistic in [false, true] {
        let problem =
            Problem { offset: None, ..Problem::synthetic("heavy penalty", 60, 5, logistic, 1.0, 1e3) };
        let weights: Vec<f64> =
            (0..problem.n).map(|i| problem.weights.as_ref().map_or(1.0, |w| w[i])).collect();
        let mean =
            problem.y.iter().zip(&weights).map(|(y, w)| y * w).sum::<f64>() / weights.iter().sum::<f64>();
        let wanted = if logistic { (mean / (1.0 - mean)).ln() } else { mean };
        let solution = subject.solve(&law, &mut patient(), &problem)?;
        let zero = solution.x[1..].iter().all(|b| *b == 0.0);
        law.require(zero && (solution.x[0] - wanted).abs() <= 1e-9, || {
            format!(
                "logistic: {logistic}: the intercept is {}, not {wanted}; {:?}",
                solution.x[0], solution.x
            )
        })?;
    }
    Ok(())
}

/// A row of weight k is k equal rows, and one of weight 0 is none.
///
/// # Errors
/// The violation.
pub fn weights_are_repeated_rows(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("weights-are-repeated-rows");
    for logistic in [false, true] {
        let base = Problem::synthetic("weighted", 50, 6, logistic, 0.8, 0.05);
        let counts: Vec<usize> = (0..base.n).map(|i| (i * 7) % 4).collect();
        let weighted = Problem { weights: Some(counts.iter().map(|c| *c as f64).collect()), ..base.clone() };
        let rows: Vec<usize> = (0..base.n).flat_map(|i| vec![i; counts[i]]).collect();
        let pick = |v: &[f64]| rows.iter().map(|i| v[*i]).collect::<Vec<f64>>();
        let repeated = Problem {
            n: rows.len(),
            x: (0..base.p).flat_map(|j| pick(&base.x[j * base.n..(j + 1) * base.n])).collect(),
            y: pick(&base.y),
            offset: base.offset.as_deref().map(pick),
            weights: None,
            ..base
        };
        let (a, b) = (
            subject.solve(&law, &mut patient(), &weighted)?,
            subject.solve(&law, &mut patient(), &repeated)?,
        );
        law.require(near(&a.x, &b.x, 1e-8), || {
            format!("logistic: {logistic}: weights give {:?}, repeated rows {:?}", a.x, b.x)
        })?;
    }
    Ok(())
}

/// With squared loss an offset o is the same as the target y − o; an offset equal to one column shifts nothing else than its coefficient
/// where nothing is penalised.
///
/// # Errors
/// The violation.
pub fn offsets_are_part_of_the_predictor(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("offsets-are-part-of-the-predictor");
    let with = Problem::synthetic("offset", 60, 7, false, 1.0, 0.08);
    let shift = with.offset.clone().unwrap_or_default();
    let without =
        Problem { offset: None, y: with.y.iter().zip(&shift).map(|(y, o)| y - o).collect(), ..with.clone() };
    let (a, b) =
        (subject.solve(&law, &mut patient(), &with)?, subject.solve(&law, &mut patient(), &without)?);
    law.require(near(&a.x, &b.x, 1e-8), || format!("with an offset {:?}, with y less it {:?}", a.x, b.x))?;
    let plain =
        Problem { lambda: 0.0, logistic: true, ..Problem::synthetic("offset", 120, 3, true, 1.0, 0.0) };
    let plain = Problem { offset: None, ..plain };
    let along = Problem { offset: Some(plain.x[..plain.n].to_vec()), ..plain.clone() };
    let (mut a, b) =
        (subject.solve(&law, &mut patient(), &along)?, subject.solve(&law, &mut patient(), &plain)?);
    a.x[1] += 1.0;
    law.require(near(&a.x, &b.x, 1e-7), || format!("along a column {:?}, without {:?}", a.x, b.x))
}
