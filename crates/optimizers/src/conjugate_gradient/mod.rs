//! Nonlinear conjugate gradients: d ← −g + βd with one of five β, each in its file. A step costs some 10n flops beside the evaluation.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed., section 5.2; Hager and Zhang, *A survey of nonlinear conjugate gradient methods*, Pacific J.
//! Optim. 2 (2006).

use thalweg_core::{Archive, Checkpoint, Halt, Real, Result, vector, visit_real};

use crate::descent::{Descent, Direction, Moved, cautious};
use crate::line_search::StrongWolfe;

pub(crate) mod dai_yuan;
pub(crate) mod fletcher_reeves;
pub(crate) mod hager_zhang;
pub(crate) mod hestenes_stiefel;
pub(crate) mod polak_ribiere;

/// How much of the last direction the next one keeps.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Beta {
    /// ‖g₁‖²/‖g₀‖², with Powell's restart.
    FletcherReeves,
    /// max(0, g₁ᵀy/‖g₀‖²).
    PolakRibiere,
    /// max(0, g₁ᵀy/dᵀy).
    HestenesStiefel,
    /// ‖g₁‖²/dᵀy, with Powell's restart.
    DaiYuan,
    /// That of CG_DESCENT; the default.
    #[default]
    HagerZhang,
}

/// The direction −g + βd.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct ConjugateGradient {
    /// β.
    pub beta: Beta,
}

/// The search that conjugate directions need: it comes nearer to the minimum along the line than a quasi-Newton method asks for.
pub(crate) fn method(beta: Beta) -> Descent<ConjugateGradient> {
    let search = StrongWolfe { curvature: 0.1, ..StrongWolfe::default() };
    Descent { direction: ConjugateGradient { beta }, search }
}

/// What the formulas are made of: g₀, d before the step, g₁ after it, y = g₁ − g₀.
pub(crate) struct Products<T> {
    /// ‖g₁‖².
    new_square: T,
    /// ‖g₀‖².
    old_square: T,
    /// g₁ᵀg₀.
    gg: T,
    /// g₁ᵀy.
    gy: T,
    /// dᵀy.
    dy: T,
    /// g₁ᵀd.
    gd: T,
    /// ‖y‖².
    yy: T,
    /// ‖d‖².
    dd: T,
}

impl<T: Real> Products<T> {
    fn of(step: &Moved<'_, T>) -> Self {
        let ([old, new], d) = (step.gradient, step.direction);
        let (new_square, old_square) = (vector::norm2_squared(new), vector::norm2_squared(old));
        let (gg, gd) = (vector::dot(new, old), vector::dot(new, d));
        // Differences of the vectors, not of their products: near the minimum those cancel.
        let (mut gy, mut yy, mut dy) = (T::ZERO, T::ZERO, T::ZERO);
        for ((g1, g0), d) in new.iter().zip(old).zip(d) {
            let y = *g1 - *g0;
            gy += *g1 * y;
            yy += y * y;
            dy += *d * y;
        }
        Self { new_square, old_square, gg, gy, dy, gd, yy, dd: vector::norm2_squared(d) }
    }
}

/// β for the next direction, and the last step's length times its slope, from which the next first step follows.
#[derive(Clone, Debug)]
pub struct State<T> {
    beta: T,
    fall: T,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_real(archive, "beta", &mut self.beta)?;
        visit_real(archive, "fall", &mut self.fall)
    }
}

impl<T: Real> Direction<T> for ConjugateGradient {
    type State = State<T>;

    fn name(&self) -> &'static str {
        match self.beta {
            Beta::FletcherReeves => fletcher_reeves::ENTRY.name,
            Beta::PolakRibiere => polak_ribiere::ENTRY.name,
            Beta::HestenesStiefel => hestenes_stiefel::ENTRY.name,
            Beta::DaiYuan => dai_yuan::ENTRY.name,
            Beta::HagerZhang => hager_zhang::ENTRY.name,
        }
    }

    fn init(&self, _: usize) -> Result<State<T>, Halt> {
        Ok(State { beta: T::ZERO, fall: T::ZERO })
    }

    fn direction(&self, s: &mut State<T>, g: &[T], d: &mut [T]) -> T {
        let beta = s.beta;
        d.iter_mut().zip(g).for_each(|(d, g)| *d = if beta == T::ZERO { -*g } else { beta * *d - *g });
        // As large a first-order change as the last step made (Nocedal and Wright, eq. 3.60).
        let first = s.fall / vector::dot(g, d);
        if first > T::ZERO && first.is_finite() { first } else { cautious(d) }
    }

    fn accepted(&self, s: &mut State<T>, step: &Moved<'_, T>) {
        let k = Products::of(step);
        let beta = match self.beta {
            Beta::FletcherReeves => fletcher_reeves::beta(&k),
            Beta::PolakRibiere => polak_ribiere::beta(&k),
            Beta::HestenesStiefel => hestenes_stiefel::beta(&k),
            Beta::DaiYuan => dai_yuan::beta(&k),
            Beta::HagerZhang => hager_zhang::beta(&k),
        };
        s.beta = if beta.is_finite() { beta } else { T::ZERO };
        s.fall = step.t * vector::dot(step.gradient[0], step.direction);
    }

    fn forget(&self, s: &mut State<T>) -> bool {
        s.fall = T::ZERO;
        core::mem::replace(&mut s.beta, T::ZERO) != T::ZERO
    }
}
