//! [`GradientCheck`]: what was compared, and the largest discrepancy.

use core::fmt;

/// Two ways to the same derivative.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// Reverse mode against extrapolated central differences of f.
    FiniteDifference,
    /// Reverse mode against the complex step.
    ComplexStep,
    /// Reverse mode against forward mode.
    Reverse,
    /// ⟨Jv, w⟩ by forward mode against ⟨v, Jᵀw⟩ by reverse mode.
    DotProduct,
    /// The Hessian–vector product of reverse mode against differences of the gradient.
    SecondDifference,
    /// The Hessian–vector product of forward mode against that of reverse mode.
    SecondReverse,
    /// ⟨w, Hv⟩ against ⟨v, Hw⟩.
    Symmetry,
}

impl Check {
    /// What the tolerance is made of.
    #[must_use]
    pub const fn tolerance(self) -> &'static str {
        match self {
            Self::FiniteDifference | Self::SecondDifference => {
                "eight times the estimated error of the difference and 64 roundings of the largest derivative"
            }
            _ => "64 roundings of the largest derivative",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FiniteDifference => "finite differences",
            Self::ComplexStep => "complex step",
            Self::Reverse => "reverse against forward",
            Self::DotProduct => "dot product",
            Self::SecondDifference => "differences of the gradient",
            Self::SecondReverse => "second order, reverse against forward",
            Self::Symmetry => "symmetry of the Hessian",
        })
    }
}

/// Two numbers that should be one.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Discrepancy {
    /// The entry of the gradient or product; the number of the comparison for dot products.
    pub index: usize,
    /// What the check expects.
    pub expected: f64,
    /// What was found.
    pub found: f64,
    /// How far apart they may be.
    pub tolerance: f64,
}

impl Discrepancy {
    /// The distance in tolerances: more than 1 is wrong.
    #[must_use]
    pub fn severity(&self) -> f64 {
        let distance = (self.found - self.expected).abs();
        if self.found == self.expected {
            0.0
        } else if distance.is_nan() {
            f64::INFINITY
        } else {
            distance / self.tolerance
        }
    }
}

/// The outcome of one [`Check`].
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// The number of comparisons.
    pub compared: usize,
    /// The number of entries for which the check does not exist: at a kink or the edge of a domain, or without a complex continuation.
    pub skipped: usize,
    /// The largest discrepancy, in tolerances.
    pub worst: Option<Discrepancy>,
}

impl Finding {
    pub(super) const fn new(check: Check) -> Self {
        Self { check, compared: 0, skipped: 0, worst: None }
    }

    /// Compares; an expectation that is none is skipped.
    pub(super) fn compare(&mut self, index: usize, expected: Option<f64>, found: f64, tolerance: f64) {
        let Some(expected) = expected else {
            self.skipped += 1;
            return;
        };
        self.compared += 1;
        let discrepancy = Discrepancy { index, expected, found, tolerance };
        if self.worst.is_none_or(|worst| discrepancy.severity() > worst.severity()) {
            self.worst = Some(discrepancy);
        }
    }

    /// Whether nothing differs by more than its tolerance.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.worst.is_none_or(|worst| worst.severity() <= 1.0)
    }
}

/// The findings of a check of derivatives. `Display` prints a line for each.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct GradientCheck {
    /// One for each kind of comparison.
    pub findings: Vec<Finding>,
}

impl GradientCheck {
    /// Whether nothing differs by more than its tolerance, and something was compared with the function itself: by differences or the complex step.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        let independent = |finding: &Finding| {
            matches!(finding.check, Check::FiniteDifference | Check::ComplexStep) && finding.compared > 0
        };
        self.findings.iter().all(Finding::is_ok) && self.findings.iter().any(independent)
    }

    /// The largest discrepancy, in tolerances.
    #[must_use]
    pub fn worst(&self) -> Option<&Finding> {
        let severity = |finding: &Finding| finding.worst.map_or(0.0, |worst| worst.severity());
        self.findings.iter().max_by(|a, b| severity(a).total_cmp(&severity(b)))
    }
}

impl fmt::Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let verdict = match (finding.is_ok(), finding.compared) {
                (_, 0) => "not possible",
                (true, _) => "ok",
                (false, _) => "WRONG",
            };
            write!(f, "{}: {verdict}, {} compared", finding.check, finding.compared)?;
            if finding.skipped > 0 {
                write!(f, ", {} skipped", finding.skipped)?;
            }
            if let Some(worst) = finding.worst {
                let Discrepancy { index, expected, found, tolerance } = worst;
                write!(f, "; worst at {index}: {found:e}, expected {expected:e} ± {tolerance:.1e}")?;
                if !finding.is_ok() {
                    write!(f, " ({})", finding.check.tolerance())?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
