//! Groups of coefficients and their factors f_g, which all penalties over groups share; they may be made once the number of coefficients is
//! known.

use thalweg_core::{Blocks, Error, Parameter, Real, Result};

use crate::whole::UNKNOWN;

/// The groups g and their factors f_g = √|g| or 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Groups {
    pub(crate) blocks: Blocks,
    /// The size of groups that are made when the number of coefficients is known; 0 for one group of all.
    size: usize,
    rooted: bool,
    pub(crate) outputs: usize,
}

impl Groups {
    /// With the factors √|g|, by which a group of pure noise enters as easily as any other.
    pub(crate) fn new(blocks: Blocks) -> Self {
        Self { blocks, size: 1, rooted: true, outputs: 1 }
    }

    /// With the factors 1.
    pub(crate) fn unit(self) -> Self {
        Self { rooted: false, ..self }
    }

    /// One group of all p coefficients, with the factor 1.
    ///
    /// # Errors
    /// p = 0.
    pub(crate) fn whole(p: usize) -> Result<Self> {
        Ok(Self::new(Blocks::of_sizes(&[p])?).unit())
    }

    /// The rows of B: p×K, held row-major, with the factors 1.
    ///
    /// # Errors
    /// K = 0.
    pub(crate) fn multitask(p: usize, outputs: usize) -> Result<Self> {
        let blocks = Blocks::of_sizes(&vec![outputs; p])?;
        Ok(Self { outputs, ..Self::new(blocks).unit() })
    }

    /// Groups of this many neighbouring coefficients each, 0 for one group of all, once p is known.
    pub(crate) fn of_size(size: usize) -> Self {
        Self { size, ..Self::new(UNKNOWN) }
    }

    /// The same for the value of the parameter [`SIZE`].
    ///
    /// # Errors
    /// No whole number ≥ 1.
    pub(crate) fn sized(size: f64) -> Result<Self> {
        if size >= 1.0 && size.fract() == 0.0 && size < 1e15 {
            Ok(Self::of_size(size as usize))
        } else {
            Err(Error::invalid_parameter(SIZE.name, size, SIZE.rule))
        }
    }

    /// The same over p coefficients, if they were made without knowing p.
    ///
    /// # Errors
    /// A p that the size of the groups does not divide.
    pub(crate) fn over(&self, p: usize) -> Result<Option<Self>> {
        if self.blocks != UNKNOWN {
            return Ok(None);
        }
        let blocks = match self.size {
            0 => Blocks::of_sizes(&[p]),
            size if p.is_multiple_of(size) => Blocks::of_sizes(&vec![size; p / size]),
            size => {
                let rule = format!("it must divide the number of coefficients, {p}");
                Err(Error::invalid_parameter(SIZE.name, size, &rule))
            }
        }?;
        Ok(Some(Self { blocks, ..self.clone() }))
    }

    /// f_g of a group of this size.
    pub(crate) fn factor<T: Real>(&self, size: usize) -> T {
        if self.rooted { T::of(size as f64).sqrt() } else { T::ONE }
    }
}

pub(crate) const SIZE: Parameter = Parameter {
    name: "size",
    default: 1.0,
    rule: "it must be a whole number >= 1 that divides the number of coefficients",
    summary: "neighbouring coefficients in each group",
};
