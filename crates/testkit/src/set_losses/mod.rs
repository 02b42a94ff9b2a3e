//! Laws of losses of a whole data set, whose rows hang together. [`all`] checks every one; each is also a function of its own.

use thalweg_core::{Block, Datafit, Dual, Properties, Result, Want};

use crate::numeric::normals;
use crate::violation::{Law, Verdict, Violation};

mod derivatives;
mod hessians;
mod invariance;
mod precision;
mod shapes;
mod stability;

pub use derivatives::{derivatives_match_definition, derivatives_match_differences};
pub use hessians::{hessians_are_symmetric, self_concordance_is_honest};
pub use invariance::{levels_agree, rows_permute, shifts_are_honest, threads_do_not_matter};
pub use precision::single_precision_agrees;
pub use shapes::shapes_are_checked;
pub use stability::extremes_are_stable;

/// Makes the loss from targets (row-major), groups and weights.
pub type Make<T> = Box<dyn Fn(&[T], Option<&[u32]>, Option<&[T]>) -> Result<Box<dyn Datafit<T>>>>;

/// A number that carries a second derivative.
pub type Dual2 = Dual<Dual<f64, 1>, 1>;

/// Σwℓ of these data at predictors η as the definition of the loss reads, at any cost.
pub type Definition = Box<dyn Fn(&Data, &[Dual2]) -> Dual2>;

/// The data of a set loss.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The targets, row-major.
    pub targets: Vec<f64>,
    /// Which rows belong together.
    pub groups: Option<Vec<u32>>,
    /// The weights.
    pub weights: Option<Vec<f64>>,
}

impl Data {
    /// The weight of a row.
    #[must_use]
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[row])
    }

    /// The group of a row.
    #[must_use]
    pub fn group(&self, row: usize) -> u32 {
        self.groups.as_ref().map_or(0, |g| g[row])
    }
}

/// A set loss under test.
pub struct Subject {
    /// The name violations are reported under.
    pub name: String,
    /// The loss in double precision.
    pub wide: Make<f64>,
    /// The same loss in single precision.
    pub narrow: Option<Make<f32>>,
    /// Data that it admits.
    pub data: Vec<Data>,
    /// Targets of a row that are finite and must be refused.
    pub refused: Vec<Vec<f64>>,
    /// What it should be, over dual numbers.
    pub definition: Option<Definition>,
    /// True if adding a constant to all predictors of a group changes nothing.
    pub shift_invariant: bool,
    /// Moves predictors, all rows of them, off the points where a loss that is not smooth has no derivative. Default: leaves them.
    pub place: fn(&mut [f64]),
}

/// Data, their loss and predictors.
type Case<'a> = (&'a Data, Box<dyn Datafit<f64>>, Vec<f64>);

/// Value, gradient, diagonal blocks of the Hessian.
pub(crate) struct At {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) curvature: Vec<f64>,
}

impl Subject {
    /// A set loss with data that it admits.
    #[must_use]
    pub fn new(name: &str, wide: Make<f64>, data: Vec<Data>) -> Self {
        Self {
            name: name.to_owned(),
            wide,
            narrow: None,
            data,
            refused: Vec::new(),
            definition: None,
            shift_invariant: false,
            place: |_| (),
        }
    }

    fn law(&self, name: &'static str) -> Law<'_> {
        Law { name, item: &self.name }
    }

    /// The loss of these data.
    fn made(&self, law: Law<'_>, data: &Data) -> core::result::Result<Box<dyn Datafit<f64>>, Violation> {
        law.expect("the loss", (self.wide)(&data.targets, data.groups.as_deref(), data.weights.as_deref()))
    }

    /// Predictors of several sizes for every data set.
    fn cases(&self, law: Law<'_>) -> core::result::Result<Vec<Case<'_>>, Violation> {
        let mut cases = Vec::new();
        for (index, data) in self.data.iter().enumerate() {
            for (size, scale) in [0.3, 1.0, 4.0].into_iter().enumerate() {
                let loss = self.made(law, data)?;
                let count = loss.rows() * loss.outputs();
                let mut eta = normals("sets", (10 * index + size) as u64, count, scale);
                (self.place)(&mut eta);
                cases.push((data, loss, eta));
            }
        }
        Ok(cases)
    }
}

fn evaluate(loss: &dyn Datafit<f64>, eta: &[f64], want: Want) -> At {
    let (n, k) = (loss.rows(), loss.outputs());
    let mut at = At {
        value: f64::NAN,
        gradient: vec![f64::NAN; if want >= Want::Gradient { n * k } else { 0 }],
        curvature: vec![f64::NAN; if want >= Want::Fisher { n * k * k } else { 0 }],
    };
    let mut out = Block { value: f64::NAN, gradient: &mut at.gradient, curvature: &mut at.curvature };
    loss.evaluate(0..n, eta, want, &mut out);
    at.value = out.value;
    at
}

/// Hv, if the loss knows it.
fn action(loss: &dyn Datafit<f64>, eta: &[f64], v: &[f64]) -> Option<Vec<f64>> {
    let mut out = vec![f64::NAN; v.len()];
    loss.hessian_action(eta, v, &mut out).then_some(out)
}

/// A random direction of length 1.
fn direction(purpose: &str, index: usize, count: usize) -> Vec<f64> {
    let v = normals(purpose, index as u64, count, 1.0);
    let length = dot(&v, &v).sqrt();
    v.iter().map(|v| v / length).collect()
}

fn along(eta: &[f64], v: &[f64], t: f64) -> Vec<f64> {
    eta.iter().zip(v).map(|(eta, v)| eta + t * v).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m, x| x.abs().max(m))
}

/// Σ|aᵢbᵢ|: what the rounding of aᵀb is relative to.
fn terms(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}

fn properties(loss: &dyn Datafit<f64>) -> Properties<f64> {
    loss.properties()
}

/// Every law of set losses; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all(subject: &Subject) -> Verdict {
    derivatives_match_definition(subject)?;
    derivatives_match_differences(subject)?;
    hessians_are_symmetric(subject)?;
    self_concordance_is_honest(subject)?;
    levels_agree(subject)?;
    rows_permute(subject)?;
    shifts_are_honest(subject)?;
    threads_do_not_matter(subject)?;
    extremes_are_stable(subject)?;
    single_precision_agrees(subject)?;
    shapes_are_checked(subject)
}
