//! The macros that turn laws into `#[test]` functions, one a law, named as the law's function.

/// One `#[test]` for each law named, over every subject of a list.
#[doc(hidden)]
#[macro_export]
macro_rules! __law_tests {
    ($subjects:expr, $module:ident: $($law:ident)+) => {$(
        #[test]
        fn $law() {
            for subject in &$subjects {
                if let Err(violation) = $crate::$module::$law(subject) {
                    panic!("{violation}");
                }
            }
        }
    )+};
}

/// Tests of every law of losses over a function that returns [`losses::Subject`](crate::losses::Subject)s.
///
/// ```
/// use thalweg_testkit::losses::Subject;
/// fn subjects() -> Vec<Subject> { Vec::new() }
/// thalweg_testkit::loss_laws!(subjects);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! loss_laws {
    ($subjects:path) => {
        $crate::__law_tests! { $subjects(), losses:
            derivatives_match_formula derivatives_match_differences extremes_are_stable convexity_is_honest
            curvature_is_honest continuity_is_honest self_concordance_is_honest response_is_honest fenchel_young blocks_are_sums
            blocks_split_and_repeat weights_are_repetitions targets_are_checked shapes_are_checked single_precision_agrees
        }
    };
}

/// Tests of every law of losses of several predictors a row over a function that returns
/// [`row_losses::Subject`](crate::row_losses::Subject)s.
#[macro_export]
macro_rules! row_loss_laws {
    ($subjects:path) => {
        $crate::__law_tests! { $subjects(), row_losses:
            derivatives_match_formula derivatives_match_differences hessians_are_symmetric hessian_actions_agree
            expected_hessians_are_semidefinite levels_agree extremes_are_stable convexity_is_honest bounds_are_honest
            continuity_is_honest fenchel_young shifts_are_honest blocks_are_sums blocks_split_and_repeat
            rows_permute_and_repeat targets_are_checked costs_are_checked single_precision_agrees
        }
    };
}

/// Tests of every law of losses of a whole data set over a function that returns [`set_losses::Subject`](crate::set_losses::Subject)s.
#[macro_export]
macro_rules! set_loss_laws {
    ($subjects:path) => {
        $crate::__law_tests! { $subjects(), set_losses:
            derivatives_match_definition derivatives_match_differences hessians_are_symmetric self_concordance_is_honest
            levels_agree rows_permute shifts_are_honest threads_do_not_matter extremes_are_stable single_precision_agrees
            shapes_are_checked
        }
    };
}

/// Tests of every law of penalties over a function that returns [`penalties::Subject`](crate::penalties::Subject)s.
#[macro_export]
macro_rules! penalty_laws {
    ($subjects:path) => {
        $crate::__law_tests! { $subjects(), penalties:
            prox_is_optimal prox_minimises prox_is_firmly_nonexpansive violation_is_a_distance violation_is_the_prox_step
            support_is_honest
            runs_of_coordinates_agree fenchel_young dual_points_are_feasible lambda_max_is_the_threshold margins_are_safe blocks_add_up
            quadratic_part_is_honest constraint_is_honest linear_minimizers_support_the_set
        }
    };
}

/// Tests of every law of stepwise rules but that of allocations, in a module for each rule: `name: complete RULE` where what it leaves is the
/// step, `name: part RULE, RATE` where it has no learning rate. The expression is evaluated once a law.
///
/// ```
/// use thalweg_core::{Context, Elementwise, Fused, Real, Tensor};
/// #[derive(Copy, Clone)]
/// struct Descend(f64);
/// impl<T: Real> Elementwise<T> for Descend {
///     type Slots = ();
///     type Constants = T;
///     fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> T { T::of(self.0) }
///     #[inline(always)]
///     fn apply(lr: &T, u: T, _: T, (): &mut ()) -> T { -*lr * u }
///     #[inline(always)]
///     fn metric(lr: &T, (): &()) -> T { *lr }
/// }
/// thalweg_testkit::update_laws! {
///     descend: complete Fused(Descend(0.1));
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! update_laws {
    ($($name:ident: $kind:ident $rule:expr $(, $rate:expr)?;)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            $crate::__update_tests! { $name $kind ($rule $(, $rate)?):
                states_resume advancing_is_updating threads_do_not_matter nonfinite_gradients_are_survived
                zero_gradients_stay sizes_are_checked quadratics_are_descended single_precision_agrees
                chains_associate masks_spare_the_rest metrics_are_diagonal views_follow_the_state
            }
        }
    )+};
}

/// One `#[test]` for each law named, over one rule.
#[doc(hidden)]
#[macro_export]
macro_rules! __update_tests {
    ($name:ident $kind:ident $make:tt: $($law:ident)+) => {$(
        #[test]
        fn $law() {
            $crate::__update_test! { $name $kind $make $law }
        }
    )+};
}

