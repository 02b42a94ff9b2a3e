//! Schedules beside optax's and PyTorch's, step by step, and the laws of every one in the catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Context, Fused, Layout, Schedule, Update, catalogue};
use thalweg_optimizers::{
    Constant, Cosine, Exponential, Fall, InverseSqrt, InverseTime, Joined, Linear, OneCycle,
    PiecewiseConstant, Polynomial, Rise, SCHEDULES, StepDecay, WarmRestarts, Warmup, schedule,
};

/// All 220 values of the fixture, to 1e-12.
fn follows(name: &str, schedule: &dyn Schedule) {
    let fixture = include_str!("fixtures/schedules.csv");
    let line = fixture.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(',')).expect(name);
    let expected: Vec<f64> = line.split(',').map(|v| v.parse().unwrap()).collect();
    assert_eq!(expected.len(), 220, "{name}");
    for (k, expected) in expected.into_iter().enumerate() {
        let found = schedule.at(k as u64);
        let close = (found - expected).abs() <= 1e-12 * expected.abs() + 1e-16;
        assert!(close, "{name}, step {k}: {found:e}, the peer {expected:e}");
    }
}

fn constant(lr: f64) -> Constant {
    Constant::new(lr).unwrap()
}

#[test]
fn smooth_falls_are_the_peers() {
    follows("constant", &constant(0.1));
    follows("linear", &Linear::new(0.4, 0.05, 150).unwrap());
    follows("linear-up", &Linear::new(0.05, 0.4, 7).unwrap());
    follows("polynomial", &Polynomial::new(0.4, 0.05, 1.7, 150).unwrap());
    let exponential = Exponential::new(0.3, 0.5, 40).unwrap();
    follows("exponential", &exponential);
    follows("exponential-floor", &exponential.with_floor(0.02).unwrap());
    let cosine = Cosine::new(0.2, 180).unwrap();
    follows("cosine", &cosine.with_floor(0.01).unwrap());
    follows("cosine-warm", &Cosine::new(0.2, 200).unwrap().with_warmup(20).unwrap());
    follows("inverse-time", &InverseTime::new(0.4, 0.75, 20).unwrap());
    // lr = 1/√(d·w) of a model of width d = 512.
    follows("inverse-sqrt", &InverseSqrt::new((512.0_f64 * 40.0).sqrt().recip(), 40).unwrap());
}

#[test]
fn jumps_cycles_and_warm_ups_are_the_peers() {
    let steps = StepDecay::new(0.3, 0.25, 30).unwrap();
    follows("step-decay", &steps);
    follows("step-decay-torch", &steps);
    follows("piecewise-constant", &PiecewiseConstant::new(0.4, [(30, 0.5), (80, 0.1), (150, 3.0)]).unwrap());
    follows("piecewise-constant-torch", &PiecewiseConstant::new(0.4, [(30, 0.5), (80, 0.5)]).unwrap());
    follows("one-cycle", &OneCycle::new(0.5, 199).unwrap());
    let cycle = OneCycle { lr: 0.5, steps: 199, rise: 0.45, start: 10.0, end: 50.0, fall: Fall::Cosine };
    follows("one-cycle-options", &cycle.checked().unwrap());
    let lines = OneCycle { rise: 0.25, fall: Fall::Lines { until: 0.8 }, ..cycle };
    follows("one-cycle-lines", &lines.checked().unwrap());
    let restarts = WarmRestarts::new(0.3, 40).unwrap().with_floor(0.01).unwrap();
    follows("warm-restarts", &restarts);
    let growing = WarmRestarts { period: 20, ..restarts }.with_growth(2).unwrap();
    follows("warm-restarts-growth", &growing);
    follows("warm-restarts-optax", &WarmRestarts::new(0.3, 30).unwrap().with_growth(3).unwrap());
    let warm = |rise, from| Warmup::new(constant(0.2), rise, from, 30).unwrap();
    follows("warmup-linear", &warm(Rise::Linear, 0.1));
    follows("warmup-exponential", &warm(Rise::Exponential, 0.01));
    follows("warmup-constant", &warm(Rise::Constant, 0.25));
    let decay = Exponential::new(0.2, 0.5, 40).unwrap();
    follows("warmup-decay", &Warmup::new(decay, Rise::Linear, 0.1, 30).unwrap());
    let second = Joined::new(constant(0.2), 85, Cosine::new(0.2, 60).unwrap());
    follows("joined", &Joined::new(Linear::new(0.1, 0.2, 25).unwrap(), 25, second));
    // Joined the other way round it is the same schedule.
    let first = Joined::new(Linear::new(0.1, 0.2, 25).unwrap(), 25, constant(0.2));
    follows("joined", &Joined::new(first, 110, Cosine::new(0.2, 60).unwrap()));
}

/// Steps around every corner, and the last ones there are.
fn steps() -> impl Iterator<Item = u64> {
    (0..3000).chain([1 << 20, 1 << 53, u64::MAX - 1, u64::MAX])
}

