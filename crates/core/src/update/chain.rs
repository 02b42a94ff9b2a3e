//! Chains: a tuple of updates is an update whose state is the tuple of states.

use core::ops::Range;

use super::{Context, Layout, Metric, Needs, Update};
use crate::checkpoint::{Archive, Checkpoint, visit_scoped};
use crate::error::Result;
use crate::minimizer::Halt;
use crate::real::Real;

/// The metric of a rule behind whatever came before it.
struct Behind<'a, T: Real, U: Update<T>> {
    rule: &'a U,
    state: &'a U::State,
    context: &'a Context<'a, T>,
}

impl<T: Real, U: Update<T>> Metric<T> for Behind<'_, T, U> {
    fn scale(&self, range: Range<usize>, out: &mut [T]) {
        self.context.scale(range.clone(), out);
        self.rule.metric(self.state, self.context, range, out);
    }
}

impl Checkpoint for () {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

/// Every rule in turn sees the metric of those before it; only the last may write the parameters.
macro_rules! chain {
    ($($rule:ident $at:tt)+; $last:ident $end:tt) => {
        impl<$($rule: Checkpoint,)+ $last: Checkpoint> Checkpoint for ($($rule,)+ $last) {
            fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
                // Two rules of a chain may well call a field by the same name.
                $(visit_scoped(archive, stringify!($at), &mut self.$at)?;)+
                visit_scoped(archive, stringify!($end), &mut self.$end)
            }
        }

        impl<T: Real, $($rule: Update<T>,)+ $last: Update<T>> Update<T> for ($($rule,)+ $last) {
            type State = ($($rule::State,)+ $last::State);
            const NEEDS: Needs = $last::NEEDS$(.or($rule::NEEDS))+;

            fn init(&self, layout: &Layout) -> Result<Self::State> {
                Ok(($(self.$at.init(layout)?,)+ self.$end.init(layout)?))
            }

            fn update(
                &self,
                u: &mut [T],
                p: &[T],
                state: &mut Self::State,
                context: &Context<'_, T>,
            ) -> Result<(), Halt> {
                let context = *context;
                $(
                    self.$at.update(u, p, &mut state.$at, &context)?;
                    let behind = Behind { rule: &self.$at, state: &state.$at, context: &context };
                    let context = Context { metric: Some(&behind), ..context };
                )+
                self.$end.update(u, p, &mut state.$end, &context)
            }

            fn advance(
                &self,
                p: &mut [T],
                u: &mut [T],
                state: &mut Self::State,
                context: &Context<'_, T>,
            ) -> Result<(), Halt> {
                let context = *context;
                $(
                    self.$at.update(u, p, &mut state.$at, &context)?;
                    let behind = Behind { rule: &self.$at, state: &state.$at, context: &context };
                    let context = Context { metric: Some(&behind), ..context };
                )+
                self.$end.advance(p, u, &mut state.$end, &context)
            }

            fn repeats(&self, step: u64) -> bool {
                $(self.$at.repeats(step) ||)+ self.$end.repeats(step)
            }

            fn evaluation_view(&self, state: &mut Self::State, view: &mut [T]) {
                $(self.$at.evaluation_view(&mut state.$at, view);)+
                self.$end.evaluation_view(&mut state.$end, view);
            }

            fn metric(&self, state: &Self::State, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
                let context = *context;
                $(
                    self.$at.metric(&state.$at, &context, range.clone(), out);
                    let behind = Behind { rule: &self.$at, state: &state.$at, context: &context };
                    let context = Context { metric: Some(&behind), ..context };
                )+
                self.$end.metric(&state.$end, &context, range, out);
            }
        }
    };
}

chain! { A 0; B 1 }
chain! { A 0 B 1; C 2 }
chain! { A 0 B 1 C 2; D 3 }
chain! { A 0 B 1 C 2 D 3; E 4 }
chain! { A 0 B 1 C 2 D 3 E 4; F 5 }
