//! `Driver`: stopping rules, budgets, interruption, observers, trace, best-so-far and every status.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod driver_support;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use driver_support::{Bowl, HALF, Shrink, halting};
use thalweg_core::{
    Budget, Certificate, Driver, Error, Gradient, Halt, Objective, Progress, Status, StepInfo, stop,
};

#[test]
fn rules_stop_at_the_first_step_that_meets_them() {
    // From x = 1 step k leaves x = 2⁻ᵏ, F = 2⁻²ᵏ⁻¹ and a decrease of 3F.
    let iterations = |rule: stop::Stop| {
        Driver::new().stop(rule).minimize(&HALF, &mut Bowl::new(), &[1.0]).unwrap().iterations
    };
    assert_eq!(iterations(stop::gradient_inf(0.25)), 2);
    assert_eq!(iterations(stop::gradient_relative(0.25)), 2);
    assert_eq!(iterations(stop::value_relative(3.0)), 1);
    assert_eq!(iterations(stop::step_inf(0.125)), 3);
    assert_eq!(iterations(stop::predicted_decrease(1.0)), 1);
    assert_eq!(iterations(stop::iterations(4)), 4);
    assert_eq!(iterations(stop::gradient_inf(2.0)), 0, "a start that meets the rule needs no step");
    assert_eq!(iterations(stop::gradient_inf(0.25) & stop::iterations(4)), 4);
    assert_eq!(iterations(stop::gradient_inf(0.25) | stop::iterations(4)), 2);
    assert_eq!(iterations((stop::gradient_inf(0.25) | stop::step_inf(0.1)) & stop::iterations(3)), 3);
}

#[test]
fn a_nan_satisfies_no_rule() {
    let nan = f64::NAN;
    let info = StepInfo {
        value: nan,
        decrease: nan,
        gradient_inf: nan,
        step_inf: nan,
        predicted_decrease: Some(nan),
    };
    let rules = [
        stop::gradient_inf(1e9),
        stop::gradient_relative(1e9),
        stop::value_relative(1e9),
        stop::step_inf(1e9),
        stop::predicted_decrease(1e9),
    ];
    assert!(rules.iter().all(|rule| !rule.holds(&info, 5)));
}

#[test]
fn rules_read_as_text() {
    let (a, b, c) = (stop::step_inf(1e-3), stop::value_relative(1e-9), stop::iterations(2));
    assert_eq!(
        ((a.clone() | b.clone()) & c.clone()).to_string(),
        "(max|step| <= 1e-3 or relative decrease <= 1e-9) and at least 2 iterations"
    );
    assert_eq!(
        (a & b | c).to_string(),
        "max|step| <= 1e-3 and relative decrease <= 1e-9 or at least 2 iterations"
    );
}

#[test]
fn budgets_are_exact() {
    for limit in 0..10 {
        let never = stop::gradient_inf(-1.0);
        let mut bowl = Bowl::new();
        let budget = Budget { iterations: None, evaluations: Some(limit), time: None };
        let solution =
            Driver::new().stop(never.clone()).budget(budget).minimize(&HALF, &mut bowl, &[1.0]).unwrap();
        assert_eq!(
            (bowl.evaluations, solution.counts.total(), solution.status),
            (limit, limit, Status::Budget)
        );
        let solution =
            Driver::new().stop(never).iterations(limit).minimize(&HALF, &mut Bowl::new(), &[1.0]).unwrap();
        assert_eq!(
            (solution.iterations, solution.counts.gradients, solution.status),
            (limit, limit + 1, Status::Budget)
        );
    }
    let budget = Budget { time: Some(Duration::ZERO), ..Budget::default() };
    let solution = Driver::new().budget(budget).minimize(&HALF, &mut Bowl::new(), &[1.0]).unwrap();
    assert_eq!((solution.status, solution.counts.total()), (Status::Budget, 0));
    assert_eq!(solution.x, [1.0], "the start is all there is");
}

