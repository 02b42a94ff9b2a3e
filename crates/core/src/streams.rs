//! [`Streams`]: every random act has its own generator, named by a purpose and an index, so that results depend on the seed alone and
//! never on threads, order or what else was drawn.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// A family of independent generators under one seed.
///
/// ```
/// use thalweg_core::streams::{Streams, shuffle};
/// let mut order: Vec<u32> = (0..5).collect();
/// shuffle(&mut order, &mut Streams::new(1).stream("epoch", 0));
/// let mut again: Vec<u32> = (0..5).collect();
/// shuffle(&mut again, &mut Streams::new(1).stream("epoch", 0));
/// assert_eq!(order, again);
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The family of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed.
    #[must_use]
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// The generator of (seed, purpose, index): Xoshiro256++ (Blackman and Vigna 2021) seeded by SplitMix64 from the three.
    #[must_use]
    pub fn stream(self, purpose: &str, index: u64) -> Xoshiro256PlusPlus {
        // FNV-1a names the purpose; two rounds of SplitMix64 keep neighbouring indices apart.
        let name = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let mut state = self.seed;
        let mut mixed = split_mix(&mut state) ^ name;
        mixed = split_mix(&mut mixed) ^ index;
        let mut seed = [0; 32];
        for word in seed.chunks_exact_mut(8) {
            word.copy_from_slice(&split_mix(&mut mixed).to_le_bytes());
        }
        Xoshiro256PlusPlus::from_seed(seed)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A uniform number in [0, 1) with 53 random bits.
pub fn uniform(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// A standard normal number by inversion: one uniform draw each, so streams stay in step.
pub fn normal(rng: &mut impl Rng) -> f64 {
    // Half a step off a grid of 52 bits keeps the argument inside (0, 1): on one of 53 bits the last half step would round to 1.
    let u = ((rng.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64);
    crate::math::normal_quantile(u)
}

/// A uniform integer below `n` > 0, unbiased (Lemire 2019).
pub fn below(rng: &mut impl Rng, n: u64) -> u64 {
    let threshold = n.wrapping_neg() % n.max(1);
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(n);
        if product as u64 >= threshold {
            return (product >> 64) as u64;
        }
    }
}

/// A uniform permutation of the items (Fisher–Yates, from the last to the first).
pub fn shuffle<I>(items: &mut [I], rng: &mut impl Rng) {
    for last in (1..items.len()).rev() {
        let other = below(rng, last as u64 + 1) as usize;
        items.swap(last, other);
    }
}
