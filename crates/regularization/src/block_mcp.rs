//! Block MCP Σ MCP(‖b_g‖; λf_g): whole groups enter or leave the model, and large ones are not shrunk. [`Mcp`] of
//! [group norms](crate::NonconvexGroups).
//!
//! Source: Breheny and Huang, Stat. Comput. 25 (2015), their group MCP.

use thalweg_core::{Penalty, Real, Result};

use crate::groups::{Groups, SIZE};
use crate::mcp::{GAMMA, Mcp};
use crate::{Make, NonconvexGroups, PenaltyEntry};

/// [`Mcp`] of the norms of groups.
pub type BlockMcp = NonconvexGroups<Mcp>;

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "block-mcp",
    summary: "minimax concave penalty of group norms: groups enter or leave together, large ones unshrunk; not convex",
    parameters: &[SIZE, GAMMA],
    example: "block-mcp:size=3,gamma=2.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(BlockMcp::of(Mcp::new(values[1])?, Groups::sized(values[0])?)))
}
