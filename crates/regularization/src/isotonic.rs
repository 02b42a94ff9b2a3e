//! Isotonic regression by pooling adjacent violators: SLOPE and the monotone cone come down to it.
//!
//! Source: Ayer, Brunk, Ewing, Reid and Silverman, Ann. Math. Statist. 26 (1955); Best and Chakravarti, *Active set algorithms for isotonic
//! regression*, Math. Program. 47 (1990).

/// Neighbours that share a value, sum/weight.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Level {
    sum: f64,
    weight: f64,
    count: usize,
}

/// Fills `levels` with the nonincreasing sequence next to values with weights, (v, w) each: every value is pushed on the stack and popped once.
pub(crate) fn nonincreasing(values: impl Iterator<Item = (f64, f64)>, levels: &mut Vec<Level>) {
    levels.clear();
    for (value, weight) in values {
        let mut top = Level { sum: weight * value, weight, count: 1 };
        while let Some(before) = levels.last().copied() {
            if before.sum / before.weight > top.sum / top.weight {
                break;
            }
            top.sum += before.sum;
            top.weight += before.weight;
            top.count += before.count;
            levels.pop();
        }
        levels.push(top);
    }
}

/// The sequence, value by value.
pub(crate) fn means(levels: &[Level]) -> impl Iterator<Item = f64> {
    levels.iter().flat_map(|level| core::iter::repeat_n(level.sum / level.weight, level.count))
}
