//! The laws of minimisers. A violation names the law, the inputs and the values.

use outside_momentum::Momentum;
use thalweg_testkit::alloc::CountingAllocator;
use thalweg_testkit::minimizers::steps::{states_resume, steps_allocate_nothing};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

thalweg_testkit::minimizer_laws!(Momentum::default());

#[test]
fn probe() {
    use thalweg_core::Driver;
    for (beta, grow) in [(0.9, 1.01), (0.9,1.02), (0.95, 1.01),(0.95,1.02),(0.97,1.02),(0.98,1.01),(0.99,1.01),(0.95,1.005)] {
        print!("{beta} {grow}: ");
        let mut all = 0.0;
        for e in thalweg_problems::CATALOGUE {
            let mut p = thalweg_problems::problem::<f64>(e.name).unwrap();
            let x0 = p.start();
            let m = Momentum { beta, grow };
            let s = Driver::new().iterations(20000).minimize(&m, &mut *p, &x0).unwrap();
            print!("{} {} {} | ", &e.name[..4], s.counts.total(), s.status);
            all += (s.counts.total() as f64).ln();
        }
        println!("{all:.2}");
    }
}
