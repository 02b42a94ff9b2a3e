//! Numbers as people read them, in the style of the command line.

/// With so many significant digits: plain where that is short, else as `1.23e-7`; whole numbers without decimals, `n/a` for NaN.
///
/// ```
/// use thalweg_report::number::general;
/// assert_eq!(general(1234.5678, 6), "1234.57");
/// assert_eq!(general(0.0870, 4), "0.08700");
/// assert_eq!(general(1.5e-7, 3), "1.50e-7");
/// assert_eq!(general(f64::NAN, 3), "n/a");
/// ```
#[must_use]
pub fn general(x: f64, digits: usize) -> String {
    match x {
        _ if x.is_nan() => return "n/a".to_owned(),
        f64::INFINITY => return "inf".to_owned(),
        f64::NEG_INFINITY => return "-inf".to_owned(),
        0.0 => return "0".to_owned(),
        _ if x.fract() == 0.0 && x.abs() < 1e7 => return format!("{x}"),
        _ => {}
    }
    let scientific = format!("{:.*e}", digits.saturating_sub(1), x);
    let exponent = exponent_of(&scientific);
    if !(-4..9).contains(&exponent) {
        return scientific;
    }
    let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
    format!("{x:.decimals$}")
}

/// [`general`] without trailing zeros after the point.
///
/// ```
/// assert_eq!(thalweg_report::number::trimmed(0.0870, 4), "0.087");
/// ```
#[must_use]
pub fn trimmed(x: f64, digits: usize) -> String {
    let text = general(x, digits);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A count with a comma every three digits.
///
/// ```
/// assert_eq!(thalweg_report::number::count(1_000_000), "1,000,000");
/// ```
#[must_use]
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The label of a tick on an axis whose step is a small integer times 10^`power` and whose largest tick is `largest`
/// in absolute value: all labels of one axis have the same number of decimals, or as few digits as they need before an exponent.
pub(crate) fn tick(x: f64, power: i32, largest: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if largest < 1e6 && power >= -5 {
        return format!("{x:.*}", usize::try_from(-power).unwrap_or(0));
    }
    let exponent = exponent_of(&format!("{x:e}"));
    let text = format!("{x:.*e}", usize::try_from(exponent - power).unwrap_or(0));
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => {
            format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// With the minus sign that printers use; for pictures only, where nobody copies numbers from.
pub(crate) fn typographic(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

fn exponent_of(scientific: &str) -> i32 {
    scientific.rsplit('e').next().and_then(|e| e.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{count, general, tick, trimmed};

    #[test]
    fn numbers_read_well() {
        assert_eq!(general(934.0, 6), "934");
        assert_eq!(trimmed(4.000_000_000_1, 7), "4");
        assert_eq!((general(-2.5, 3), trimmed(-2.5, 3)), ("-2.50".into(), "-2.5".into()));
        assert_eq!(general(1e12, 3), "1.00e12");
        assert_eq!(general(f64::NEG_INFINITY, 3), "-inf");
        assert_eq!((count(0), count(999), count(1000)), ("0".into(), "999".into(), "1,000".into()));
    }

    #[test]
    fn ticks_of_one_axis_share_their_decimals() {
        assert_eq!(tick(0.5, -1, 1.0), "0.5");
        assert_eq!(tick(1.0, -1, 1.0), "1.0");
        assert_eq!(tick(20.0, 1, 40.0), "20");
        assert_eq!(tick(1.5e6, 5, 2e6), "1.5e6");
        assert_eq!(tick(2e6, 5, 2e6), "2e6");
        assert_eq!(tick(2e-7, -7, 4e-7), "2e-7");
        assert_eq!(tick(0.0, -1, 1.0), "0");
    }
}
