//! Three points of a line with the lowest in the middle, by golden steps downhill.

use thalweg_core::{Error, Halt, Objective, Real};

use super::value;

/// (1 + √5)/2.
pub(super) const GOLDEN: f64 = 1.618_033_988_749_895;
/// Steps downhill at most: the last is 1e62 times the first.
const STEPS: usize = 300;

/// (x, F) at a < b < c or a > b > c with F(b) ≤ F(a) and F(b) ≤ F(c).
pub(super) type Bracket<T> = [(T, T); 3];

/// From x₀, with a first step of 1 or of |x₀| if that is larger than 1.
///
/// # Errors
/// More than one parameter; a value at the start that is not finite; [`Halt::Unbounded`] if F falls all the way.
pub(super) fn bracket<T: Real>(
    objective: &mut (impl Objective<T> + ?Sized),
    x0: &[T],
    method: &str,
) -> Result<Bracket<T>, Halt> {
    let [x0] = x0 else {
        return Err(Halt::Input(Error::Unsupported {
            what: format!("{method} with {} parameters", x0.len()),
            why: "it searches along a line".to_owned(),
            remedy: "use nelder-mead".to_owned(),
        }));
    };
    let mut at = |x: T| -> Result<(T, T), Halt> { Ok((x, value(objective, &[x])?)) };
    let (mut a, mut b) = (at(*x0)?, at(*x0 + x0.abs().max(T::ONE))?);
    if !a.1.is_finite() {
        return Err(Halt::NonFinite("the objective at the start"));
    }
    if b.1 > a.1 {
        (a, b) = (b, a);
    }
    for _ in 0..STEPS {
        let c = at(b.0 + T::of(GOLDEN) * (b.0 - a.0))?;
        if !c.0.is_finite() {
            break;
        }
        if c.1 >= b.1 {
            return Ok([a, b, c]);
        }
        (a, b) = (b, c);
    }
    Err(Halt::Unbounded)
}
