//! [`Axis`]: from a number to its place in the picture, and the ticks that let a reader go back.

use thalweg_core::math::ln;
use thalweg_core::{Error, Result};

use crate::number::{tick, typographic};

/// How an axis spaces its numbers.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps for equal differences.
    #[default]
    Linear,
    /// Equal steps for equal ratios; numbers must be positive.
    Log,
}

/// A range of numbers over a range of the picture.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    /// Where the picture's range starts and ends.
    ends: (f64, f64),
    /// Whether numbers fall from start to end.
    falls: bool,
}

/// One tick: its value and its label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// Numbers beyond this are left out of pictures: differences of such numbers overflow.
const LARGEST: f64 = 1e300;

/// Whether a number has a place on a linear axis.
pub(crate) fn drawable(x: f64) -> bool {
    x.abs() <= LARGEST
}

/// The least and the largest drawable number; `None` without any.
pub(crate) fn extent(numbers: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.into_iter().filter(|x| drawable(*x)).fold(None, |hull, x| match hull {
        None => Some((x, x)),
        Some((low, high)) => Some((x.min(low), x.max(high))),
    })
}

/// The smallest interval around two.
pub(crate) fn hull(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// `Err` for the first number that has no place on an axis of this scale.
pub(crate) fn check_scale(scale: Scale, what: &str, numbers: &[f64]) -> Result<()> {
    let bad = |x: &f64| scale == Scale::Log && *x <= 0.0;
    match numbers.iter().position(bad) {
        None => Ok(()),
        Some(row) => Err(Error::OutsideDomain {
            what: what.to_owned(),
            row,
            value: numbers.get(row).copied().unwrap_or(f64::NAN),
            rule: "a logarithmic axis shows positive numbers only".to_owned(),
            remedy: "leave it out or use a linear axis".to_owned(),
        }),
    }
}

impl Axis {
    /// The range from `low` to `high`, widened by the share `pad` on both sides, and around a single number.
    pub(crate) fn new(scale: Scale, (low, high): (f64, f64), pad: f64) -> Self {
        let mut axis = Self { scale, low, high, ends: (0.0, 1.0), falls: false };
        let (low, high) = (axis.transform(low), axis.transform(high));
        let size = low.abs().max(high.abs());
        let (low, high) = if high - low > 1e-10 * size && high - low > 1e-290 {
            (low - pad * (high - low), high + pad * (high - low))
        } else {
            let half = if size < 1e-290 || scale == Scale::Log { 1.0 } else { 0.1 * size };
            (low - half, high + half)
        };
        (axis.low, axis.high) = (low, high);
        axis
    }

    /// The same range between two places of the picture.
    pub(crate) fn between(self, start: f64, end: f64) -> Self {
        Self { ends: (start, end), ..self }
    }

    /// The same range the other way round.
    pub(crate) fn reversed(self) -> Self {
        Self { falls: !self.falls, ..self }
    }

    /// The place of a number.
    pub(crate) fn at(&self, x: f64) -> f64 {
        let share = (self.transform(x) - self.low) / (self.high - self.low);
        let share = if self.falls { 1.0 - share } else { share };
        self.ends.0 + share * (self.ends.1 - self.ends.0)
    }

    pub(crate) const fn ends(&self) -> (f64, f64) {
        self.ends
    }

    /// The range in the axis's own numbers.
    pub(crate) fn range(&self) -> (f64, f64) {
        match self.scale {
            Scale::Linear => (self.low, self.high),
            Scale::Log => (thalweg_core::math::exp(self.low), thalweg_core::math::exp(self.high)),
        }
    }

    /// Whether a number lies in the range.
    pub(crate) fn holds(&self, x: f64) -> bool {
        (self.low..=self.high).contains(&self.transform(x))
    }

    fn transform(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Linear => x,
            Scale::Log => ln(x),
        }
    }

    /// At most `most` + 1 ticks at round numbers.
    pub(crate) fn ticks(&self, most: usize) -> Vec<Tick> {
        match self.scale {
            Scale::Linear => linear_ticks(self.low, self.high, most),
            Scale::Log => {
                let (low, high) = self.range();
                log_ticks(low, high, most)
            }
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten (Heckbert 1990, *Nice numbers for graph labels*).
fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let (unit, power) = nice_step((high - low) / most.max(1) as f64);
    let ten = power_of_ten(power.abs());
    let value = |i: f64| if power >= 0 { i * unit * ten } else { i * unit / ten };
    let step = value(1.0);
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    let count = (last - first).clamp(-1.0, most as f64 + 1.0) as i64;
    let largest = low.abs().max(high.abs());
    let tick_at = |k: i64| {
        let x = value(first + k as f64);
        Tick { value: x, label: typographic(&tick(x, power, largest)) }
    };
    (0..=count).map(tick_at).collect()
}

/// The least of 1, 2, 5 times a power of ten that is not below `raw`: the factor and the power.
pub(crate) fn nice_step(raw: f64) -> (f64, i32) {
    let mut power = raw.log10().floor() as i32;
    let ratio = raw / power_of_ten(power);
    let unit = match ratio {
        r if r <= 1.0 + 1e-9 => 1.0,
        r if r <= 2.0 + 1e-9 => 2.0,
        r if r <= 5.0 + 1e-9 => 5.0,
        _ => {
            power += 1;
            1.0
        }
    };
    (unit, power)
}

pub(crate) fn power_of_ten(power: i32) -> f64 {
    10.0_f64.powi(power)
}

/// Powers of ten over two decades or more, with 2 and 5 between over fewer, round numbers over less than one.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let (first, last) = (low.log10() - 1e-9, high.log10() + 1e-9);
    let decades = last - first;
    if decades < 0.9 {
        return linear_ticks(low, high, most).into_iter().filter(|tick| tick.value > 0.0).collect();
    }
    let units: &[f64] = if decades < 0.6 * most as f64 / 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let stride = (decades / most as f64).ceil().max(1.0) as usize;
    let plain = low >= 0.9e-4 && high <= 1.1e5;
    let powers = (first.floor() as i32..=last.ceil() as i32).filter(|p| p.rem_euclid(stride as i32) == 0);
    let candidates = powers.flat_map(|power| {
        units.iter().map(move |unit| {
            let value = if power >= 0 { unit * power_of_ten(power) } else { unit / power_of_ten(-power) };
            let label = if plain { format!("{value}") } else { format!("{unit}e{power}") };
            Tick { value, label: typographic(&label) }
        })
    });
    candidates.filter(|tick| (first..=last).contains(&tick.value.log10())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Axis, Scale, Tick};

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round() {
        let axis = |low, high| Axis::new(Scale::Linear, (low, high), 0.0);
        assert_eq!(labels(&axis(0.0, 1.0).ticks(5)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&axis(-3.1, 2.9).ticks(6)), ["−3", "−2", "−1", "0", "1", "2"]);
        assert_eq!(labels(&axis(0.0, 3.2e6).ticks(4)), ["0", "1e6", "2e6", "3e6"]);
        assert_eq!(labels(&axis(1e-7, 4e-7).ticks(4)), ["1e−7", "2e−7", "3e−7", "4e−7"]);
        assert_eq!(
            labels(&axis(0.4996, 0.5004).ticks(4)),
            ["0.4996", "0.4998", "0.5000", "0.5002", "0.5004"]
        );
    }

    #[test]
    fn log_ticks_suit_the_number_of_decades() {
        let axis = |low, high| Axis::new(Scale::Log, (low, high), 0.0);
        assert_eq!(labels(&axis(1e-8, 1.0).ticks(5)), ["1e−8", "1e−6", "1e−4", "1e−2", "1e0"]);
        assert_eq!(labels(&axis(0.01, 100.0).ticks(6)), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(&axis(1.0, 20.0).ticks(6)), ["1", "2", "5", "10", "20"]);
        assert_eq!(labels(&axis(2.0, 6.0).ticks(5)), ["2", "3", "4", "5", "6"]);
    }

    #[test]
    fn every_range_has_a_place_for_its_numbers() {
        for (low, high) in
            [(0.0, 0.0), (5.0, 5.0), (-1e300, 1e300), (1e-300, 2e-300), (0.0, 5e-324), (1e15, 1e15 + 1.0)]
        {
            let axis = Axis::new(Scale::Linear, (low, high), 0.05).between(10.0, 110.0);
            let (a, b) = (axis.at(low), axis.at(high));
            assert!(a >= 10.0 && b <= 110.0 && a <= b, "{low} {high}: {a} {b}");
            let ticks = axis.ticks(6);
            assert!((1..=8).contains(&ticks.len()), "{low} {high}: {ticks:?}");
        }
    }
}