/// The body of a test of one law on one rule.
#[doc(hidden)]
#[macro_export]
macro_rules! __update_test {
    ($name:ident $kind:ident ($rule:expr $(, $rate:expr)?) $law:ident) => {
        let rule = $rule;
        let subject = $crate::updates::Subject::$kind(stringify!($name), &rule $(, $rate)?);
        if let Err(violation) = $crate::updates::$law(&subject) {
            panic!("{violation}");
        }
    };
}

/// One `#[test]` for each law of runs, over (name, run) pairs.
#[doc(hidden)]
#[macro_export]
macro_rules! __run_tests {
    ($runs:expr, $float:ident: $($law:ident)+) => {$(
        #[test]
        fn $law() {
            let runs: Vec<(&str, Box<$crate::minimizers::Run<$float>>)> = $runs;
            for (name, run) in &runs {
                let subject = $crate::minimizers::Subject { name, run };
                if let Err(violation) = $crate::minimizers::$law(&subject) {
                    panic!("{violation}");
                }
            }
        }
    )+};
}

/// Tests of every law of minimisers that a run under the driver can show.
///
/// `minimizer_laws!(MyMethod::default())` takes an expression that makes the method; `minimizer_laws!(each: CATALOGUE)` a catalogue whose
/// entries have `name`, `make.f64` and `make.f32`. [`steps`](crate::minimizers::steps) holds the laws of the state, which take the method
/// and an objective.
#[macro_export]
macro_rules! minimizer_laws {
    (each: $catalogue:expr) => {
        $crate::__minimizer_tests! {
            $catalogue.iter().map(|entry| (entry.name, Box::new(entry.make.f64) as _)).collect(),
            $catalogue.iter().map(|entry| (entry.name, Box::new(entry.make.f32) as _)).collect()
        }
    };
    ($make:expr) => {
        $crate::__minimizer_tests! {
            vec![(stringify!($make), Box::new(|driver: &mut $crate::thalweg_core::Driver<'_>, objective, x0: &[f64]| {
                driver.minimize(&$make, objective, x0)
            }))],
            vec![(stringify!($make), Box::new(|driver: &mut $crate::thalweg_core::Driver<'_>, objective, x0: &[f32]| {
                driver.minimize(&$make, objective, x0)
            }))]
        }
    };
}

/// The tests of both precisions.
#[doc(hidden)]
#[macro_export]
macro_rules! __minimizer_tests {
    ($wide:expr, $narrow:expr) => {
        $crate::__run_tests! { $wide, f64:
            solutions_are_what_they_say minima_are_reached starts_at_the_minimum_stop budgets_are_kept
            nonfinite_starts_are_named regions_outside_are_left unbounded_is_not_solved runs_repeat runs_resume
            threads_do_not_matter
        }
        $crate::__run_tests! { $narrow, f32: single_precision_works }
    };
}

/// One `#[test]` for each law of composite runs, over (name, run) pairs.
#[doc(hidden)]
#[macro_export]
macro_rules! __composite_tests {
    ($runs:expr, $float:ident: $($law:ident)+) => {$(
        #[test]
        fn $law() {
            let runs: Vec<(String, Box<$crate::composite::Run<$float>>)> = $runs;
            for (name, run) in &runs {
                let subject = $crate::composite::Subject { name, run };
                if let Err(violation) = $crate::composite::$law(&subject) {
                    panic!("{violation}");
                }
            }
        }
    )+};
}

/// Tests of every law of composite solvers that a run under the driver can show.
///
/// `composite_laws!(MySolver::default())` takes an expression that makes the solver; `composite_laws!(runs: wide, narrow)` two expressions of
/// type `Vec<(String, Box<composite::Run<T>>)>`, for f64 and f32. The laws of states and memory are
/// [`states_resume`](crate::minimizers::steps::states_resume) and
/// [`steps_allocate_nothing`](crate::minimizers::steps::steps_allocate_nothing), which take the solver and an objective.
#[macro_export]
macro_rules! composite_laws {
    (runs: $wide:expr, $narrow:expr) => {
        $crate::__composite_tests! { $wide, f64:
            known_answers zeros_are_exact starts_at_the_minimum_stop solutions_are_what_they_say certificates_are_honest
            budgets_are_kept intercepts_are_not_penalised weights_are_repeated_rows offsets_are_part_of_the_predictor
            runs_repeat threads_do_not_matter
        }
        $crate::__composite_tests! { $narrow, f32: single_precision_works }
    };
    ($make:expr) => {
        $crate::composite_laws! { runs:
            vec![(stringify!($make).to_owned(), Box::new(|driver: &mut $crate::thalweg_core::Driver<'_>, objective, x0: &[f64]| {
                driver.minimize(&$make, objective, x0)
            }))],
            vec![(stringify!($make).to_owned(), Box::new(|driver: &mut $crate::thalweg_core::Driver<'_>, objective, x0: &[f32]| {
                driver.minimize(&$make, objective, x0)
            }))]
        }
    };
}
