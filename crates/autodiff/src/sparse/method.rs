//! [`Method`] and [`Compression`]: how a sparse derivative is compressed, and how well.

use core::fmt;

use thalweg_core::{Error, Result};

use super::coloring::{Coloring, Order};

/// How directions are chosen and entries recovered.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Columns that share no row are added up; entries are read off.
    Columns,
    /// Rows that share no column are added up, by reverse sweeps; entries are read off.
    Rows,
    /// Some columns and some rows, by [`bicoloring`](super::coloring::bicoloring); entries are read off.
    Both,
    /// A star coloring of a symmetric matrix; entries are read off.
    Star,
    /// An acyclic coloring of a symmetric matrix; entries by substitution, whose rounding errors add up along the trees.
    Acyclic,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Columns => "distance-2 coloring of columns",
            Self::Rows => "distance-2 coloring of rows",
            Self::Both => "star bicoloring of columns and rows",
            Self::Star => "star coloring",
            Self::Acyclic => "acyclic coloring",
        })
    }
}

impl Method {
    pub(crate) fn needs_symmetry(self) -> Error {
        Error::Unsupported {
            what: format!("a {self} of a Jacobian"),
            why: "it is for symmetric matrices".to_owned(),
            remedy: "choose Method::Columns, Method::Rows or Method::Both".to_owned(),
        }
    }
}

/// The coloring of a plan. `Display` says which in one line.
///
/// ```
/// use thalweg_autodiff::{Program, sparse::SparseJacobian};
/// let program = Program::trace_vector(3, 0, |p, _| p.windows(2).map(|x| x[1] - x[0]).collect())?;
/// let jacobian = SparseJacobian::<f64>::new(&program)?;
/// assert_eq!(jacobian.compression().to_string(), "distance-2 coloring of columns, natural order: 2 colours");
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compression {
    method: Method,
    order: Order,
    coloring: Coloring,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {} colours", self.method, self.order, self.coloring.count())
    }
}

impl Compression {
    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The order of the greedy coloring.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// The coloring: of columns, for [`Method::Rows`] of rows, for [`Method::Both`] of columns and then rows.
    #[must_use]
    pub fn coloring(&self) -> &Coloring {
        &self.coloring
    }

    /// The coloring of fewest colours over all orders, the first of equals. Stops where `least` colours, which no coloring can beat, are
    /// reached.
    pub(crate) fn best(
        method: Method,
        least: usize,
        color: impl Fn(Order) -> Result<Coloring>,
    ) -> Result<Self> {
        let with = |order| Ok(Self { method, order, coloring: color(order)? });
        let mut best = with(Order::ALL[0])?;
        for &order in &Order::ALL[1..] {
            if best.coloring.count() <= least {
                break;
            }
            best = best.or_fewer(with(order)?);
        }
        Ok(best)
    }

    /// The one of fewer colours; this one of equals.
    pub(crate) fn or_fewer(self, other: Self) -> Self {
        if other.coloring.count() < self.coloring.count() { other } else { self }
    }
}
