//! Numbers as people read them.

pub use thalweg_report::number::{general, trimmed};

/// With so many decimals, or as [`general`] with `digits` where that takes more than `widest` characters.
pub fn fixed(x: f64, decimals: usize, digits: usize, widest: usize) -> String {
    if !x.is_finite() {
        return general(x, digits);
    }
    let plain = format!("{x:.decimals$}");
    let plain = if plain.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') && x < 0.0 {
        // No "-0.00".
        plain.trim_start_matches('-').to_owned()
    } else {
        plain
    };
    if plain.len() <= widest { plain } else { format!("{:.*e}", digits.saturating_sub(1), x) }
}

/// A p-value: four decimals, then two digits and an exponent, then a bound.
pub fn p_value(p: f64) -> String {
    match p {
        p if !p.is_finite() => String::new(),
        p if p < 1e-16 => "<1e-16".to_owned(),
        p if p < 0.000_95 => format!("{p:.1e}"),
        p => format!("{p:.4}"),
    }
}

/// How many decimals show three significant digits of a standard error, at most `most`; `None` where more are needed.
pub fn decimals_of(std_error: f64, most: usize) -> Option<usize> {
    if !(std_error.is_finite() && std_error > 0.0) {
        return None;
    }
    let decimals = (2.0 - std_error.log10().floor()).max(0.0) as usize;
    (decimals <= most).then_some(decimals)
}

#[cfg(test)]
mod tests {
    use super::{decimals_of, fixed, p_value};

    #[test]
    fn numbers_read_well() {
        assert_eq!(fixed(-0.001, 2, 4, 12), "0.00");
        assert_eq!(fixed(-3482258.634, 0, 4, 12), "-3482259");
        assert_eq!(fixed(1.5e14, 2, 3, 11), "1.50e14");
        assert_eq!(p_value(0.0123), "0.0123");
        assert_eq!(p_value(3.21e-7), "3.2e-7");
        assert_eq!(p_value(0.0), "<1e-16");
        assert_eq!(decimals_of(0.0123, 6), Some(4));
        assert_eq!(decimals_of(890.4, 6), Some(0));
        assert_eq!(decimals_of(1e-9, 6), None);
    }
}
