//! [`Update`] and [`Elementwise`]: stepwise optimizers on one flat slice.
//!
//! In a chain the vector starts as the gradient; each member rewrites it; the last one leaves the step that is *added* to the
//! parameters. `adam` preconditions and has no learning rate; a schedule comes last and multiplies by −lr.

use core::ops::Range;

use crate::checkpoint::Checkpoint;
use crate::minimizer::Halt;
use crate::real::Real;

/// One named tensor inside the flat parameter vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Where it lies in the flat vector.
    pub range: Range<usize>,
}

/// The names, shapes and places of the tensors in a flat parameter vector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    tensors: Vec<Tensor>,
}

impl Layout {
    /// One tensor of `n` entries.
    #[must_use]
    pub fn flat(n: usize) -> Self {
        let mut layout = Self::default();
        layout.push("parameters", &[n]);
        layout
    }

    /// Appends a tensor behind the last one.
    pub fn push(&mut self, name: &str, shape: &[usize]) {
        let start = self.len();
        let end = start + shape.iter().product::<usize>();
        self.tensors.push(Tensor { name: name.to_owned(), shape: shape.to_vec(), range: start..end });
    }

    /// The total number of parameters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tensors.last().map_or(0, |t| t.range.end)
    }

    /// True without parameters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tensors, in order.
    #[must_use]
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}

/// What an update rule reads beyond the gradient.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub struct Needs {
    /// The value of the minibatch loss.
    pub loss: bool,
    /// Hessian-vector products.
    pub hessian_vector: bool,
    /// One extra read of the vector for a norm over all of it.
    pub global_norm: bool,
}

/// What an update sees of the run.
#[derive(Copy, Clone, Debug)]
pub struct Context<'a, T> {
    /// The 0-based step.
    pub step: u64,
    /// The parameters before the step.
    pub parameters: &'a [T],
    /// The minibatch loss, where [`Needs::loss`] asks for it.
    pub loss: Option<T>,
    /// The tensors inside the flat vector.
    pub layout: &'a Layout,
}

/// A stepwise rule: gradient in, step out.
///
/// ```
/// use thalweg_core::{Archive, Checkpoint, Context, Halt, Layout, Needs, Result, Update};
///
/// /// u ← −lr·u
/// struct Descend { lr: f64 }
/// struct Stateless;
/// impl Checkpoint for Stateless {
///     fn visit(&mut self, _: &mut dyn Archive) -> Result<()> { Ok(()) }
/// }
/// impl Update<f64> for Descend {
///     type State = Stateless;
///     fn init(&self, _: &Layout) -> Stateless { Stateless }
///     fn update(&self, u: &mut [f64], _: &mut Stateless, _: &Context<'_, f64>) -> Result<(), Halt> {
///         u.iter_mut().for_each(|u| *u *= -self.lr);
///         Ok(())
///     }
/// }
/// let layout = Layout::flat(2);
/// let rule = Descend { lr: 0.1 };
/// let (mut state, mut u) = (rule.init(&layout), [1.0, -2.0]);
/// let context = Context { step: 0, parameters: &[0.0; 2], loss: None, layout: &layout };
/// rule.update(&mut u, &mut state, &context)?;
/// assert_eq!(u, [-0.1, 0.2]);
/// # Ok::<(), Halt>(())
/// ```
pub trait Update<T: Real>: Send + Sync {
    /// The buffers the rule carries from step to step.
    type State: Checkpoint;
    /// What the rule reads beyond the gradient.
    const NEEDS: Needs = Needs { loss: false, hessian_vector: false, global_norm: false };

    /// The state before the first step.
    fn init(&self, layout: &Layout) -> Self::State;

    /// Rewrites `u`, which holds the gradient or what the rules before this one made of it.
    ///
    /// # Errors
    /// [`Halt::NonFinite`] if the rule cannot go on from this vector.
    fn update(&self, u: &mut [T], state: &mut Self::State, context: &Context<'_, T>) -> Result<(), Halt>;

    /// The parameters to evaluate and save, where they differ from those that are stepped (schedule-free, averages).
    fn evaluation_view(&self, _state: &Self::State, parameters: &[T], out: &mut [T]) {
        out.copy_from_slice(parameters);
    }

    /// The diagonal metric in which a chained proximal step acts, if it is not the identity.
    fn metric<'s>(&self, _state: &'s Self::State) -> Option<&'s [T]> {
        None
    }
}

/// A rule that treats every entry alike; neighbours in a chain run as one pass over memory.
pub trait Elementwise<T: Real>: Copy + Send + Sync {
    /// The numbers kept for each entry, such as `[T; 2]` for Adam.
    type Slots: Copy + Default + Send + Sync;
    /// What is computed once a step, such as bias corrections.
    type Constants: Copy + Send + Sync;

    /// The constants of this step.
    fn constants(&self, context: &Context<'_, T>) -> Self::Constants;

    /// The new entry from gradient (or predecessor's output) `g`, parameter `p` and the entry's slots. `#[inline(always)]`, branch-free.
    fn apply(constants: &Self::Constants, g: T, p: T, slots: &mut Self::Slots) -> T;
}
