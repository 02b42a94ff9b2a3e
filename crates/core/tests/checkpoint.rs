//! Checkpoints: every bit comes back, and bytes of anything else are refused.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use thalweg_core::{Archive, Checkpoint, Error, Result, load, save, visit_real, visit_slice, visit_usize};

#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    wide: Vec<f64>,
    narrow: Vec<f32>,
    rate: f32,
    step: u64,
    next: usize,
}

impl Checkpoint for State {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "wide", &mut self.wide)?;
        visit_slice(archive, "narrow", &mut self.narrow)?;
        visit_real(archive, "rate", &mut self.rate)?;
        archive.count("step", &mut self.step)?;
        visit_usize(archive, "next", &mut self.next)
    }
}

fn sample() -> State {
    State {
        wide: vec![0.1, -0.0, 5e-324, f64::INFINITY],
        narrow: vec![1e-45, 0.1],
        rate: 0.1,
        step: u64::MAX,
        next: 3,
    }
}

fn empty() -> State {
    State { wide: vec![0.0; 4], narrow: vec![0.0; 2], ..State::default() }
}

#[test]
fn every_bit_comes_back() {
    let mut state = sample();
    let bytes = save(&mut state).unwrap();
    assert_eq!(state, sample(), "saving changes nothing");
    let mut copy = empty();
    load(&mut copy, &bytes).unwrap();
    assert_eq!(copy, state);
    assert_eq!(copy.wide[1].to_bits(), (-0.0_f64).to_bits());
    // Two lengths, six slice entries, three numbers, at 12 bytes each.
    assert_eq!(bytes.len(), 12 * (2 + 6 + 3));
}

#[test]
fn not_a_number_comes_back_with_its_payload() {
    let bits = 0x7ff8_0000_dead_beef;
    let mut state = State { wide: vec![f64::from_bits(bits)], ..State::default() };
    let bytes = save(&mut state).unwrap();
    let mut copy = State { wide: vec![0.0], ..State::default() };
    load(&mut copy, &bytes).unwrap();
    assert_eq!(copy.wide[0].to_bits(), bits);
}

#[test]
fn other_bytes_are_refused() {
    let bytes = save(&mut sample()).unwrap();
    let broken = |state: &mut State, bytes: &[u8]| load(state, bytes).unwrap_err().to_string();
    for cut in 0..bytes.len() {
        assert!(broken(&mut empty(), &bytes[..cut]).contains("ends early"), "cut at {cut}");
    }
    assert!(broken(&mut empty(), &[&bytes[..], &[0]].concat()).contains("more than this state"));
    let mut longer = State { wide: vec![0.0; 5], ..empty() };
    assert!(matches!(load(&mut longer, &bytes), Err(Error::Shape { expected: 5, found: 4, .. })));
    for field in 0..bytes.len() / 12 {
        let mut bytes = bytes.clone();
        bytes[12 * field] ^= 1;
        let text = broken(&mut empty(), &bytes);
        assert!(text.contains("has another field where") && text.contains("resume with"), "{text}");
    }
}

#[test]
fn fields_in_another_order_are_refused() {
    struct Swapped(State);
    impl Checkpoint for Swapped {
        fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
            visit_slice(archive, "narrow", &mut self.0.narrow)?;
            visit_slice(archive, "wide", &mut self.0.wide)
        }
    }
    let bytes = save(&mut sample()).unwrap();
    assert!(load(&mut Swapped(empty()), &bytes).unwrap_err().to_string().contains("`narrow`"));
}

proptest! {
    #[test]
    fn any_numbers_come_back(wide in prop::collection::vec(any::<f64>(), 0..20), narrow in prop::collection::vec(-1e30_f32..1e30, 0..20), step: u64) {
        let mut state = State { wide, narrow, step, ..State::default() };
        let bytes = save(&mut state).unwrap();
        let mut copy = State { wide: vec![0.0; state.wide.len()], narrow: vec![0.0; state.narrow.len()], ..State::default() };
        load(&mut copy, &bytes).unwrap();
        let bits = |s: &State| s.wide.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&copy), bits(&state));
        prop_assert_eq!((copy.narrow, copy.step), (state.narrow, state.step));
    }

    /// Whatever the bytes, loading ends in `Ok` or `Err` and never in a panic or a huge allocation.
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = load(&mut empty(), &bytes);
    }
}
