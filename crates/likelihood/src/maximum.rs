//! The maximum of a function of one number, by golden sections and parabolas: for profile likelihoods, whose derivatives are not at hand.
//!
//! Source: Brent, *Algorithms for Minimization without Derivatives* (1973), chapter 5.

/// The place in [low, high] of a maximum of `f`, to `tolerance` absolutely, if f rises and then falls; else of a local one, or an end. A value
/// that is NaN counts as −∞.
///
/// ```
/// let found = thalweg_likelihood::maximum::of(|x| -(x - 1.0) * (x - 1.0), 0.0, 3.0, 1e-8);
/// assert!((found - 1.0).abs() < 1e-7);
/// ```
pub fn of(f: impl FnMut(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let mut f = f;
    let mut g = |x: f64| {
        let value = f(x);
        if value.is_nan() { f64::INFINITY } else { -value }
    };
    // 1 − the golden ratio.
    const SECTION: f64 = 0.381_966_011_250_105_1;
    let (mut a, mut b) = (low, high);
    let mut x = a + SECTION * (b - a);
    let (mut w, mut v) = (x, x);
    let mut fx = g(x);
    let (mut fw, mut fv) = (fx, fx);
    let (mut d, mut e) = (0.0_f64, 0.0_f64);
    for _ in 0..200 {
        let middle = 0.5 * (a + b);
        let close = tolerance.max(f64::EPSILON * x.abs());
        if (x - middle).abs() <= 2.0 * close - 0.5 * (b - a) {
            break;
        }
        let mut golden = true;
        if e.abs() > close {
            // The vertex of the parabola through the three best points.
            let (r, q) = ((x - w) * (fx - fv), (x - v) * (fx - fw));
            let (mut p, mut q2) = ((x - v) * q - (x - w) * r, 2.0 * (q - r));
            if q2 > 0.0 {
                p = -p;
            }
            q2 = q2.abs();
            let before = e;
            e = d;
            if p.abs() < (0.5 * q2 * before).abs() && p > q2 * (a - x) && p < q2 * (b - x) {
                d = p / q2;
                let u = x + d;
                if u - a < 2.0 * close || b - u < 2.0 * close {
                    d = close.copysign(middle - x);
                }
                golden = false;
            }
        }
        if golden {
            e = if x < middle { b - x } else { a - x };
            d = SECTION * e;
        }
        let u = if d.abs() >= close { x + d } else { x + close.copysign(d) };
        let fu = g(u);
        if fu <= fx {
            if u < x {
                b = x
            } else {
                a = x
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            if u < x {
                a = u
            } else {
                b = u
            }
            if fu <= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    x
}
