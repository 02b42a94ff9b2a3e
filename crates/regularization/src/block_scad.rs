//! Block SCAD Σ SCAD(‖b_g‖; λf_g): whole groups enter or leave the model, and large ones are not shrunk. [`Scad`] of
//! [group norms](crate::NonconvexGroups).
//!
//! Source: Breheny and Huang, Stat. Comput. 25 (2015), their group SCAD.

use thalweg_core::{Penalty, Real, Result};

use crate::groups::{Groups, SIZE};
use crate::scad::{A, Scad};
use crate::{Make, NonconvexGroups, PenaltyEntry};

/// [`Scad`] of the norms of groups.
pub type BlockScad = NonconvexGroups<Scad>;

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "block-scad",
    summary: "smoothly clipped penalty of group norms: groups enter or leave together, large ones unshrunk; not convex",
    parameters: &[SIZE, A],
    example: "block-scad:size=3,a=3.2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(BlockScad::of(Scad::new(values[1])?, Groups::sized(values[0])?)))
}
