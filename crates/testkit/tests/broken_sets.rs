//! Deliberately wrong losses of a whole data set break the law that forbids what they do, by name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};

use thalweg_core::{
    Block, Datafit, Error, Properties, Real, Result, Scalar, Target, Want, Weights, check_shape,
    check_weights,
};
use thalweg_testkit::Verdict;
use thalweg_testkit::set_losses::{self, Data, Subject};

/// What is wrong with a loss that is ½Σ w r² − (Σ w r)²/(2Σw) of r = η − y without it: convex, and blind to shifts.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Fault {
    None,
    Value,
    GradientSign,
    Action,
    Asymmetric,
    Concave,
    Curvature,
    Level,
    Position,
    Shift,
    Repeat,
    Overflow,
    Narrow,
    Part,
    Wrong,
    Target,
    Concordance,
}

struct Faulty<T> {
    fault: Fault,
    y: Vec<T>,
    w: Vec<T>,
    total: T,
    calls: AtomicU64,
}

impl<T: Real> Faulty<T> {
    fn new(fault: Fault, y: &[T], groups: Option<&[u32]>, w: Option<&[T]>) -> Result<Self> {
        if y.is_empty() {
            return Err(Error::Empty { what: "y".to_owned(), remedy: "give some".to_owned() });
        }
        if let (Some(row), false) = (y.iter().position(|y| !y.is_finite()), fault == Fault::Target) {
            return Err(Error::NonFinite { what: "y".to_owned(), row, value: y[row].to_f64() });
        }
        check_shape("groups", y.len(), groups.map_or(y.len(), <[u32]>::len))?;
        let w = w.map_or(vec![T::ONE; y.len()], <[T]>::to_vec);
        let total = check_weights(y.len(), &w)?;
        Ok(Self { fault, y: y.to_vec(), w, total, calls: AtomicU64::new(0) })
    }

    fn center(&self, v: impl Fn(usize) -> T) -> (T, T) {
        let sum = |f: &dyn Fn(usize) -> T| (0..self.y.len()).map(f).sum::<T>();
        (sum(&|i| self.w[i] * v(i)) / self.total, sum(&|i| self.w[i] * v(i) * v(i)))
    }
}

impl<T: Real> Datafit<T> for Faulty<T> {
    fn rows(&self) -> usize {
        self.y.len()
    }
    fn total_weight(&self) -> T {
        self.total
    }
    fn weight_of(&self, rows: Range<usize>) -> T {
        self.w[rows].iter().copied().sum()
    }
    fn separable(&self) -> bool {
        false
    }
    fn targets(&self) -> &[T] {
        &self.y
    }
    fn weights(&self) -> Weights<'_, T> {
        Weights::Each(&self.w)
    }
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        let n = self.y.len();
        let part = rows != (0..n) && self.fault != Fault::Part;
        if part || eta.len() != rows.len() {
            out.value = T::NAN;
            return;
        }
        let n = eta.len();
        let r = |i: usize| if i < n { eta[i] - self.y[i] } else { T::ZERO };
        let (mean, squares) = self.center(r);
        let half = T::of(0.5);
        out.value = half * (squares - self.total * mean * mean);
        let small = T::of(1e-6);
        match self.fault {
            Fault::Value => out.value *= T::ONE + small,
            Fault::Level if want > Want::Value => out.value *= T::ONE + T::EPSILON,
            Fault::Position => out.value += small * r(0),
            Fault::Shift => out.value += small * mean,
            Fault::Repeat => {
                let calls = self.calls.fetch_add(1, Ordering::Relaxed);
                out.value *= T::ONE + T::EPSILON * T::of((calls % 2) as f64);
            }
            Fault::Overflow => out.value += r(0).exp().ln() - r(0),
            Fault::Narrow if T::NAME == "f32" => out.value *= T::ONE + T::of(1e-4),
            _ => {}
        }
        if want >= Want::Gradient {
            for (i, g) in out.gradient.iter_mut().enumerate() {
                let sign = if self.fault == Fault::GradientSign && i == 1 { -T::ONE } else { T::ONE };
                *g = sign * self.w[i] * (r(i) - mean);
            }
        }
        if want >= Want::Fisher {
            for (i, h) in out.curvature.iter_mut().enumerate() {
                let factor = if self.fault == Fault::Curvature { T::ONE + small } else { T::ONE };
                *h = factor * self.w[i] * (T::ONE - self.w[i] / self.total);
            }
        }
    }
    fn evaluate_with(&self, _: &[T], _: Weights<'_, T>, _: &[T], _: Want, out: &mut Block<'_, T>) {
        out.value = T::NAN;
    }
    fn hessian_action(&self, eta: &[T], v: &[T], out: &mut [T]) -> bool {
        let n = self.y.len();
        if [eta.len(), v.len(), out.len()] != [n; 3] {
            return self.fault == Fault::Wrong;
        }
        let (mean, _) = self.center(|i| v[i]);
        for i in 0..n {
            out[i] = self.w[i] * (v[i] - mean);
        }
        let small = T::of(1e-4);
        match self.fault {
            Fault::Action => out[0] *= T::ONE + small,
            Fault::Asymmetric => out[0] += small * v[1],
            Fault::Concave => out.iter_mut().for_each(|out| *out = -*out),
            Fault::Concordance => out.iter_mut().for_each(|out| *out *= T::ONE + small * eta[0]),
            _ => {}
        }
        true
    }
    fn properties(&self) -> Properties<T> {
        Properties { self_concordance: Some(T::ZERO), ..Properties::convex(Target::Real) }
    }
}

