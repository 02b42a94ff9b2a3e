//! The polygamma functions of order ≥ 2, off the hot path: they appear only in third and higher derivatives of ln Γ.

/// ψ⁽ⁿ⁾(x) for n ≥ 2 and x > 0 by upward recurrence and the asymptotic series; NaN for x ≤ 0.
///
/// ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n+1, x), with ζ(s, x) = Σₖ (x+k)⁻ˢ summed until x + k ≥ 20 + s and continued by Euler–Maclaurin, whose
/// terms then shrink by 40 or more.
/// Relative error below 1e-14. Source: NIST DLMF 25.11.5 and 5.15.1.
pub(crate) fn polygamma(n: u32, x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let s = f64::from(n) + 1.0;
    let mut zeta = 0.0;
    let mut a = x;
    while a < 20.0 + s {
        zeta += a.powf(-s);
        a += 1.0;
    }
    zeta += a.powf(1.0 - s) / (s - 1.0) + 0.5 * a.powf(-s);
    // B₂ₖ/(2k)! of the Euler–Maclaurin tail.
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 720.0,
        1.0 / 30_240.0,
        -1.0 / 1_209_600.0,
        1.0 / 47_900_160.0,
        -691.0 / 1_307_674_368_000.0,
        1.0 / 74_724_249_600.0,
        -3_617.0 / 10_670_622_842_880_000.0,
    ];
    let mut rising = s * a.powf(-s - 1.0);
    for (j, c) in COEFFICIENTS.iter().enumerate() {
        zeta += c * rising;
        let next = s + 2.0 * j as f64;
        rising *= (next + 1.0) * (next + 2.0) / (a * a);
    }
    let factorial: f64 = (1..=n).map(f64::from).product();
    if n % 2 == 1 { factorial * zeta } else { -factorial * zeta }
}

#[cfg(test)]
mod tests {
    use super::polygamma;

    /// Closed forms: ψ⁽²⁾(1) = −2ζ(3), ψ⁽³⁾(1) = π⁴/15, ψ⁽³⁾(1/2) = π⁴.
    #[test]
    fn closed_forms() {
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 2e-14 * b.abs(), "{a} vs {b}");
        close(polygamma(2, 1.0), -2.0 * 1.202_056_903_159_594_3);
        let pi4 = core::f64::consts::PI.powi(4);
        close(polygamma(3, 1.0), pi4 / 15.0);
        close(polygamma(3, 0.5), pi4);
    }

    /// mpmath 1.4, psi(n, x) to 40 digits: high orders, where the tail of the series would diverge from a small start.
    #[test]
    fn high_orders() {
        for (n, x, wanted) in [
            (2, 25.0, -0.001_665_279_318_422_468_2),
            (10, 3.5, -4.026_693_041_232_995),
            (40, 20.0, -4.301_466_908_235_026e-6),
            (60, 7.25, -2.752_456_858_773_337e29),
            (100, 45.0, -1.111_215_849_629_535_6e-9),
        ] {
            let found = polygamma(n, x);
            assert!((found / wanted - 1.0).abs() < 2e-14, "psi({n}, {x}) = {found}, not {wanted}");
        }
    }
}
