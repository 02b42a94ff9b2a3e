//! [`Scaled`]: any objective in scaled parameters z = x/s, for methods whose steps depend on the units of the columns.

use faer::MatMut;
use thalweg_core::{Error, Gradient, Halt, Hessian, Objective, Real, Result, Verification, check_shape};

/// F̃(z) = F(s∘z): the gradient becomes s∘∇F and the Hessian diag(s) ∇²F diag(s). With s = 1/√diag(∇²F) every parameter has curvature 1, and
/// first-order methods no longer see in which unit a column was measured.
///
/// Values are those of F, and verification speaks of x, so that certificates and gradients are reported in the caller's units.
pub struct Scaled<'a, T, O: ?Sized> {
    objective: &'a mut O,
    scale: Vec<T>,
    x: Vec<T>,
}

impl<'a, T: Real, O: Hessian<T> + ?Sized> Scaled<'a, T, O> {
    /// With the factors s, one a parameter.
    ///
    /// # Errors
    /// A wrong number of factors; one that is not positive and finite.
    pub fn new(objective: &'a mut O, scale: Vec<T>) -> Result<Self> {
        check_shape("number of scale factors", objective.dim(), scale.len())?;
        if let Some(bad) = scale.iter().find(|s| !(s.is_finite() && **s > T::ZERO)) {
            return Err(Error::invalid_parameter("scale", bad, "every factor must be a finite number > 0"));
        }
        let x = vec![T::ZERO; scale.len()];
        Ok(Self { objective, scale, x })
    }

    /// x ← s∘z, in place.
    pub fn to_original(&self, z: &mut [T]) {
        for (z, s) in z.iter_mut().zip(&self.scale) {
            *z *= *s;
        }
    }

    /// z ← x/s, in place.
    pub fn to_scaled(&self, x: &mut [T]) {
        for (x, s) in x.iter_mut().zip(&self.scale) {
            *x /= *s;
        }
    }

    /// The point in the caller's units.
    fn place(&mut self, z: &[T]) {
        for ((x, z), s) in self.x.iter_mut().zip(z).zip(&self.scale) {
            *x = *z * *s;
        }
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Objective<T> for Scaled<'_, T, O> {
    fn dim(&self) -> usize {
        self.scale.len()
    }

    fn value(&mut self, z: &[T]) -> Result<T, Halt> {
        self.place(z);
        self.objective.value(&self.x)
    }

    fn verify(&mut self, z: &[T]) -> Result<Verification, Halt> {
        self.place(z);
        self.objective.verify(&self.x)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Gradient<T> for Scaled<'_, T, O> {
    fn value_gradient(&mut self, z: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.place(z);
        let value = self.objective.value_gradient(&self.x, g)?;
        self.to_original(g);
        Ok(value)
    }
}

impl<T: Real, O: Hessian<T> + ?Sized> Hessian<T> for Scaled<'_, T, O> {
    fn value_gradient_hessian(&mut self, z: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        self.place(z);
        let value = self.objective.value_gradient_hessian(&self.x, g, h.as_mut())?;
        self.to_original(g);
        for j in 0..self.scale.len() {
            for i in 0..self.scale.len() {
                h[(i, j)] *= self.scale[i] * self.scale[j];
            }
        }
        Ok(value)
    }
}