fn faulty(fault: Fault) -> Subject {
    let y = vec![0.5, -1.0, 2.0, 0.25, 3.0];
    let plain = Data { targets: y, ..Data::default() };
    let weighted = Data { weights: Some(vec![1.0, 0.5, 2.0, 0.25, 3.0]), ..plain.clone() };
    let make = move |y: &[f64], groups: Option<&[u32]>, w: Option<&[f64]>| {
        Ok(Box::new(Faulty::new(fault, y, groups, w)?) as Box<dyn Datafit<f64>>)
    };
    let mut subject = Subject::new("faulty", Box::new(make), vec![plain, weighted]);
    subject.narrow = Some(Box::new(move |y, groups, w| {
        Ok(Box::new(Faulty::new(fault, y, groups, w)?) as Box<dyn Datafit<f32>>)
    }));
    subject.shift_invariant = true;
    subject.definition = Some(Box::new(|data, eta| {
        let of = <set_losses::Dual2 as Scalar>::of;
        let zero = of(0.0);
        let (mut total, mut sum, mut squares) = (0.0, zero, zero);
        for (i, eta) in eta.iter().enumerate() {
            let r = *eta - of(data.targets[i]);
            let w = of(data.weight(i));
            total += data.weight(i);
            (sum, squares) = (sum + w * r, squares + w * r * r);
        }
        of(0.5) * (squares - sum * sum / of(total))
    }));
    subject
}

type Law = fn(&Subject) -> Verdict;

#[test]
fn a_sound_loss_breaks_nothing() {
    set_losses::all(&faulty(Fault::None)).unwrap();
}

#[test]
fn every_fault_is_found_by_its_law() {
    let faults: &[(Fault, &str, Law)] = &[
        (Fault::Value, "derivatives-match-definition", set_losses::derivatives_match_definition),
        (Fault::GradientSign, "derivatives-match-definition", set_losses::derivatives_match_definition),
        (Fault::Action, "derivatives-match-definition", set_losses::derivatives_match_definition),
        (Fault::GradientSign, "derivatives-match-differences", set_losses::derivatives_match_differences),
        (Fault::Action, "derivatives-match-differences", set_losses::derivatives_match_differences),
        (Fault::Asymmetric, "hessians-are-symmetric", set_losses::hessians_are_symmetric),
        (Fault::Concave, "hessians-are-symmetric", set_losses::hessians_are_symmetric),
        (Fault::Curvature, "hessians-are-symmetric", set_losses::hessians_are_symmetric),
        (Fault::Concordance, "self-concordance-is-honest", set_losses::self_concordance_is_honest),
        (Fault::Level, "levels-agree", set_losses::levels_agree),
        (Fault::Position, "rows-permute", set_losses::rows_permute),
        (Fault::Shift, "shifts-are-honest", set_losses::shifts_are_honest),
        (Fault::Repeat, "threads-do-not-matter", set_losses::threads_do_not_matter),
        (Fault::Overflow, "extremes-are-stable", set_losses::extremes_are_stable),
        (Fault::Narrow, "single-precision-agrees", set_losses::single_precision_agrees),
        (Fault::Part, "shapes-are-checked", set_losses::shapes_are_checked),
        (Fault::Wrong, "shapes-are-checked", set_losses::shapes_are_checked),
        (Fault::Target, "shapes-are-checked", set_losses::shapes_are_checked),
    ];
    for (fault, name, law) in faults {
        let violation = law(&faulty(*fault)).expect_err(&format!("{fault:?} passes {name}"));
        assert_eq!(violation.law, *name, "{violation}");
        assert!(!violation.evidence.is_empty());
    }
}
