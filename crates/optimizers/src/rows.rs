//! [`Rows`]: what a point of a linear model is to the rows of its data.

use thalweg_core::{Archive, Checkpoint, Halt, Real, Result, RowComposite, Want, visit_slice};

/// η, w ℓ′/W and w ℓ″/W of every row, laid out as in [`RowComposite`].
#[derive(Clone, Debug)]
pub(crate) struct Rows<T> {
    pub(crate) eta: Vec<T>,
    pub(crate) slopes: Vec<T>,
    pub(crate) curvature: Vec<T>,
}

impl<T: Real> Rows<T> {
    /// Room for n rows of as many predictors.
    pub(crate) fn new(n: usize, outputs: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        let values = n * outputs;
        Self { eta: zeros(values), slopes: zeros(values), curvature: zeros(values * outputs) }
    }

    /// The mean loss at η; slopes and curvature follow.
    pub(crate) fn evaluate<O: RowComposite<T> + ?Sized>(&mut self, objective: &mut O) -> Result<T, Halt> {
        objective.rows(&self.eta, Want::Curvature, &mut self.slopes, &mut self.curvature)
    }
}

impl<T: Real> Checkpoint for Rows<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "eta", &mut self.eta)?;
        visit_slice(archive, "slopes", &mut self.slopes)?;
        visit_slice(archive, "curvature", &mut self.curvature)
    }
}
