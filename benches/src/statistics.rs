//! [`Sample`]: median, least and greatest of repeated measurements.

/// What repetitions of one measurement say. Noise only ever adds time, so the spread is given as it is, not as a standard error.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Sample {
    /// The median.
    pub median: f64,
    /// The least value.
    pub lo: f64,
    /// The greatest value.
    pub hi: f64,
}

impl Sample {
    /// Of at least one measurement; NaN if there is none.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (Some(&lo), Some(&hi)) = (values.first(), values.last()) else { return Self::exactly(f64::NAN) };
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) };
        Self { median, lo, hi }
    }

    /// A number that has no spread, such as a count.
    #[must_use]
    pub const fn exactly(value: f64) -> Self {
        Self { median: value, lo: value, hi: value }
    }

    /// Every measurement times a positive factor.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { median: self.median * factor, lo: self.lo * factor, hi: self.hi * factor }
    }

    /// Work a second from seconds: the shortest time is the greatest rate.
    #[must_use]
    pub fn rate(self, work: f64) -> Self {
        Self { median: work / self.median, lo: work / self.hi, hi: work / self.lo }
    }
}

/// Σ values, compensated (Neumaier 1974): the error is that of one rounding, so sums serve as references.
#[must_use]
pub fn exact_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(Sample::of(vec![3.0, 1.0, 2.0]), Sample { median: 2.0, lo: 1.0, hi: 3.0 });
        assert_eq!(Sample::of(vec![4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert!(Sample::of(Vec::new()).median.is_nan());
    }

    #[test]
    fn a_rate_turns_the_spread_around() {
        let rate = Sample { median: 2.0, lo: 1.0, hi: 4.0 }.rate(8.0);
        assert_eq!(rate, Sample { median: 4.0, lo: 2.0, hi: 8.0 });
    }

    #[test]
    fn sums_survive_cancellation() {
        assert_eq!(exact_sum([1e16, 1.0, 1.0, -1e16]), 2.0);
    }
}
