//! Gradient centralisation: the gradient of a unit's weights has mean 0. One more read of matrices.
//!
//! Source: Yong, Huang, Hua and Zhang, *Gradient centralization*, ECCV 2020, equation 1; optax's `centralize`.

use thalweg_core::{Context, Halt, Layout, Real, Result, Tensor, Update, vector};

use super::blockwise::Ranges;

/// uᵢ ← uᵢ − mean(uᵢ) for each unit i of a tensor of two or more dimensions; vectors, numbers and units of one weight pass unchanged, to the
/// bit.
///
/// A unit is what feeds one output: a column of a matrix p×K (column-major), in more dimensions all entries that share the last index. In
/// memory this is optax's row of a matrix K×p.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let mut layout = Layout::default();
/// layout.push("bias", &[2]);
/// layout.push("weights", &[2, 2]);
/// let rule = thalweg_optimizers::Centralize;
/// let (mut u, mut state) = ([1.0, 3.0, 1.0, 3.0, 0.0, 8.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 6], &mut state, &Context::new(0, &layout))?;
/// assert_eq!(u, [1.0, 3.0, -1.0, 1.0, -4.0, 4.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Centralize;

impl<T: Real> Update<T> for Centralize {
    type State = Ranges;

    fn init(&self, layout: &Layout) -> Result<Ranges> {
        Ok(Ranges::units(layout))
    }

    fn update(&self, u: &mut [T], p: &[T], units: &mut Ranges, context: &Context<'_, T>) -> Result<(), Halt> {
        context.check(u, p)?;
        let tensors = context.layout.tensors();
        units.each(context.par, u, &|range, u| {
            // The tensor that the unit lies in; units are few beside entries.
            let tensor = tensors.get(tensors.partition_point(|tensor| tensor.range.end <= range.start));
            if tensor.is_some_and(|tensor| is_column(tensor, u.len())) {
                let mean = vector::sum(u) / T::of(u.len() as f64);
                u.iter_mut().for_each(|u| *u -= mean);
            }
            true
        })?;
        Ok(())
    }
}

/// True if a unit of this length is one of several dimensions' columns, of more than one entry.
fn is_column(tensor: &Tensor, length: usize) -> bool {
    match tensor.shape[..] {
        [_, .., units] => length > 1 && length * units == tensor.range.len(),
        _ => false,
    }
}
