//! [`Spy`]: a composite objective that counts every evaluation that reaches it, whatever the driver's own count says.

use thalweg_core::{
    Composite, Design, Halt, LinearComposite, Objective, Penalty, Properties, Real, RowComposite, Step, Want,
};

/// Forwards to `inner` and counts.
pub(super) struct Spy<'a, O: ?Sized> {
    inner: &'a mut O,
    pub(super) evaluations: u64,
}

impl<'a, O: ?Sized> Spy<'a, O> {
    pub(super) fn new(inner: &'a mut O) -> Self {
        Self { inner, evaluations: 0 }
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Objective<T> for Spy<'_, O> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.value(x)
    }
}

impl<T: Real, O: Composite<T> + ?Sized> Composite<T> for Spy<'_, O> {
    fn smooth(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.smooth(x, g)
    }
    fn penalty_value(&self, x: &[T]) -> T {
        self.inner.penalty_value(x)
    }
    fn prox(&self, v: &mut [T], step: Step<'_, T>) {
        self.inner.prox(v, step);
    }
    fn metric(&self, out: &mut [T]) -> thalweg_core::Result<()> {
        self.inner.metric(out)
    }
    fn stationarity(&self, x: &[T], g: &[T]) -> T {
        self.inner.stationarity(x, g)
    }
}

impl<T: Real, O: RowComposite<T> + ?Sized> RowComposite<T> for Spy<'_, O> {
    fn design(&self) -> &Design<'_, T> {
        self.inner.design()
    }
    fn penalty(&self) -> &dyn Penalty<T> {
        self.inner.penalty()
    }
    fn lambda(&self) -> T {
        self.inner.lambda()
    }
    fn total_weight(&self) -> T {
        self.inner.total_weight()
    }
    fn weights(&self, out: &mut [T]) {
        self.inner.weights(out);
    }
    fn properties(&self) -> Properties<T> {
        self.inner.properties()
    }
    fn predict(&self, x: &[T], eta: &mut [T]) {
        self.inner.predict(x, eta);
    }
    fn rows(&mut self, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> Result<T, Halt> {
        self.evaluations += 1;
        self.inner.rows(eta, want, slopes, curvature)
    }
    fn apply_transpose(&self, u: &[T], g: &mut [T]) {
        self.inner.apply_transpose(u, g);
    }
    fn predictor_bound(&self, x: &[T]) -> T {
        self.inner.predictor_bound(x)
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> LinearComposite<T> for Spy<'_, O> {
    fn prox_rows(&mut self, v: &[T], t: T, out: &mut [T]) -> Result<(), Halt> {
        self.evaluations += 1;
        self.inner.prox_rows(v, t, out)
    }
    fn gram_limit(&self) -> usize {
        self.inner.gram_limit()
    }
    fn gram(&mut self, columns: &[usize], h: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.inner.gram(columns, h, out)
    }
}
