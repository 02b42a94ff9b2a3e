//! [`Judge`]: what certifies the fits of a path.

use thalweg_core::{ColumnProducts, Expanded, Halt, Penalised, Result, Verified};

use super::search::Problem;

/// Certificates from the rows, or by the products of all columns where they are at hand.
pub(super) struct Judge<'j, 'd> {
    rows: &'j Penalised<'d, f64>,
    /// The loss by the products of all columns.
    expanded: Option<Expanded<'j, 'd, f64>>,
}

impl Judge<'_, '_> {
    /// By the products; from the rows where that leaves more than `target` open.
    pub(super) fn verify_many(&self, points: &[(f64, &[f64])], target: f64) -> Result<Vec<Verified<f64>>> {
        let Some(expanded) = &self.expanded else { return self.rows.verify_many(points) };
        let mut verified = expanded.verify_many(points)?;
        let proven = |v: &Verified<f64>| v.verification.certificate.bound().is_some_and(|b| b <= target);
        let open: Vec<usize> = (0..points.len()).filter(|k| !proven(&verified[*k])).collect();
        let again: Vec<(f64, &[f64])> = open.iter().map(|k| points[*k]).collect();
        for (k, v) in open.iter().zip(self.rows.verify_many(&again)?) {
            verified[*k] = v;
        }
        Ok(verified)
    }
}

impl<'p> Problem<'p> {
    /// Two objectives, for the rows and for the products.
    pub(super) fn judges(&self) -> Result<[Penalised<'p, f64>; 2]> {
        let one = || Penalised::new(self.design, self.datafit, self.penalty, 0.0);
        Ok([one()?, one()?])
    }

    pub(super) fn judge<'j>(
        &self,
        [rows, around]: &'j mut [Penalised<'p, f64>; 2],
        products: Option<&'j ColumnProducts<f64>>,
    ) -> Result<Judge<'j, 'p>> {
        let expanded = match products {
            Some(products) => input(around.expanded(products, &self.null.x))?.flatten(),
            None => None,
        };
        Ok(Judge { rows, expanded })
    }
}

/// Wrong input is an error; anything else that ends a search is `None`.
pub(super) fn input<R>(result: Result<R, Halt>) -> Result<Option<R>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Halt::Input(error)) => Err(error),
        Err(_) => Ok(None),
    }
}
