//! Problems whose solutions are known from elsewhere or by hand.

use thalweg_core::Driver;

use super::{Problem, Subject, near, patient};
use crate::violation::Verdict;

const A: [&[f64]; 4] = [
    &[1.0, -2.0, 3.0, -4.0, 5.0],
    &[2.0, -1.0, 0.0, -1.0, 3.0],
    &[-1.0, 0.0, 4.0, -3.0, 2.0],
    &[-1.0, -1.0, -1.0, 1.0, 3.0],
];
const B: [f64; 4] = [1.0, 2.0, 3.0, 4.0];

/// The problems with their solutions. The first three are the small tests of ProximalAlgorithms.jl, whose sums over 4 rows are 4 times the
/// means here: lasso ½‖Ax − b‖² + 2.9‖x‖₁ (λ = 0.1‖Aᵀb‖∞), logistic Σ ln(1 + e^−(Ax − b)) + 0.1‖x‖₁, elastic net
/// ½‖Ax − b‖² + ‖x‖₁ + ½‖x‖². The others are done by hand.
fn answers() -> Vec<(Problem, Vec<f64>)> {
    let lasso = Problem::lasso("lasso_small", &A, &B, 2.9 / 4.0);
    // With offset −b and targets 1, ln(1 + e^η) − η = ln(1 + e^−η).
    let logistic = Problem {
        logistic: true,
        y: vec![1.0; 4],
        offset: Some(B.iter().map(|b| -b).collect()),
        ..Problem::lasso("sparse logistic small", &A, &B, 0.1 / 4.0)
    };
    let net = Problem { alpha: 0.5, ..Problem::lasso("elastic net small", &A, &B, 2.0 / 4.0) };
    // y = 2x on 1 … 5: the slope is (20 − 5λ)/10 in sums, and the intercept 6 − 3·slope.
    let line = Problem {
        intercept: true,
        ..Problem::lasso("line", &[&[1.0], &[2.0], &[3.0], &[4.0], &[5.0]], &[2.0, 4.0, 6.0, 8.0, 10.0], 1.0)
    };
    // XᵀX/n = I: the solution is Xᵀy/n, soft-thresholded.
    let h: [&[f64]; 4] = [&[1.0, 1.0, 1.0], &[1.0, -1.0, -1.0], &[-1.0, 1.0, -1.0], &[-1.0, -1.0, 1.0]];
    let orthogonal = Problem::lasso("orthonormal columns", &h, &[4.5, 1.5, -2.5, -3.5], 0.75);
    // (XᵀX/n + λI) b = Xᵀy/n.
    let ridge = Problem { alpha: 0.0, ..Problem::lasso("ridge", &h, &[4.5, 1.5, -2.5, -3.5], 0.5) };
    // A square: with y = Ax + nλA⁻ᵀ sign x the planted x is the solution; here x = (1, −2, 3), nλ = 0.3 and A⁻ᵀ sign x = (½, −3/2, 5/2).
    let a: [&[f64]; 3] = [&[2.0, 1.0, 0.0], &[0.0, 1.0, 1.0], &[0.0, 0.0, 1.0]];
    let planted = Problem::lasso("planted solution", &a, &[0.15, 0.55, 3.75], 0.1);
    vec![
        (planted, vec![1.0, -2.0, 3.0]),
        (lasso, vec![-0.387_727_891_156_462_7, 0.0, 0.0, 0.021_741_496_598_639_43, 0.616_843_537_414_966]),
        (logistic, vec![0.0, 0.0, 0.211_463_534_170_496_3, 0.0, 2.845_881_348_733_116]),
        (net, vec![-0.600_498_338_870_432_2, 0.0, 0.0, 0.195_182_724_252_491, 0.764_119_601_328_903]),
        (line, vec![1.5, 1.5]),
        (orthogonal, vec![3.0 - 0.75, 1.0 - 0.75, 0.0]),
        (ridge, vec![3.0 / 1.5, 1.0 / 1.5, 0.5 / 1.5]),
    ]
}

/// Solutions with published or hand-made values are reached to 1e-8 (what the published digits bear), solved.
///
/// # Errors
/// The violation.
pub fn known_answers(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("known-answers");
    for (problem, answer) in answers() {
        let solution = subject.solve(&law, &mut patient(), &problem)?;
        law.require(solution.status.is_solved() && near(&solution.x, &answer, 1e-8), || {
            format!("on {}: {} at {:?}, not {answer:?}", problem.name, solution.status, solution.x)
        })?;
    }
    Ok(())
}

/// Coefficients that are 0 at the solution are exactly 0, and at λ ≥ λ_max all are.
///
/// # Errors
/// The violation.
pub fn zeros_are_exact(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("zeros-are-exact");
    for (problem, answer) in answers() {
        let solution = subject.solve(&law, &mut patient(), &problem)?;
        let exact = solution.x.iter().zip(&answer).all(|(x, a)| *a != 0.0 || *x == 0.0);
        law.require(exact, || format!("on {}: {:?}, not {answer:?}", problem.name, solution.x))?;
    }
    let small = Problem::lasso("lambda_max", &A, &B, 0.0);
    let largest = small.gradient(&[0.0; 5]).iter().fold(0.0_f64, |m, g| m.max(g.abs()));
    for factor in [1.0 + 1e-12, 2.0, 1e6] {
        let problem = Problem { lambda: factor * largest, ..small.clone() };
        for x0 in [vec![0.0; 5], vec![0.3, -1.0, 0.0, 2.0, 1.0]] {
            let solution = subject.solve_from(&law, &mut patient(), &problem, &x0)?;
            law.require(solution.x == [0.0; 5] && solution.status.is_solved(), || {
                format!("at {factor} lambda_max from {x0:?}: {} at {:?}", solution.status, solution.x)
            })?;
        }
    }
    Ok(())
}

/// Started at the solution, a run ends within a few steps, there.
///
/// # Errors
/// The violation.
pub fn starts_at_the_minimum_stop(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("starts-at-the-minimum-stop");
    for problem in super::problem::problems() {
        let best = problem.reference();
        let solution = subject.solve_from(&law, &mut Driver::new(), &problem, &best)?;
        let stayed =
            near(&solution.x, &best, 1e-7) && solution.iterations <= 3 && solution.status.is_solved();
        law.require(stayed, || {
            format!("on {}: {} after {} iterations", problem.name, solution.status, solution.iterations)
        })?;
    }
    Ok(())
}