#[test]
fn a_raised_flag_refuses_the_next_evaluation() {
    let flag = Arc::new(AtomicBool::new(false));
    let raise = flag.clone();
    let mut observer = move |p: &Progress| {
        raise.store(p.iteration == 3, Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    let mut driver = Driver::new().interrupt(flag).observe(&mut observer);
    let solution = driver.minimize(&HALF, &mut Bowl::new(), &[1.0]).unwrap();
    assert_eq!(
        (solution.status, solution.iterations, &solution.x[..]),
        (Status::Interrupted, 3, &[0.125][..])
    );
}

#[test]
fn observers_see_the_start_and_every_step_and_may_end_the_run() {
    let mut seen = Vec::new();
    let mut watch = |p: &Progress| {
        seen.push((p.iteration, p.value, p.counts.gradients));
        ControlFlow::Continue(())
    };
    let mut end =
        |p: &Progress| if p.iteration == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let mut driver = Driver::new().trace().observe(&mut watch).observe(&mut end);
    let solution = driver.minimize(&HALF, &mut Bowl::new(), &[1.0]).unwrap();
    drop(driver);
    assert_eq!(seen, [(0, 0.5, 1), (1, 0.125, 2), (2, 0.03125, 3)]);
    assert_eq!((solution.status, solution.iterations), (Status::Interrupted, 2));
    let trace: Vec<_> = solution.trace.iter().map(|p| (p.iteration, p.value, p.counts.gradients)).collect();
    assert_eq!(trace, seen);
    assert_eq!(solution.trace[1].decrease, 0.375);
    assert!(solution.trace.windows(2).all(|p| p[0].seconds <= p[1].seconds));
}

#[test]
fn the_best_point_is_kept_though_the_method_climbs() {
    let climb = Shrink { factor: -2.0, halt: None };
    let solution = Driver::new().iterations(5).minimize(&climb, &mut Bowl::new(), &[1.0]).unwrap();
    assert_eq!((&solution.x[..], solution.value, solution.iterations), (&[1.0][..], 0.5, 5));
}

#[test]
fn every_halt_has_its_status() {
    let run = |halt: Halt, x0: f64, bound: Option<f64>| {
        let mut bowl = Bowl { bound, evaluations: 0 };
        Driver::new().minimize(&halting(1, halt), &mut bowl, &[x0]).unwrap().status
    };
    assert_eq!(run(Halt::Unbounded, 1.0, None), Status::Unbounded);
    assert_eq!(run(Halt::NonFinite("g"), 1.0, None), Status::NonFinite);
    assert_eq!(run(Halt::Interrupted, 1.0, None), Status::Interrupted);
    assert_eq!(run(Halt::Budget, 1.0, None), Status::Budget);
    assert_eq!(run(Halt::Stalled("s"), 1.0, None), Status::Stalled, "the gradient is not small");
    assert_eq!(run(Halt::Stalled("s"), 1e-9, None), Status::Stationary, "the gradient is below √ε");
    // The proof decides, whatever ended the run, but never hides an interruption or a failure.
    for halt in [Halt::Budget, Halt::Stalled("s")] {
        assert_eq!(run(halt, 1.0, Some(1e-10)), Status::Certified);
    }
    for (halt, status) in [
        (Halt::Unbounded, Status::Unbounded),
        (Halt::NonFinite("g"), Status::NonFinite),
        (Halt::Interrupted, Status::Interrupted),
    ] {
        assert_eq!(run(halt, 1.0, Some(0.0)), status);
    }
}

/// −x falls so far that its gradient of 1 is below √ε |F|; that makes no minimum of it.
#[test]
fn a_bottomless_objective_is_unbounded() {
    struct Slope;
    impl Objective<f64> for Slope {
        fn dim(&self) -> usize {
            1
        }
        fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
            Ok(-x[0])
        }
    }
    impl Gradient<f64> for Slope {
        fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
            g[0] = -1.0;
            self.value(x)
        }
    }
    let grow = Shrink { factor: 1e3, halt: None };
    for rule in [stop::gradient_inf(1e-10), stop::gradient_relative(1e-18)] {
        let solution = Driver::new().stop(rule).iterations(8).minimize(&grow, &mut Slope, &[1.0]).unwrap();
        assert_eq!(solution.status, Status::Unbounded);
    }
}

#[test]
fn certified_means_within_the_gap() {
    let run = |bound: f64, gap: f64| {
        let mut bowl = Bowl { bound: Some(bound), evaluations: 0 };
        Driver::new().gap(gap).stop(stop::iterations(0)).minimize(&HALF, &mut bowl, &[1.0]).unwrap().status
    };
    // F = ½ at the start.
    assert_eq!(run(0.5e-3, 1e-3), Status::Certified);
    assert_eq!(run(0.6e-3, 1e-3), Status::Stalled);
    assert_eq!(run(f64::NAN, 1e-3), Status::Stalled, "a NaN proves nothing");
    let mut bowl = Bowl { bound: Some(0.0), evaluations: 0 };
    let mut driver = Driver::new().without_certificate();
    let solution = driver.minimize(&HALF, &mut bowl, &[1.0]).unwrap();
    assert_eq!((solution.certificate, solution.status), (Certificate::None, Status::Stationary));
}

#[test]
fn wrong_input_is_an_error() {
    let run = |x0: &[f64]| Driver::new().minimize(&HALF, &mut Bowl::new(), x0).unwrap_err();
    assert!(matches!(run(&[1.0, 2.0]), Error::Shape { expected: 1, found: 2, .. }));
    assert!(matches!(run(&[f64::NAN]), Error::NonFinite { row: 0, .. }));
    let refusal = Error::invalid_parameter("a", 1, "no");
    let method = halting(2, Halt::Input(refusal.clone()));
    assert_eq!(Driver::new().minimize(&method, &mut Bowl::new(), &[1.0]).unwrap_err(), refusal);
}

#[test]
fn statuses_name_themselves_and_advise() {
    use Status::{Budget, Certified, Interrupted, NonFinite, Separated, Stalled, Stationary, Unbounded};
    for status in [Certified, Stationary, Stalled, Budget, NonFinite, Separated, Unbounded, Interrupted] {
        assert_eq!(status.to_string(), status.name());
        assert!(status.advice().len() > 20);
        assert_eq!(status.is_solved(), matches!(status, Certified | Stationary));
    }
    assert_eq!(format!("{:>12}", Status::Budget), "      Budget");
}
