//! [`On`]: a rule restricted to some tensors of the layout, such as weight decay that spares the intercept.

use core::ops::Range;

use super::{Context, Elementwise, Layout, Metric, Needs, Tensor, Update};
use crate::checkpoint::{Archive, Checkpoint};
use crate::error::Result;
use crate::minimizer::Halt;
use crate::real::Real;

/// A rule on the tensors that a predicate chooses; the entries of all others pass unchanged, to the bit. Made by `on`:
///
/// ```
/// use thalweg_core::{Context, Elementwise, Fused, Halt, Layout, Tensor, Update};
/// #[derive(Copy, Clone)]
/// struct Decay;
/// impl Elementwise<f64> for Decay {
///     type Slots = ();
///     type Constants = ();
///     fn constants(&self, _: &Context<'_, f64>, _: &Tensor) {}
///     #[inline(always)]
///     fn apply((): &(), g: f64, p: f64, (): &mut ()) -> f64 { g + 0.5 * p }
/// }
/// let mut layout = Layout::default();
/// layout.push("intercept", &[1]);
/// layout.push("coefficients", &[1]);
/// let rule = Fused(Decay.on(|tensor| tensor.name != "intercept"));
/// let mut u = [1.0, 1.0];
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// rule.update(&mut u, &[2.0, 2.0], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [1.0, 2.0]);
/// # Ok::<(), Halt>(())
/// ```
///
/// An elementwise rule stays in its fused pass. Any other [`Update`] sees a layout of the chosen tensors alone, whose entries are copied in
/// and out: a block penalty counts its blocks from the first chosen entry.
#[derive(Copy, Clone, Debug)]
pub struct On<R, F> {
    rule: R,
    tensors: F,
}

impl<R, F> On<R, F> {
    pub(super) fn new(rule: R, tensors: F) -> Self {
        Self { rule, tensors }
    }
}

impl<R, F: Fn(&Tensor) -> bool + Copy + Send + Sync> On<R, F> {
    /// With another rule on all the other tensors: groups of parameters, of which none is forgotten and none stepped twice. `rule` may
    /// hold groups itself; two elementwise rules stay in one pass.
    ///
    /// ```
    /// use thalweg_core::{Context, Elementwise, Fused, Halt, Layout, Schedule, Tensor, Update};
    /// #[derive(Copy, Clone)]
    /// struct Rate(f64);
    /// impl Schedule for Rate {
    ///     fn at(&self, _: u64) -> f64 { self.0 }
    /// }
    /// let rates = Elementwise::<f64>::on(Rate(0.1), |tensor: &Tensor| tensor.name == "intercept").otherwise(Rate(0.5));
    /// let mut layout = Layout::default();
    /// layout.push("intercept", &[1]);
    /// layout.push("coefficients", &[1]);
    /// let (rule, mut u) = (Fused(rates), [1.0, 1.0]);
    /// let mut state = Update::<f64>::init(&rule, &layout)?;
    /// rule.update(&mut u, &[0.0, 0.0], &mut state, &Context::new(0, &layout))?;
    /// assert_eq!(u, [-0.1, -0.5]);
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn otherwise<O>(self, rule: O) -> (Self, On<O, impl Fn(&Tensor) -> bool + Copy + Send + Sync>) {
        let chosen = self.tensors;
        (self, On::new(rule, move |tensor: &Tensor| !chosen(tensor)))
    }
}

impl<T: Real, E: Elementwise<T>, F: Fn(&Tensor) -> bool + Copy + Send + Sync> Elementwise<T> for On<E, F> {
    type Slots = E::Slots;
    type Constants = (bool, E::Constants);
    const NEEDS: Needs = E::NEEDS;

    fn constants(&self, context: &Context<'_, T>, tensor: &Tensor) -> Self::Constants {
        ((self.tensors)(tensor), self.rule.constants(context, tensor))
    }

    #[inline(always)]
    fn apply((chosen, constants): &Self::Constants, g: T, p: T, slots: &mut E::Slots) -> T {
        let mut after = *slots;
        let out = E::apply(constants, g, p, &mut after);
        if *chosen {
            *slots = after;
        }
        if *chosen { out } else { g }
    }

    #[inline(always)]
    fn metric((chosen, constants): &Self::Constants, slots: &E::Slots) -> T {
        let d = E::metric(constants, slots);
        if *chosen { d } else { T::ONE }
    }

