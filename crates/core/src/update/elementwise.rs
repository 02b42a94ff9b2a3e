//! [`Elementwise`]: rules that treat every entry alike, and the [`Slots`] they keep for each.

use super::{Context, Needs, On, Tensor};
use crate::real::Real;

/// Entries of a block of slot memory: four 512-bit registers of f64. Constant, so that the loop over a block vectorises without a remainder.
pub const WIDTH: usize = 32;

/// A rule that treats every entry alike; a tuple of such rules is one, and [`Fused`](super::Fused) runs it in one pass over memory.
///
/// ```
/// use thalweg_core::{Context, Elementwise, Fused, Halt, Layout, Tensor, Update};
///
/// /// The sum of all gradients so far, times −0.1: dual averaging.
/// #[derive(Copy, Clone)]
/// struct Sum;
/// impl Elementwise<f64> for Sum {
///     type Slots = [f64; 1];
///     type Constants = f64;
///     fn constants(&self, _: &Context<'_, f64>, _: &Tensor) -> f64 { -0.1 }
///     #[inline(always)]
///     fn apply(scale: &f64, g: f64, _p: f64, [sum]: &mut [f64; 1]) -> f64 {
///         *sum += g;
///         scale * *sum
///     }
/// }
/// let layout = Layout::flat(1);
/// let (rule, mut p) = (Fused(Sum), [1.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// for step in 0..2 {
///     rule.advance(&mut p, &mut [1.0], &mut state, &Context::new(step, &layout))?;
/// }
/// assert!((p[0] - 0.7_f64).abs() < 1e-15);
/// # Ok::<(), Halt>(())
/// ```
pub trait Elementwise<T: Real>: Copy + Send + Sync {
    /// The numbers kept for each entry, all 0 before the first step: `()`, `[T; 2]` for Adam.
    type Slots: Slots<T>;
    /// What is the same for all entries of a tensor, such as bias corrections.
    type Constants: Copy + Send + Sync;
    /// What the rule reads beyond the gradient.
    const NEEDS: Needs = Needs::NOTHING;

    /// The constants of this step in this tensor. Called once a step for each piece of a tensor, some thousand entries long.
    fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> Self::Constants;

    /// The new entry from gradient (or predecessor's output) `g`, parameter `p` and the entry's slots. `#[inline(always)]`, branch-free.
    fn apply(constants: &Self::Constants, g: T, p: T, slots: &mut Self::Slots) -> T;

    /// The entry of the diagonal metric after the step; see [`Update::metric`](super::Update::metric). `#[inline(always)]`, branch-free.
    #[inline(always)]
    fn metric(_constants: &Self::Constants, _slots: &Self::Slots) -> T {
        T::ONE
    }

    /// True for a rule that evaluates other parameters than it steps.
    const VIEWS: bool = false;

    /// The entry to evaluate and save where the one stepped is `p`; see [`Update::evaluation_view`](super::Update::evaluation_view). Read only
    /// with [`Elementwise::VIEWS`]; with slots of 0, those of an entry never stepped, it must be `p`. `#[inline(always)]`, branch-free.
    #[inline(always)]
    fn view(&self, _slots: &Self::Slots, p: T) -> T {
        p
    }

    /// This rule on some tensors only; the others pass unchanged, to the bit, and the pass stays one.
    fn on<F: Fn(&Tensor) -> bool + Copy + Send + Sync>(self, tensors: F) -> On<Self, F> {
        On::new(self, tensors)
    }
}

/// The numbers an elementwise rule keeps for one entry: `()`, an array, or a tuple of such.
///
/// In memory a block of [`WIDTH`] entries holds the first number of each, then the second of each, and so on: one stream to read and one to
/// write, however many numbers there are.
pub trait Slots<T: Real>: Copy + Send + Sync {
    /// How many numbers.
    const COUNT: usize;
    /// The slots of [`WIDTH`] entries, number by number.
    type Block: Copy;

    /// The slots of a block from [`Slots::COUNT`]·[`WIDTH`] numbers of memory.
    fn read(memory: &[T]) -> Self::Block;
    /// Back to memory.
    fn write(block: &Self::Block, memory: &mut [T]);
    /// The slots of one entry.
    fn get(block: &Self::Block, lane: usize) -> Self;
    /// Sets the slots of one entry.
    fn set(block: &mut Self::Block, lane: usize, slots: Self);
}

