//! [`JetSpace`]: the monomials in n variables up to a degree, and which of them each product of two is.

use std::collections::HashMap;
use std::sync::Arc;

use thalweg_core::{Error, Result};

/// The most entries of a product table: 128 MB.
const MAX_PRODUCTS: usize = 1 << 25;

/// The monomials hᵃ = h₁^a₁ ⋯ h_n^a_n of degree |a| ≤ order, by degree and, within a degree, with higher powers of the earlier variables first,
/// with the table of their products, made once and shared by every series of the space.
///
/// There are C(n + order, order) monomials and C(2n + order, order) products.
///
/// ```
/// use thalweg_autodiff::taylor::JetSpace;
/// let space = JetSpace::new(2, 2)?;
/// assert_eq!(space.len(), 6);
/// assert_eq!(space.monomial(4), Some(&[1, 1][..]));
/// assert!(JetSpace::new(100, 20).is_err());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct JetSpace(Arc<Tables>);

#[derive(Debug)]
struct Tables {
    variables: usize,
    order: usize,
    /// The exponents, `variables` a monomial.
    exponents: Vec<u32>,
    /// Where each degree starts; one more than there are degrees.
    degrees: Vec<usize>,
    /// Each monomial but the first is the one of this index times this variable.
    parents: Vec<(u32, u32)>,
    /// The index of each monomial.
    index: HashMap<Box<[u32]>, u32>,
    /// The products of monomial i with those of the degrees that its own leaves room for, in order, from `rows[i]` on.
    products: Vec<u32>,
    rows: Vec<usize>,
}

/// The number of products, C(2·variables + order, order), unless it is too large.
fn products(variables: usize, order: usize) -> Option<usize> {
    let least = order.min(variables.checked_mul(2)?);
    let rest = variables.checked_mul(2)?.checked_add(order)? - least;
    // Every factor of the product is at least 1: it has been too large once it is.
    (1..=least).try_fold(1_usize, |c, i| {
        let c = c.checked_mul(rest + i)? / i;
        (c <= MAX_PRODUCTS).then_some(c)
    })
}

impl JetSpace {
    /// The space of polynomials in `variables` ≥ 1 variables of degree `order`.
    ///
    /// # Errors
    /// No variables, or more products than memory should hold (2²⁵).
    pub fn new(variables: usize, order: usize) -> Result<Self> {
        if variables == 0 {
            return Err(Error::invalid_parameter(
                "variables",
                0,
                "at least 1; use the value of the function",
            ));
        }
        if products(variables, order).is_none() {
            return Err(Error::invalid_parameter(
                "order",
                order,
                &format!(
                    "polynomials in {variables} variables of this degree have more than {MAX_PRODUCTS} products of monomials; lower the \
                     order, or expand along straight lines by taylor_along"
                ),
            ));
        }
        Ok(Self(Arc::new(Tables::new(variables, order))))
    }

    /// The number of variables.
    #[must_use]
    pub fn variables(&self) -> usize {
        self.0.variables
    }

    /// The highest degree.
    #[must_use]
    pub fn order(&self) -> usize {
        self.0.order
    }

    /// The number of monomials.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // There always is the constant.
    pub fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// The exponents of the monomial of this index.
    #[must_use]
    pub fn monomial(&self, index: usize) -> Option<&[u32]> {
        let n = self.0.variables;
        self.0.exponents.get(index.checked_mul(n)?..index.checked_add(1)?.checked_mul(n)?)
    }

    /// The index of the monomial with these exponents, if its degree is at most the order.
    #[must_use]
    pub fn index(&self, exponents: &[u32]) -> Option<usize> {
        self.0.index.get(exponents).map(|&i| i as usize)
    }

    /// Whether both have the same monomials.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.variables(), self.order()) == (other.variables(), other.order())
    }

    /// Where the monomials of degree k stand.
    #[inline(always)]
    pub(crate) fn degree(&self, k: usize) -> core::ops::Range<usize> {
        self.0.degrees[k]..self.0.degrees[k + 1]
    }

    /// The number of monomials of degree at most k.
    #[inline(always)]
    pub(crate) fn up_to(&self, k: usize) -> usize {
        self.0.degrees[k + 1]
    }

    /// The products of monomial i with the first monomials.
    #[inline(always)]
    pub(crate) fn row(&self, i: usize) -> &[u32] {
        let end = self.0.rows.get(i + 1).copied().unwrap_or(self.0.products.len());
        &self.0.products[self.0.rows[i]..end]
    }

    /// The monomial (its index) and the variable of which monomial i ≥ 1 is the product.
    pub(crate) fn parent(&self, i: usize) -> (usize, usize) {
        let (monomial, variable) = self.0.parents[i];
        (monomial as usize, variable as usize)
    }
}

impl Tables {
    fn new(n: usize, order: usize) -> Self {
        let mut exponents = vec![0; n];
        let (mut degrees, mut parents) = (vec![0, 1], vec![(0, 0)]);
        let mut index: HashMap<Box<[u32]>, u32> = HashMap::from([(vec![0; n].into(), 0)]);
        // By variables not before the last one in it, each monomial is made once and in order.
        let mut last = vec![0];
        for _ in 0..order {
            let range = degrees[degrees.len() - 2]..degrees[degrees.len() - 1];
            for i in range {
                for v in last[i]..n {
                    let mut monomial = exponents[i * n..(i + 1) * n].to_vec();
                    monomial[v] += 1;
                    index.insert(monomial.clone().into(), parents.len() as u32);
                    exponents.extend(monomial);
                    parents.push((i as u32, v as u32));
                    last.push(v);
                }
            }
            degrees.push(parents.len());
        }
        // Monomial i times variable v.
        let below = degrees[order];
        let mut times = Vec::with_capacity(below * n);
        for i in 0..below {
            for v in 0..n {
                let mut monomial = exponents[i * n..(i + 1) * n].to_vec();
                monomial[v] += 1;
                times.push(index.get(&monomial[..]).copied().unwrap_or(0));
            }
        }
        let (mut products, mut rows) = (Vec::new(), Vec::with_capacity(parents.len()));
        let mut degree = 0;
        for i in 0..parents.len() {
            degree += usize::from(i == degrees[degree + 1]);
            rows.push(products.len());
            let length = degrees[order - degree + 1];
            if i == 0 {
                products.extend(0..length as u32);
                continue;
            }
            let (parent, v) = parents[i];
            let row = rows[parent as usize];
            for j in 0..length {
                products.push(times[products[row + j] as usize * n + v as usize]);
            }
        }
        Self { variables: n, order, exponents, degrees, parents, index, products, rows }
    }
}
