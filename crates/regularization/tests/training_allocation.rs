//! A call of `training` allocates nothing: all memory is the caller's, or taken at the start.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::Par;
use thalweg_regularization::training::{
    Averaged, Draws, EarlyStopping, EarlyStoppingOptions, MaxNorm, MixData, Shape, augment_rows,
    augmentation, backward_rows, forward_rows, mix_rows, mixing, noise, weighting,
};
use thalweg_testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn calls_allocate_nothing() {
    let shape = Shape::new(8, 8, 3).unwrap();
    let rows: Vec<u32> = (0..16).collect();
    let (x, y) = (vec![1.0; 16 * shape.len()], vec![1.0; 16]);
    let data = MixData::images(&x, &y, shape).unwrap();
    let (mut images, mut scratch, mut targets) = (x.clone(), x.clone(), y.clone());
    let noises = [
        "dropout",
        "spatial-dropout",
        "stochastic-depth",
        "gaussian-dropout",
        "alpha-dropout",
        "gaussian-noise",
    ]
    .map(|text| noise(text).unwrap());
    let changes = ["flip", "shift", "rotate", "crop", "cutout"].map(|text| augmentation(text).unwrap());
    let chain = changes.each_ref().map(|change| &**change);
    let mixings = ["mixup:alpha=0.2", "cut-mix"].map(|text| mixing(text).unwrap());
    let mut means =
        ["ema", "swa", "polyak"].map(|text| Averaged::new(weighting(text).unwrap(), x.len()).unwrap());
    let mut stopping = EarlyStopping::new(EarlyStoppingOptions::default(), x.len()).unwrap();
    let max_norm = MaxNorm::new(1.0).unwrap();
    let mut loss = 1.0;
    let mut all = |step: u64| {
        let draws = Draws::new(1, step);
        for noise in &noises {
            forward_rows(&**noise, draws, &rows, &mut images, Par::Seq).unwrap();
            backward_rows(&**noise, draws, &rows, &mut images, Par::Seq).unwrap();
        }
        augment_rows(&chain, draws, &rows, shape, (&mut images, &mut scratch), Par::Seq).unwrap();
        for mixing in &mixings {
            mix_rows(&**mixing, draws, &rows, &data, (&mut images, &mut targets), Par::Seq).unwrap();
        }
        max_norm.project(&mut images, shape.len()).unwrap();
        for mean in &mut means {
            mean.update(&images, Par::Seq).unwrap();
        }
        loss *= 0.99;
        stopping.observe(loss, &images).unwrap();
    };
    all(0);
    // The allocator counts all threads, and the harness's own allocates once while the test runs. What a call allocates is there in every
    // round of the same calls.
    let rounds = [0; 5].map(|_| {
        let before = ALLOCATOR.allocations();
        (1..20).for_each(&mut all);
        ALLOCATOR.allocations() - before
    });
    assert!(rounds.contains(&0), "allocations in each round: {rounds:?}");
}
