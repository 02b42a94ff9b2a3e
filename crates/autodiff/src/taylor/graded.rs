//! [`Graded`]: truncated series by degree, on which every recurrence is written once.
//!
//! A series is u = u₀ + u₁ + … + u_d with u_k homogeneous of degree k: one coefficient for a series in one variable, a form in n variables
//! for a polynomial in n. The product respects degrees, (uw)_m = Σ u_k w_{m−k}, and the Euler operator E, (Eu)_k = k·u_k, obeys the product
//! rule. An identity f' = g(u)·u' of a function therefore is Ef = g(u)·Eu, read degree by degree, whatever the number of variables: each
//! elementary function costs one to four products.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 13; Knuth, *The Art of Computer Programming* 2, 4.7.

use core::ops::Range;

use thalweg_core::Scalar;

/// A truncated series, its coefficients stored by ascending degree.
pub(crate) trait Graded: Clone {
    /// The coefficients.
    type Coefficient: Scalar;

    /// The highest degree kept.
    fn order(&self) -> usize;
    /// The series 0 of the same shape.
    fn zero(&self) -> Self;
    /// All coefficients; the constant one comes first.
    fn coefficients(&self) -> &[Self::Coefficient];
    /// All coefficients, to write.
    fn coefficients_mut(&mut self) -> &mut [Self::Coefficient];
    /// Where the coefficients of degree k stand.
    fn degree(&self, k: usize) -> Range<usize>;

    /// `self`·`other`.
    fn product(&self, other: &Self) -> Self;
    /// The R series f with these constant coefficients whose others follow from the lower ones: coefficient i, of degree m, is
    /// finish(i, m, Σ_{k<m} f_k·weight(k)_{m−k}), all R at once. `weight(r, k, j)` is coefficient j, of degree at least 1, of what multiplies
    /// degree k of the r-th series. Degrees come in ascending order, each as a whole.
    fn solve<const R: usize>(
        &self,
        leading: [Self::Coefficient; R],
        weight: impl Fn(usize, Self::Coefficient, usize) -> Self::Coefficient,
        finish: impl FnMut(usize, usize, [Self::Coefficient; R]) -> [Self::Coefficient; R],
    ) -> [Self; R];
    /// Adds what f_k contributes to f² beside its products with f₀: 2·f_k·f_j to degree k + j for 1 ≤ j < k, and f_k². Nothing for k = 0.
    fn push_square(&mut self, k: usize, f: &Self);

    /// The constant coefficient.
    #[inline(always)]
    fn leading(&self) -> Self::Coefficient {
        self.coefficients()[0]
    }
    /// The same series with another constant coefficient.
    #[inline(always)]
    fn with_leading(mut self, leading: Self::Coefficient) -> Self {
        self.coefficients_mut()[0] = leading;
        self
    }
    /// The constant series c of the same shape.
    #[inline(always)]
    fn constant(&self, c: Self::Coefficient) -> Self {
        self.zero().with_leading(c)
    }
    /// Every coefficient through `f`.
    #[inline(always)]
    fn map(mut self, f: impl Fn(Self::Coefficient) -> Self::Coefficient) -> Self {
        self.coefficients_mut().iter_mut().for_each(|c| *c = f(*c));
        self
    }
    /// Every pair of coefficients through `f`.
    #[inline(always)]
    fn zip(
        mut self,
        other: &Self,
        f: impl Fn(Self::Coefficient, Self::Coefficient) -> Self::Coefficient,
    ) -> Self {
        self.coefficients_mut().iter_mut().zip(other.coefficients()).for_each(|(c, &d)| *c = f(*c, d));
        self
    }
    /// `self` + `other`.
    #[inline(always)]
    fn plus(self, other: &Self) -> Self {
        self.zip(other, |c, d| c + d)
    }
    /// `self` − `other`.
    #[inline(always)]
    fn minus(self, other: &Self) -> Self {
        self.zip(other, |c, d| c - d)
    }
    /// s·`self`.
    #[inline(always)]
    fn scaled(self, s: Self::Coefficient) -> Self {
        self.map(|c| s * c)
    }
    /// c + `self`.
    #[inline(always)]
    fn shifted(self, c: Self::Coefficient) -> Self {
        let leading = c + self.leading();
        self.with_leading(leading)
    }
    /// The coefficients of degree k through `f`, which is given their places.
    #[inline(always)]
    fn fill(&mut self, k: usize, f: impl Fn(usize) -> Self::Coefficient) {
        for i in self.degree(k) {
            self.coefficients_mut()[i] = f(i);
        }
    }
    /// The Euler operator: (Eu)_k = k·u_k.
    #[inline(always)]
    fn euler(&self) -> Self {
        let mut e = self.clone();
        for k in 0..=self.order() {
            let weight = Self::Coefficient::of(k as f64);
            e.fill(k, |i| weight * self.coefficients()[i]);
        }
        e
    }
    /// The series with E·series = `self` beyond its constant coefficient, which is given.
    #[inline(always)]
    fn integral(&self, leading: Self::Coefficient) -> Self {
        let mut f = self.clone().with_leading(leading);
        for k in 1..=self.order() {
            let weight = Self::Coefficient::of(k as f64);
            f.fill(k, |i| self.coefficients()[i] / weight);
        }
        f
    }
}
