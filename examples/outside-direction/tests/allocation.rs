//! A step allocates nothing after the first. A file of its own: the allocator counts everything in its process.

use outside_direction::Method;
use thalweg_core::Par;
use thalweg_testkit::alloc::CountingAllocator;
use thalweg_testkit::fixtures::Logistic;
use thalweg_testkit::minimizers::steps::steps_allocate_nothing;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn steps_allocate_nothing_after_the_first() {
    let data = Logistic::<f64>::new(6000, 5, 1);
    let x0 = vec![0.0; data.dim()];
    let verdict =
        data.with(Par::Seq, |smooth| steps_allocate_nothing(&Method::default(), smooth, &x0, &ALLOCATOR, 12));
    verdict.unwrap().unwrap_or_else(|violation| panic!("{violation}"));
}