#[test]
fn every_schedule_stays_between_0_and_its_learning_rate() {
    for entry in SCHEDULES {
        let at = |lr: &str| (entry.make)(&entry.values(&[("lr", lr)]).unwrap()).unwrap();
        let (schedule, double, none) = (at("0.3"), at("0.6"), at("0"));
        for k in steps() {
            let value = schedule.at(k);
            assert!((0.0..=0.3 * (1.0 + 1e-15)).contains(&value), "{}, step {k}: {value:e}", entry.name);
            assert_eq!(double.at(k), 2.0 * value, "{}, step {k}: not in proportion to lr", entry.name);
            assert_eq!(none.at(k), 0.0, "{}, step {k}", entry.name);
        }
        let least = steps().map(|k| schedule.at(k)).fold(f64::INFINITY, f64::min);
        assert!(entry.name == "constant" || least < 0.3, "{} never moves", entry.name);
    }
}

#[test]
fn wrong_parameters_are_refused_by_name() {
    for entry in SCHEDULES {
        for parameter in entry.parameters {
            let mut bad = vec!["-1", "NaN", "inf"];
            if parameter.rule.starts_with("a whole number") {
                bad.push("1.5");
            }
            for bad in bad {
                let values = entry.values(&[(parameter.name, bad)]).unwrap();
                let refused = (entry.make)(&values).err().map(|e| e.to_string());
                let named = refused.as_ref().is_some_and(|text| text.contains(parameter.name));
                assert!(named, "{} {}={bad}: {refused:?}", entry.name, parameter.name);
            }
        }
        let (name, given) = catalogue::parse(entry.example).unwrap();
        assert!(name == entry.name && (entry.make)(&entry.values(&given).unwrap()).is_ok());
    }
    assert!(Linear::new(0.1, 0.0, 0).is_err() && Polynomial::new(0.1, 0.0, 0.0, 5).is_err());
    assert!(Exponential::new(0.1, 1.5, 5).is_err() && StepDecay::new(0.1, 0.5, 0).is_err());
    assert!(Exponential::new(0.1, 0.5, 5).unwrap().with_floor(0.2).is_err());
    assert!(PiecewiseConstant::new(0.1, [(5, 0.5), (5, 0.5)]).is_err());
    assert!(PiecewiseConstant::new(0.1, [(9, 0.5), (5, 0.5)]).is_err());
    assert!(PiecewiseConstant::new(0.1, [(5, 0.0)]).is_err() && PiecewiseConstant::new(0.1, []).is_ok());
    assert!(WarmRestarts::new(0.1, 5).unwrap().with_growth(0).is_err());
    assert!(Warmup::new(constant(0.1), Rise::Exponential, 0.0, 5).is_err());
    assert!(Warmup::new(constant(0.1), Rise::Linear, 0.0, 0).is_err());
    let cycle = OneCycle::new(0.1, 10).unwrap();
    assert!(OneCycle { fall: Fall::Lines { until: 0.1 }, ..cycle }.checked().is_err());
    assert!(OneCycle { start: 0.5, ..cycle }.checked().is_err());
}

/// By value, by reference and by name a schedule takes the same steps, to the bit, in both precisions, and shows its value as the metric.
#[test]
fn a_schedule_is_a_learning_rate() {
    fn walk<U: Update<f64> + Update<f32>>(rule: &U) -> (Vec<f64>, Vec<f32>, f64) {
        let layout = Layout::flat(3);
        let (mut wide, mut narrow) = (vec![1.0, -2.0, 0.5], vec![1.0, -2.0, 0.5]);
        let mut wide_state = Update::<f64>::init(rule, &layout).unwrap();
        let mut narrow_state = Update::<f32>::init(rule, &layout).unwrap();
        let mut metric = [1.0];
        for k in 0..40 {
            let (mut g, mut h) = (wide.clone(), narrow.clone());
            let context = Context::new(k, &layout);
            rule.advance(&mut wide, &mut g, &mut wide_state, &context).unwrap();
            rule.advance(&mut narrow, &mut h, &mut narrow_state, &Context::new(k, &layout)).unwrap();
            metric = [1.0];
            rule.metric(&wide_state, &context, 0..1, &mut metric);
        }
        (wide, narrow, metric[0])
    }
    let own = Cosine::new(0.1, 50).unwrap().with_warmup(5).unwrap();
    let named = schedule("cosine:lr=0.1,steps=50,warmup=5").unwrap();
    let expected = walk(&Fused(own));
    assert_eq!(expected.2, own.at(39));
    assert_eq!(walk(&Fused(&own)), expected);
    assert_eq!(walk(&Fused(&*named)), expected);
    let by_hand = (0..40).fold(1.0, |p, k| p + -own.at(k) * p);
    assert_eq!(expected.0[0], by_hand);
}
