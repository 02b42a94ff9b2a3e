//! [`Violation`]: which law an item breaks, and the inputs and values that show it.

use core::fmt;

/// What a law returns.
pub type Verdict = Result<(), Violation>;

/// A broken law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The law's name.
    pub law: &'static str,
    /// The item that breaks it.
    pub item: String,
    /// The inputs and values that show it.
    pub evidence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` breaks the law `{}`: {}", self.item, self.law, self.evidence)
    }
}

impl std::error::Error for Violation {}

/// A law about to be checked on an item.
#[derive(Copy, Clone)]
pub(crate) struct Law<'a> {
    pub(crate) name: &'static str,
    pub(crate) item: &'a str,
}

impl Law<'_> {
    /// `Err` with this evidence unless the law holds here.
    pub(crate) fn require(&self, holds: bool, evidence: impl FnOnce() -> String) -> Verdict {
        if holds { Ok(()) } else { self.broken(evidence()) }
    }

    /// `Err` with this evidence.
    pub(crate) fn broken(&self, evidence: String) -> Verdict {
        Err(self.violation(evidence))
    }

    pub(crate) fn violation(&self, evidence: String) -> Violation {
        Violation { law: self.name, item: self.item.to_owned(), evidence }
    }

    /// The value of a result that the law needs; an error breaks it.
    pub(crate) fn expect<V, E: fmt::Display>(
        &self,
        what: &str,
        result: Result<V, E>,
    ) -> Result<V, Violation> {
        result.map_err(|error| self.violation(format!("{what}: {error}")))
    }
}
