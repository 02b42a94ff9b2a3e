//! [`Lowess`]: a robust line through a cloud of points.

use thalweg_core::{Error, Result};

/// Locally weighted regression: at each x a straight line is fitted to the nearest `span` of the points with weights
/// (1 − |d|³)³, and `robustness` times again with the bisquare weights (1 − (r/6m)²)² of its residuals r, m their median size.
/// Points nearer than a hundredth of the range to a fitted one are interpolated, so that the cost grows with n alone.
///
/// Source: Cleveland (1979), *Robust locally weighted regression and smoothing scatterplots*, JASA 74; as R's `lowess`.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lowess {
    /// Share of the points that each local line sees, in (0, 1]; 2/3 unless set.
    pub span: f64,
    /// Robust refits; 3 unless set. Use 0 for outcomes with few values, where most residuals would look like outliers.
    pub robustness: usize,
}

impl Default for Lowess {
    fn default() -> Self {
        Self { span: 2.0 / 3.0, robustness: 3 }
    }
}

impl Lowess {
    /// The smoothed y at each x, in the order of x; x must be ascending.
    ///
    /// ```
    /// let line = thalweg_report::Lowess::default();
    /// let smooth = line.smooth(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.0, 5.0, 7.0])?;
    /// assert!((smooth[2] - 5.0).abs() < 1e-12);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A span outside (0, 1], lengths that differ, x that descends, numbers that are not finite.
    pub fn smooth(&self, x: &[f64], y: &[f64]) -> Result<Vec<f64>> {
        self.check(x, y)?;
        let n = x.len();
        let mut fitted = y.to_vec();
        if n < 2 {
            return Ok(fitted);
        }
        let neighbours = ((self.span * n as f64 + 1e-7) as usize).clamp(2, n);
        let mut robust = vec![1.0; n];
        for pass in 0..=self.robustness {
            pass_over(x, y, &robust, neighbours, &mut fitted);
            if pass < self.robustness && !reweigh(y, &fitted, &mut robust) {
                break;
            }
        }
        Ok(fitted)
    }

    fn check(&self, x: &[f64], y: &[f64]) -> Result<()> {
        if !(self.span > 0.0 && self.span <= 1.0) {
            return Err(Error::invalid_parameter("span", self.span, "it must lie in (0, 1]"));
        }
        thalweg_core::check_shape("length of x and length of y", x.len(), y.len())?;
        for (what, values) in [("x", x), ("y", y)] {
            if let Some((row, value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(Error::NonFinite { what: what.to_owned(), row, value: *value });
            }
        }
        match x.iter().zip(x.iter().skip(1)).position(|(a, b)| a > b) {
            None => Ok(()),
            Some(row) => Err(Error::invalid_parameter(
                "x",
                format!("descending after row {row}"),
                "sort the points by x",
            )),
        }
    }
}

/// One fit at every x, with interpolation between points that are close.
fn pass_over(x: &[f64], y: &[f64], robust: &[f64], neighbours: usize, fitted: &mut [f64]) {
    let n = x.len();
    let range = x[n - 1] - x[0];
    let near = 0.01 * range;
    let mut window = (0, neighbours);
    let mut last: Option<usize> = None;
    let mut at = 0;
    while at < n {
        // The window slides until its far neighbour on the right is no nearer than the one on the left.
        while window.1 < n && x[at] - x[window.0] > x[window.1] - x[at] {
            window = (window.0 + 1, window.1 + 1);
        }
        fitted[at] = local_line(x, y, robust, window, x[at], range).unwrap_or(y[at]);
        if let Some(last) = last {
            for between in last + 1..at {
                let share = (x[between] - x[last]) / (x[at] - x[last]);
                fitted[between] = share * fitted[at] + (1.0 - share) * fitted[last];
            }
        }
        // Ties share the fit; then on to the last point that is near.
        let mut end = at;
        while end + 1 < n && x[end + 1] == x[at] {
            end += 1;
            fitted[end] = fitted[at];
        }
        last = Some(end);
        let mut next = end + 1;
        while next < n && x[next] <= x[end] + near {
            next += 1;
        }
        at = (next - 1).max(end + 1);
    }
}

/// The weighted local line at `center`; `None` where all weights vanish.
fn local_line(
    x: &[f64],
    y: &[f64],
    robust: &[f64],
    (from, to): (usize, usize),
    center: f64,
    range: f64,
) -> Option<f64> {
    let reach = (center - x[from]).max(x[to - 1] - center);
    // Points that tie with the last neighbour belong to the window.
    let end = to + x[to..].iter().take_while(|x| **x - center <= 0.999 * reach).count();
    let weight = |i: usize| {
        let distance = (x[i] - center).abs();
        if distance <= 0.001 * reach {
            robust[i]
        } else if distance <= 0.999 * reach {
            let share = distance / reach;
            let tail = 1.0 - share * share * share;
            tail * tail * tail * robust[i]
        } else {
            0.0
        }
    };
    let (mut total, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
    for i in from..end {
        let w = weight(i);
        total += w;
        sum_x += w * (x[i] - center);
        sum_y += w * y[i];
    }
    if total <= 0.0 {
        return None;
    }
    let (mean_x, mean_y) = (sum_x / total, sum_y / total);
    let (mut sxx, mut sxy) = (0.0, 0.0);
    for i in from..end {
        let w = weight(i) / total;
        let d = x[i] - center - mean_x;
        sxx += w * d * d;
        sxy += w * d * (y[i] - mean_y);
    }
    // A window as good as one point has a mean but no slope.
    let slope = if sxx.sqrt() > 0.001 * range { sxy / sxx } else { 0.0 };
    Some(mean_y - slope * mean_x)
}

/// Bisquare weights of the residuals; false where they are all as good as zero.
fn reweigh(y: &[f64], fitted: &[f64], robust: &mut [f64]) -> bool {
    let mut sizes: Vec<f64> = y.iter().zip(fitted).map(|(y, f)| (y - f).abs()).collect();
    let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
    robust.copy_from_slice(&sizes);
    sizes.sort_unstable_by(f64::total_cmp);
    let half = sizes.len() / 2;
    let median = if sizes.len() % 2 == 1 { sizes[half] } else { 0.5 * (sizes[half - 1] + sizes[half]) };
    let six = 6.0 * median;
    if six < 1e-7 * mean || six == 0.0 {
        return false;
    }
    for r in robust {
        let share = *r / six;
        *r = match share {
            s if s <= 0.001 => 1.0,
            s if s <= 0.999 => (1.0 - s * s) * (1.0 - s * s),
            _ => 0.0,
        };
    }
    true
}
