//! The table a person reads: one aligned line a row, printed as soon as it is known.

use crate::Row;

/// The heading.
#[must_use]
pub fn heading() -> String {
    line(["case", "metric", "ours (median [min–max])", "peer", "theirs", "ratio", "of limit", ""])
}

/// One row; its width depends on nothing but the texts.
#[must_use]
pub fn format(row: &Row) -> String {
    let ours = spread(row.ours, row.ours_lo, row.ours_hi, row.unit);
    let theirs = spread(row.theirs, row.theirs_lo, row.theirs_hi, row.unit);
    let ratio = if row.ratio.is_nan() { "-".to_owned() } else { format!("{:.2}", row.ratio) };
    let share =
        if row.limit_share.is_nan() { "-".to_owned() } else { format!("{:.0} %", 100.0 * row.limit_share) };
    let name = format!("{}/{}", row.family, row.case);
    let peer = row.peer.as_deref().unwrap_or("-");
    line([&name, row.metric, &ours, peer, &theirs, &ratio, &share, if row.valid { "ok" } else { "INVALID" }])
}

fn line(cells: [&str; 8]) -> String {
    let [name, metric, ours, peer, theirs, ratio, share, valid] = cells;
    let text =
        format!("{name:<43} {metric:<11} {ours:>32}  {peer:<30} {theirs:>31} {ratio:>6} {share:>8}  {valid}");
    text.trim_end().to_owned()
}

fn spread(median: f64, lo: f64, hi: f64, unit: &str) -> String {
    if median.is_nan() {
        return "-".to_owned();
    }
    let (factor, unit) = match unit {
        "s" if median < 1e-3 => (1e6, "µs"),
        "s" if median < 1.0 => (1e3, "ms"),
        other => (1.0, other),
    };
    let show = |value: f64| significant(value * factor);
    if lo == hi {
        return format!("{} {unit}", show(median));
    }
    format!("{} {unit} [{}–{}]", show(median), show(lo), show(hi))
}

/// Three significant digits, whole numbers in full.
fn significant(value: f64) -> String {
    let digits = if value == 0.0 || value.fract() == 0.0 {
        0
    } else {
        (2 - value.abs().log10().floor() as i32).max(0)
    };
    format!("{value:.*}", digits.min(9) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metric, Sample};

    #[test]
    fn numbers_have_three_digits_and_a_fitting_unit() {
        assert_eq!(spread(0.01234, 0.01, 0.02, "s"), "12.3 ms [10–20]");
        assert_eq!(spread(17.0, 17.0, 17.0, "passes"), "17 passes");
        assert_eq!(significant(0.71234), "0.712");
    }

    #[test]
    fn rows_without_a_peer_show_dashes() {
        let text = format(&Row::new(Metric::cost("time", "s"), Sample::exactly(2.0)).valid(false));
        assert!(text.contains("2 s") && text.contains(" - ") && text.ends_with("INVALID"));
        assert!(heading().starts_with("case"));
    }
}
