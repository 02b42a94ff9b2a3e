//! Deliberately wrong losses of several predictors break the law that forbids what they do, by name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Block, Properties, Real, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, Weights, k};
use thalweg_testkit::Verdict;
use thalweg_testkit::row_losses::{self, Subject};

fn breaks(law: &str, verdict: Verdict) {
    let violation = verdict.expect_err(law);
    assert_eq!(violation.law, law, "{violation}");
    assert!(!violation.evidence.is_empty());
}

/// What is wrong with a loss that is ½‖η − y‖² without it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Fault {
    None,
    GradientSign,
    HessianFactor,
    Asymmetric,
    Action,
    NegativeFisher,
    Level,
    Overflow,
    Convexity,
    StrongConvexity,
    Lipschitz,
    Curvature,
    Kink,
    Conjugate,
    FiniteConjugate,
    Shift,
    HiddenShift,
    Weight,
    AbsentRow,
    Neighbour,
    Position,
    Narrow,
    Target,
    NegativeWeight,
    Ignored,
}

#[derive(Copy, Clone)]
struct Faulty(Fault);

impl RowFormula for Faulty {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let squares = k(0.5) * ((eta[0] - y[0]).square() + (eta[1] - y[0]).square());
        match self.0 {
            Fault::Convexity => (eta[0] - y[0]).cos(),
            Fault::Kink => (eta[0] - y[0]).abs() + (eta[1] - y[0]).abs(),
            Fault::HiddenShift => k(0.5) * (eta[0] - eta[1]).square(),
            // Overflows before it cancels.
            Fault::Overflow => squares + eta[0].exp().ln() - eta[0],
            Fault::Narrow => squares + (k(1e6) + eta[0]) - S::of(1e6) - eta[0],
            _ => squares,
        }
    }
}

impl<T: Real> Rowwise<T> for Faulty {
    fn outputs(&self) -> usize {
        2
    }
    fn row(&self, y: &[T], eta: &[T], want: Want, g: &mut [T], h: &mut [T]) -> T {
        let along = |v: [T; 2]| RowLoss::formula_along(self, y, eta, &v);
        let ([value, g0, h00], [_, g1, h11]) = (along([T::ONE, T::ZERO]), along([T::ZERO, T::ONE]));
        let h01 = T::of(0.5) * (along([T::ONE, T::ONE])[2] - h00 - h11);
        if want >= Want::Gradient {
            g.copy_from_slice(&[g0, if self.0 == Fault::GradientSign { -g1 } else { g1 }]);
        }
        if want >= Want::Fisher {
            h.copy_from_slice(&[h00, h01, h01, h11]);
            match self.0 {
                Fault::HessianFactor => h[3] = h11 * T::of(1.0 + 1e-9),
                Fault::Asymmetric => h[1] += T::of(1e-9),
                Fault::NegativeFisher if want == Want::Fisher => h[0] = -h00,
                _ => {}
            }
        }
        match self.0 {
            Fault::Level if want > Want::Value => value * (T::ONE + T::EPSILON),
            _ => value,
        }
    }
    fn properties(&self) -> Properties<T> {
        let squared = !matches!(self.0, Fault::Convexity | Fault::Kink | Fault::HiddenShift);
        Properties {
            curvature_bound: squared.then(|| T::of(if self.0 == Fault::Curvature { 0.9 } else { 1.0 })),
            strong_convexity: T::of(match self.0 {
                Fault::StrongConvexity => 1.1,
                _ if squared => 1.0,
                _ => 0.0,
            }),
            lipschitz: match self.0 {
                Fault::Lipschitz => Some(T::of(10.0)),
                Fault::FiniteConjugate => Some(T::of(100.0)),
                _ => None,
            },
            conjugate_known: squared,
            ..Properties::convex(Target::Real)
        }
    }
    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        (!y[0].is_finite() && self.0 != Fault::Target).then_some("it must be finite")
    }
    fn weight(&self, y: &[T]) -> T {
        match self.0 {
            Fault::NegativeWeight if y[0] < T::ZERO => -T::ONE,
            _ => T::ONE,
        }
    }
    fn shift_invariant(&self) -> bool {
        self.0 == Fault::Shift
    }
    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let half = T::of(if self.0 == Fault::Conjugate { 0.4 } else { 0.5 });
        half * (u[0] * u[0] + u[1] * u[1]) + y[0] * (u[0] + u[1])
    }
    fn hessian_action(&self, y: &[T], eta: &[T], want: Want, v: &[T], out: &mut [T], scratch: &mut [T]) {
        let (g, h) = scratch.split_at_mut(2);
        Rowwise::row(self, y, eta, want, g, &mut h[..4]);
        out[0] = h[0] * v[0] + h[1] * v[1];
        out[1] = h[2] * v[0] + h[3] * v[1] * T::of(if self.0 == Fault::Action { 1.1 } else { 1.0 });
    }
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        out.value = T::ZERO;
        for i in 0..y.len() {
            let (mut g, mut h) = ([T::ZERO; 2], [T::ZERO; 4]);
            let value = Rowwise::row(self, &y[i..=i], &eta[2 * i..2 * i + 2], want, &mut g, &mut h);
            let weight = match self.0 {
                Fault::Weight => T::ONE,
                // Rows are told apart by where they are in the block.
                Fault::Position => w.get(i) * (T::ONE + T::of(i as f64) * T::EPSILON),
                _ => w.get(i),
            };
            let absent = weight == T::ZERO && self.0 != Fault::AbsentRow;
            let weigh = |x: T| if absent { T::ZERO } else { weight * x };
            // The row before leaves a trace.
            let trace = if self.0 == Fault::Neighbour && i > 0 {
                T::of(1e-5) * y[i - 1] * eta[2 * i]
            } else {
                T::ZERO
            };
            out.value += weigh(value + trace);
            if want >= Want::Gradient {
                out.gradient[2 * i..2 * i + 2].copy_from_slice(&g.map(weigh));
            }
            if want >= Want::Fisher {
                out.curvature[4 * i..4 * i + 4].copy_from_slice(&h.map(weigh));
            }
        }
    }
}

