//! The answer where no knot is left: one polynomial of degree k through all values, by orthogonal polynomials, for any number of values.
//!
//! Source: Forsythe, *Generation and use of orthogonal polynomials for data-fitting with a digital computer*, J. SIAM 5 (1957).

/// z ← the polynomial of degree k ≤ n − 1 next to y in the weights 1/t, and max|u| for the u with y − z = tDᵀu, which is (k + 1)-fold sums.
pub(super) fn fit(y: &[f64], t: &[f64], k: usize, z: &mut [f64], [p, before]: [&mut [f64]; 2]) -> f64 {
    let n = y.len();
    let x = |i: usize| (2 * i + 1) as f64 / n as f64 - 1.0;
    z.fill(0.0);
    // The second time takes off what the first has rounded.
    for _ in 0..2 {
        p.fill(1.0);
        before.fill(0.0);
        let mut norm_before = 1.0;
        for j in 0..=k {
            let (mut norm, mut centre, mut product) = (0.0, 0.0, 0.0);
            for i in 0..n {
                let weighted = p[i] / t[i];
                norm += weighted * p[i];
                centre += x(i) * weighted * p[i];
                product += (y[i] - z[i]) * weighted;
            }
            let (centre, share) = (centre / norm, if j > 0 { norm / norm_before } else { 0.0 });
            for i in 0..n {
                z[i] += product / norm * p[i];
                let next = (x(i) - centre) * p[i] - share * before[i];
                (before[i], p[i]) = (p[i], next);
            }
            norm_before = norm;
        }
    }
    for i in 0..n {
        p[i] = (y[i] - z[i]) / t[i];
    }
    for _ in 0..=k {
        let mut sum = 0.0;
        for p in p.iter_mut() {
            sum += *p;
            *p = sum;
        }
    }
    p[..n - k - 1].iter().fold(0.0, |m, u| if u.abs() > m || u.is_nan() { u.abs() } else { m })
}

#[cfg(test)]
mod tests {
    use super::fit;

    /// The line 0.6 + 0.2i leaves (−0.6, 0.2, 1, −0.2, −0.4), whose twofold sums are −0.6, −1, −0.4 and then 0.
    #[test]
    fn a_line_by_hand() {
        let (mut z, mut p, mut q) = ([0.0; 5], [0.0; 5], [0.0; 5]);
        let most = fit(&[0.0, 1.0, 2.0, 1.0, 1.0], &[1.0; 5], 1, &mut z, [&mut p, &mut q]);
        assert!(z.iter().zip([0.6, 0.8, 1.0, 1.2, 1.4]).all(|(z, line)| (z - line).abs() < 1e-15));
        assert!((most - 1.0).abs() < 1e-15);
    }
}
