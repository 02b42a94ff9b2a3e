//! [`prox_conjugate`]: Moreau's identity.

use thalweg_core::{Penalty, Real, Result, Step, check_shape};

/// v ← argmin_u P*(u; λ) + ‖u − v‖²/(2t) = v − t·prox_P(v/t; 1/t) on one block, for a convex P: what primal-dual methods ask for.
/// `scratch` is as long as v.
///
/// Source: Moreau, *Proximité et dualité dans un espace hilbertien*, Bull. Soc. Math. France 93 (1965).
///
/// ```
/// use thalweg_regularization::{L1, prox_conjugate};
/// // The conjugate of λ‖·‖₁ is the indicator of the box [−λ, λ].
/// let mut v = [3.0, -0.5];
/// prox_conjugate(&L1, 0, &mut v, 2.0, 1.0, &mut [0.0; 2])?;
/// assert_eq!(v, [1.0, -0.5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A scratch of another length.
pub fn prox_conjugate<T: Real, P: Penalty<T> + ?Sized>(
    penalty: &P,
    block: usize,
    v: &mut [T],
    t: T,
    lambda: T,
    scratch: &mut [T],
) -> Result<()> {
    check_shape("length of the scratch", v.len(), scratch.len())?;
    scratch.iter_mut().zip(v.iter()).for_each(|(z, v)| *z = *v / t);
    penalty.prox(block, scratch, Step::Scalar(t.recip()), lambda);
    v.iter_mut().zip(scratch.iter()).for_each(|(v, z)| *v -= t * *z);
    Ok(())
}