fn faulty(fault: Fault) -> Subject {
    let subject = Subject::new("faulty", Faulty(fault));
    if fault == Fault::Ignored { subject.with_ignored(vec![0.0]) } else { subject }
}

type Law = fn(&Subject) -> Verdict;

#[test]
fn a_sound_loss_breaks_nothing() {
    row_losses::all(&faulty(Fault::None)).unwrap();
}

#[test]
fn every_fault_is_found_by_its_law() {
    let faults: &[(Fault, &str, Law)] = &[
        (Fault::GradientSign, "derivatives-match-formula", row_losses::derivatives_match_formula),
        (Fault::HessianFactor, "derivatives-match-formula", row_losses::derivatives_match_formula),
        (Fault::GradientSign, "derivatives-match-differences", row_losses::derivatives_match_differences),
        (Fault::Asymmetric, "hessians-are-symmetric", row_losses::hessians_are_symmetric),
        (Fault::Action, "hessian-actions-agree", row_losses::hessian_actions_agree),
        (
            Fault::NegativeFisher,
            "expected-hessians-are-semidefinite",
            row_losses::expected_hessians_are_semidefinite,
        ),
        (Fault::Level, "levels-agree", row_losses::levels_agree),
        (Fault::Overflow, "extremes-are-stable", row_losses::extremes_are_stable),
        (Fault::Convexity, "convexity-is-honest", row_losses::convexity_is_honest),
        (Fault::StrongConvexity, "convexity-is-honest", row_losses::convexity_is_honest),
        (Fault::Lipschitz, "bounds-are-honest", row_losses::bounds_are_honest),
        (Fault::Curvature, "bounds-are-honest", row_losses::bounds_are_honest),
        (Fault::Kink, "continuity-is-honest", row_losses::continuity_is_honest),
        (Fault::Conjugate, "fenchel-young", row_losses::fenchel_young),
        (Fault::Shift, "shifts-are-honest", row_losses::shifts_are_honest),
        (Fault::HiddenShift, "shifts-are-honest", row_losses::shifts_are_honest),
        (Fault::Weight, "blocks-are-sums", row_losses::blocks_are_sums),
        (Fault::AbsentRow, "blocks-are-sums", row_losses::blocks_are_sums),
        (Fault::Level, "blocks-split-and-repeat", row_losses::blocks_split_and_repeat),
        (Fault::Position, "blocks-split-and-repeat", row_losses::blocks_split_and_repeat),
        (Fault::Neighbour, "rows-permute-and-repeat", row_losses::rows_permute_and_repeat),
        (Fault::Target, "targets-are-checked", row_losses::targets_are_checked),
        (Fault::NegativeWeight, "costs-are-checked", row_losses::costs_are_checked),
        (Fault::Ignored, "costs-are-checked", row_losses::costs_are_checked),
        (Fault::Narrow, "single-precision-agrees", row_losses::single_precision_agrees),
    ];
    for (fault, name, law) in faults {
        assert!(law(&faulty(*fault)).is_err(), "{fault:?} passes {name}");
        breaks(name, law(&faulty(*fault)));
    }
    // A conjugate that is finite where no slope is.
    breaks("fenchel-young", row_losses::fenchel_young(&faulty(Fault::FiniteConjugate)));
}

#[test]
fn goldens_must_exist_and_match() {
    let subject = faulty(Fault::None);
    row_losses::goldens_match(&subject, "# head\nfaulty;1;3 0;2.5;2 -1;1 0 0 1\n").unwrap();
    for wrong in
        ["faulty;1;3 0;2.5;2 1;1 0 0 1\n", "faulty;1;3 0;2.5;2 -1;1 0 0\n", "other;1;3 0;2.5;2 -1;1 0 0 1\n"]
    {
        breaks("goldens-match", row_losses::goldens_match(&subject, wrong));
    }
}
