//! Powers of a number with the rounding error kept: xᵏ = hi + lo.

/// `a·b` exactly, barring underflow, by the fused multiply-add.
fn product(a: f64, b: f64) -> (f64, f64) {
    let hi = a * b;
    (hi, a.mul_add(b, -hi))
}

/// (hi + lo)·(b + c) to about 2⁻¹⁰², with hi the nearest number to the result; the low part is 0 where the high one overflows.
///
/// Source: T. J. Dekker, A floating-point technique for extending the available precision, Numer. Math. 18 (1971).
pub(super) fn times((hi, lo): (f64, f64), (b, c): (f64, f64)) -> (f64, f64) {
    let (p, e) = product(hi, b);
    let e = e + hi.mul_add(c, lo * b);
    let sum = p + e;
    if sum.is_finite() { (sum, e - (sum - p)) } else { (p, 0.0) }
}

/// x¹, …, xᵈ of each x, power after power.
pub(super) fn powers(x: &[f64], degree: u32) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut all = vec![(x.to_vec(), vec![0.0; x.len()])];
    for _ in 1..degree {
        let Some((hi, lo)) = all.last() else { break };
        let next = hi.iter().zip(lo).zip(x).map(|((hi, lo), x)| times((*hi, *lo), (*x, 0.0)));
        all.push(next.unzip());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::powers;

    #[test]
    fn a_power_beyond_one_number_is_two() {
        // 3³⁴ = 16677181699666569 is odd and above 2⁵³, so it is no f64.
        let all = powers(&[3.0], 34);
        let (hi, lo) = &all[33];
        assert_eq!(hi[0] as i128 + lo[0] as i128, 16_677_181_699_666_569);
        assert_eq!(lo[0].abs(), 1.0);
        assert_eq!(all[32].1[0], 0.0);
    }

    #[test]
    fn an_overflow_leaves_no_nan() {
        let all = powers(&[1e200], 2);
        assert_eq!((all[1].0[0], all[1].1[0]), (f64::INFINITY, 0.0));
    }
}
