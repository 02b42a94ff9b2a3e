//! Sorting and pooling, the two steps of every SLOPE operation.

/// Indices with values in falling order, and the stack of pooled levels.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) order: Vec<(usize, f64)>,
    pub(super) levels: Vec<(f64, usize)>,
}

impl Pool {
    pub(super) fn new(n: usize) -> Self {
        Self { order: Vec::with_capacity(n), levels: Vec::with_capacity(n) }
    }

    /// Takes values and puts them in falling order. The sort needs no memory; equal values end in one pool, so that their order is no matter.
    pub(super) fn sort(&mut self, values: impl Iterator<Item = f64>) {
        self.order.clear();
        self.order.extend(values.enumerate());
        self.order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
    }
}

/// The nonincreasing sequence nearest to the values, by pooling adjacent violators on a stack: each value is pushed and popped once.
pub(super) fn nonincreasing(values: &mut [(usize, f64)], levels: &mut Vec<(f64, usize)>) {
    levels.clear();
    for (_, value) in values.iter() {
        let (mut sum, mut count) = (*value, 1);
        while let Some((before, m)) = levels.last().copied() {
            if before / m as f64 > sum / count as f64 {
                break;
            }
            sum += before;
            count += m;
            levels.pop();
        }
        levels.push((sum, count));
    }
    let means = levels.iter().flat_map(|(sum, count)| core::iter::repeat_n(sum / *count as f64, *count));
    for ((_, value), mean) in values.iter_mut().zip(means) {
        *value = mean;
    }
}