    const VIEWS: bool = E::VIEWS;
    #[inline(always)]
    fn view(&self, slots: &E::Slots, p: T) -> T {
        // The slots of the others stay 0, where a view is p.
        self.rule.view(slots, p)
    }
}

/// The chosen tensors, the rule's state over them, and room for their entries.
#[derive(Clone, Debug)]
pub struct OnState<T, S> {
    inner: S,
    /// The chosen tensors, close together.
    layout: Layout,
    /// Where they lie in the whole vector.
    places: Vec<Range<usize>>,
    u: Vec<T>,
    p: Vec<T>,
}

impl<T: Real, S: Checkpoint> Checkpoint for OnState<T, S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.inner.visit(archive)
    }
}

/// The metric of the whole vector, seen from the chosen tensors.
struct Chosen<'a, T> {
    context: &'a Context<'a, T>,
    layout: &'a Layout,
    places: &'a [Range<usize>],
}

impl<T: Real> Metric<T> for Chosen<'_, T> {
    fn scale(&self, range: Range<usize>, out: &mut [T]) {
        for (i, tensor, piece) in self.layout.pieces(range.clone()) {
            let shift = self.places[i].start - tensor.range.start;
            let out = &mut out[piece.start - range.start..piece.end - range.start];
            self.context.scale(piece.start + shift..piece.end + shift, out);
        }
    }
}

impl<T: Real, U: Update<T>, F: Fn(&Tensor) -> bool + Send + Sync> Update<T> for On<U, F> {
    type State = OnState<T, U::State>;
    const NEEDS: Needs = U::NEEDS;

    fn init(&self, layout: &Layout) -> Result<Self::State> {
        let (mut chosen, mut places) = (Layout::default(), Vec::new());
        for tensor in layout.tensors().iter().filter(|tensor| (self.tensors)(tensor)) {
            chosen.push(&tensor.name, &tensor.shape);
            places.push(tensor.range.clone());
        }
        let room = || vec![T::ZERO; chosen.len()];
        Ok(OnState { inner: self.rule.init(&chosen)?, u: room(), p: room(), layout: chosen, places })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let OnState { inner, layout, places, u: chosen_u, p: chosen_p } = s;
        gather(u, layout, places, chosen_u);
        gather(p, layout, places, chosen_p);
        let metric = Chosen { context, layout, places };
        let seen = Context { layout, metric: context.metric.map(|_| &metric as _), ..*context };
        self.rule.update(chosen_u, chosen_p, inner, &seen)?;
        scatter(chosen_u, layout, places, u);
        Ok(())
    }

    fn repeats(&self, step: u64) -> bool {
        self.rule.repeats(step)
    }

    fn evaluation_view(&self, s: &mut Self::State, view: &mut [T]) {
        gather(view, &s.layout, &s.places, &mut s.p);
        self.rule.evaluation_view(&mut s.inner, &mut s.p);
        scatter(&s.p, &s.layout, &s.places, view);
    }

    fn metric(&self, s: &Self::State, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        let metric = Chosen { context, layout: &s.layout, places: &s.places };
        let seen = Context { layout: &s.layout, metric: context.metric.map(|_| &metric as _), ..*context };
        for (tensor, place) in s.layout.tensors().iter().zip(&s.places) {
            let shared = place.start.max(range.start)..place.end.min(range.end);
            if !shared.is_empty() {
                let out = &mut out[shared.start - range.start..shared.end - range.start];
                let at = |j: usize| j - place.start + tensor.range.start;
                self.rule.metric(&s.inner, &seen, at(shared.start)..at(shared.end), out);
            }
        }
    }
}

fn gather<T: Real>(whole: &[T], layout: &Layout, places: &[Range<usize>], chosen: &mut [T]) {
    for (tensor, place) in layout.tensors().iter().zip(places) {
        chosen[tensor.range.clone()].copy_from_slice(&whole[place.clone()]);
    }
}

fn scatter<T: Real>(chosen: &[T], layout: &Layout, places: &[Range<usize>], whole: &mut [T]) {
    for (tensor, place) in layout.tensors().iter().zip(places) {
        whole[place.clone()].copy_from_slice(&chosen[tensor.range.clone()]);
    }
}
