//! [`OrdinalLink`]: the distribution function F of a cumulative link model, and −ln P of one row with its derivatives.

use thalweg_core::{Error, Result, math};

/// F of P(y ≤ k) = F(θₖ − s).
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum OrdinalLink {
    /// F(z) = 1/(1 + e⁻ᶻ): the odds of y ≤ k are proportional.
    Logit,
    /// F = Φ: a normal latent variable.
    Probit,
    /// F(z) = 1 − exp(−eᶻ): the hazards are proportional.
    Cloglog,
}

/// −ln P of a row of class y at α = θ_{y−1} − s and β = θ_y − s, P = F(β) − F(α).
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) value: f64,
    /// f(α)/P, the derivative in α; 0 in the first class.
    pub(super) lower: f64,
    /// f(β)/P, minus the derivative in β; 0 in the last class.
    pub(super) upper: f64,
    /// The second derivatives in α and in β. The mixed one is −lower·upper.
    pub(super) bend: [f64; 2],
    /// The second derivative in s.
    pub(super) curvature: f64,
}

/// e·x, and 0 where x is, even at an infinite e.
fn times(e: f64, x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { e * x }
}

impl OrdinalLink {
    pub(super) fn named(name: &str) -> Result<Self> {
        let all = [Self::Logit, Self::Probit, Self::Cloglog];
        all.into_iter()
            .find(|link| link.name() == name)
            .ok_or_else(|| Error::unknown_name("link of an ordinal model", name, all.map(Self::name)))
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logit => "logit",
            Self::Probit => "probit",
            Self::Cloglog => "cloglog",
        }
    }

    /// F⁻¹ of a probability, given with its complement.
    pub(super) fn quantile(self, below: f64, above: f64) -> f64 {
        match self {
            Self::Logit => math::ln(below / above),
            Self::Probit if below < above => math::normal_quantile(below),
            Self::Probit => -math::normal_quantile(above),
            Self::Cloglog => math::ln(-math::ln(above)),
        }
    }

    /// ln f.
    fn ln_density(self, z: f64) -> f64 {
        match self {
            Self::Logit => -math::softplus(z) - math::softplus(-z),
            // ½ ln 2π.
            Self::Probit => -0.5 * z * z - 0.918_938_533_204_672_8,
            Self::Cloglog => z - math::exp(z),
        }
    }

    /// f′/f.
    fn ln_density_slope(self, z: f64) -> f64 {
        match self {
            Self::Logit => -math::tanh(0.5 * z),
            Self::Probit => -z,
            Self::Cloglog => -math::exp_m1(z),
        }
    }

    /// ln F.
    fn ln_below(self, z: f64) -> f64 {
        match self {
            Self::Logit => -math::softplus(-z),
            Self::Probit => math::normal_ln_cdf(z),
            Self::Cloglog => math::log1mexp(math::exp(z)),
        }
    }

    /// ln(1 − F).
    fn ln_above(self, z: f64) -> f64 {
        match self {
            Self::Logit => -math::softplus(z),
            Self::Probit => math::normal_ln_cdf(-z),
            Self::Cloglog => -math::exp(z),
        }
    }

    /// ln(F(b) − F(a)) for a < b, from terms that do not cancel.
    fn ln_between(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Logit => self.ln_below(b) + self.ln_above(a) + math::log1mexp(b - a),
            Self::Probit => {
                // In the lower tail, where both logarithms are far from 0.
                let (low, high) = if a + b > 0.0 { (-b, -a) } else { (a, b) };
                let top = math::normal_ln_cdf(high);
                top + math::log1mexp(top - math::normal_ln_cdf(low))
            }
            // e^b − e^a = e^a (e^(b − a) − 1).
            Self::Cloglog => self.ln_above(a) + math::log1mexp(math::exp(a) * math::exp_m1(b - a)),
        }
    }

    /// ln P; −∞ where the thresholds are out of order.
    fn ln_probability(self, lower: Option<f64>, upper: Option<f64>) -> f64 {
        match (lower, upper) {
            (None, None) => 0.0,
            (None, Some(b)) => self.ln_below(b),
            (Some(a), None) => self.ln_above(a),
            (Some(a), Some(b)) if a < b => self.ln_between(a, b),
            _ => f64::NEG_INFINITY,
        }
    }

    /// Value and derivatives; the value alone where P vanishes.
    pub(super) fn row(self, lower: Option<f64>, upper: Option<f64>) -> Row {
        let ln_p = self.ln_probability(lower, upper);
        if !ln_p.is_finite() {
            return Row { value: f64::INFINITY, ..Row::default() };
        }
        let share = |z: Option<f64>| z.map_or(0.0, |z| math::exp(self.ln_density(z) - ln_p));
        let slope = |z: Option<f64>| z.map_or(0.0, |z| self.ln_density_slope(z));
        let (u, v) = (share(upper), share(lower));
        let (up, down) = (times(slope(upper), u), times(slope(lower), v));
        let both = u - v;
        Row {
            value: -ln_p,
            lower: v,
            upper: u,
            bend: [down + v * v, u * u - up],
            curvature: down - up + both * both,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OrdinalLink;
    use thalweg_core::{Result, Rowwise, Want};

    /// The logit's value is that of the loss `cumulative-link`, whose parameters are a score, a threshold and a log-distance.
    #[test]
    fn the_logit_is_the_loss_of_the_catalogue() -> Result<()> {
        let loss = thalweg_losses::CumulativeLink::new(3)?;
        for (s, first, distance) in [(0.3, -1.0, 2.0), (-20.0, 0.5, 1e-3), (25.0, -0.5, 30.0)] {
            let eta: [f64; 3] = [s, first, f64::ln(distance)];
            let second = first + distance;
            let ends =
                [(None, Some(first - s)), (Some(first - s), Some(second - s)), (Some(second - s), None)];
            for (class, (a, b)) in ends.into_iter().enumerate() {
                let theirs: f64 = loss.row(&[class as f64], &eta, Want::Value, &mut [], &mut []);
                let ours = OrdinalLink::Logit.row(a, b).value;
                assert!((ours - theirs).abs() <= 1e-11 * theirs.max(1.0), "{class}: {ours} {theirs}");
            }
        }
        Ok(())
    }

    /// Slopes and curvatures against central differences of the values and of the slopes.
    #[test]
    fn derivatives_are_those_of_the_value() {
        let h = 1e-6;
        for link in [OrdinalLink::Logit, OrdinalLink::Probit, OrdinalLink::Cloglog] {
            for (a, b) in [(-1.0, 0.5), (0.2, 1.1), (-4.0, -3.0), (1.0, 1.6)] {
                for (lower, upper) in [(None, Some(b)), (Some(a), Some(b)), (Some(a), None)] {
                    let at = |da: f64, db: f64| link.row(lower.map(|a| a + da), upper.map(|b| b + db));
                    let difference = |high: f64, low: f64| (high - low) / (2.0 * h);
                    let row = at(0.0, 0.0);
                    let close = |ours: f64, other: f64| {
                        assert!((ours - other).abs() <= 1e-7 * (1.0 + ours.abs()), "{link:?} {ours} {other}");
                    };
                    close(row.lower, difference(at(h, 0.0).value, at(-h, 0.0).value));
                    close(-row.upper, difference(at(0.0, h).value, at(0.0, -h).value));
                    close(row.bend[0], difference(at(h, 0.0).lower, at(-h, 0.0).lower));
                    close(row.bend[1], -difference(at(0.0, h).upper, at(0.0, -h).upper));
                    close(-row.lower * row.upper, difference(at(0.0, h).lower, at(0.0, -h).lower));
                    let slope = |d: f64| at(-d, -d).upper - at(-d, -d).lower;
                    close(row.curvature, difference(slope(h), slope(-h)));
                }
            }
        }
    }
}