impl<T: Real> Slots<T> for () {
    const COUNT: usize = 0;
    type Block = ();

    #[inline(always)]
    fn read(_: &[T]) {}
    #[inline(always)]
    fn write((): &(), _: &mut [T]) {}
    #[inline(always)]
    fn get((): &(), _: usize) {}
    #[inline(always)]
    fn set((): &mut (), _: usize, (): ()) {}
}

impl<T: Real, const N: usize> Slots<T> for [T; N] {
    const COUNT: usize = N;
    type Block = [[T; WIDTH]; N];

    #[inline(always)]
    fn read(memory: &[T]) -> Self::Block {
        let mut block = [[T::ZERO; WIDTH]; N];
        for (lanes, memory) in block.iter_mut().zip(memory.as_chunks::<WIDTH>().0) {
            *lanes = *memory;
        }
        block
    }
    #[inline(always)]
    fn write(block: &Self::Block, memory: &mut [T]) {
        for (lanes, memory) in block.iter().zip(memory.as_chunks_mut::<WIDTH>().0) {
            *memory = *lanes;
        }
    }
    #[inline(always)]
    fn get(block: &Self::Block, lane: usize) -> Self {
        let mut slots = [T::ZERO; N];
        for k in 0..N {
            slots[k] = block[k][lane];
        }
        slots
    }
    #[inline(always)]
    fn set(block: &mut Self::Block, lane: usize, slots: Self) {
        for k in 0..N {
            block[k][lane] = slots[k];
        }
    }
}

/// Tuples of slots, and the tuples of rules that keep them: g goes through the rules in order.
macro_rules! tuple {
    ($($rule:ident $at:tt)+) => {
        impl<T: Real, $($rule: Slots<T>),+> Slots<T> for ($($rule,)+) {
            const COUNT: usize = 0 $(+ $rule::COUNT)+;
            type Block = ($($rule::Block,)+);

            #[inline(always)]
            fn read(memory: &[T]) -> Self::Block {
                let mut _start = 0;
                ($({
                    let memory = &memory[_start..];
                    _start += $rule::COUNT * WIDTH;
                    $rule::read(&memory[..$rule::COUNT * WIDTH])
                },)+)
            }
            #[inline(always)]
            fn write(block: &Self::Block, memory: &mut [T]) {
                let mut _start = 0;
                $(
                    $rule::write(&block.$at, &mut memory[_start.._start + $rule::COUNT * WIDTH]);
                    _start += $rule::COUNT * WIDTH;
                )+
            }
            #[inline(always)]
            fn get(block: &Self::Block, lane: usize) -> Self {
                ($($rule::get(&block.$at, lane),)+)
            }
            #[inline(always)]
            fn set(block: &mut Self::Block, lane: usize, slots: Self) {
                $($rule::set(&mut block.$at, lane, slots.$at);)+
            }
        }

        impl<T: Real, $($rule: Elementwise<T>),+> Elementwise<T> for ($($rule,)+) {
            type Slots = ($($rule::Slots,)+);
            type Constants = ($($rule::Constants,)+);
            const NEEDS: Needs = Needs::NOTHING$(.or($rule::NEEDS))+;

            fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> Self::Constants {
                ($(self.$at.constants(context, tensor),)+)
            }
            #[inline(always)]
            fn apply(constants: &Self::Constants, g: T, p: T, slots: &mut Self::Slots) -> T {
                $(let g = $rule::apply(&constants.$at, g, p, &mut slots.$at);)+
                g
            }
            #[inline(always)]
            fn metric(constants: &Self::Constants, slots: &Self::Slots) -> T {
                T::ONE$( * $rule::metric(&constants.$at, &slots.$at))+
            }

            const VIEWS: bool = false $(|| $rule::VIEWS)+;
            #[inline(always)]
            fn view(&self, slots: &Self::Slots, p: T) -> T {
                $(let p = self.$at.view(&slots.$at, p);)+
                p
            }
        }
    };
}

tuple! { A 0 B 1 }
tuple! { A 0 B 1 C 2 }
tuple! { A 0 B 1 C 2 D 3 }
tuple! { A 0 B 1 C 2 D 3 E 4 }
tuple! { A 0 B 1 C 2 D 3 E 4 F 5 }
