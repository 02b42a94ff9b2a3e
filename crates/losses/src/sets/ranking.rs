//! [`Ranking`]: losses of the order of rows within queries, with everything that they share.

use core::ops::Range;

use thalweg_core::{
    Block, Datafit, Error, Par, Properties, Real, Result, Want, Weights, check_shape, check_weights,
};

use super::SetData;
use super::pool::Pool;

/// A loss of one query: of the relevances y and the predictors η of its rows.
pub trait QueryLoss: Copy + Send + Sync + 'static {
    /// Why this relevance is not admitted, if it is not. NaN and infinities never are.
    fn refuses(&self, _y: f64) -> Option<&'static str> {
        None
    }

    /// The loss, its gradient and, unless `h` is empty, the diagonal of its Hessian. Both arrive filled with 0.
    fn query(&self, rows: QueryRows<'_>, g: &mut [f64], h: &mut [f64], work: QueryWork<'_>) -> f64;

    /// out ← Hv; `out` arrives filled with 0.
    fn action(&self, rows: QueryRows<'_>, v: &[f64], out: &mut [f64], work: QueryWork<'_>);

    /// What is true of the loss.
    fn properties<T: Real>(&self) -> Properties<T>;
}

/// The rows of a query, by falling relevance.
#[derive(Copy, Clone, Debug)]
pub struct QueryRows<'a> {
    /// The relevances.
    pub y: &'a [f64],
    /// The weights, divided by their mean in the query.
    pub w: &'a [f64],
    /// For each row, where the less relevant ones begin.
    pub lower: &'a [u32],
    /// The predictors.
    pub eta: &'a [f64],
}

/// Memory of a query: three numbers and one index a row, with any content.
#[derive(Debug)]
pub struct QueryWork<'a> {
    /// Numbers.
    pub numbers: &'a mut [f64],
    /// Indices.
    pub order: &'a mut [u32],
}

/// Σ over queries of c·ℓ(query), where c is the mean weight of the query's rows and ℓ takes their weights relative to c.
///
/// So equal weights within a query are the weight of the query, and without weights the value is the plain sum over queries. The scale of
/// [`Datafit`] is Σwℓ/Σw: per row. Rows of weight 0 are absent. Rows of several queries may come in any order; queries are told apart by any
/// labels. Evaluated in double precision whatever T is, queries on the threads of the current pool, with the same bits on any number of
/// them. Adding a constant to all predictors of a query changes nothing, so a design for these losses has no intercept.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// use thalweg_losses::{PairwiseLogistic, Ranking};
/// let loss = Ranking::new(PairwiseLogistic::default(), &[1.0, 0.0, 1.0])?.with_queries(&[7, 7, 4])?;
/// let mut out = Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
/// loss.evaluate(0..3, &[0.0; 3], Want::Value, &mut out);
/// assert_eq!(out.value, 2.0_f64.ln()); // one pair in query 7, none in query 4
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Ranking<T: Real, L> {
    loss: L,
    targets: Vec<T>,
    weights: Option<Vec<T>>,
    total_weight: T,
    offset: Option<Vec<T>>,
    labels: Option<Vec<u32>>,
    queries: Queries,
    pool: Pool<Scratch>,
}

/// The rows of positive weight, sorted by query and falling relevance.
#[derive(Default)]
struct Queries {
    rows: Vec<u32>,
    y: Vec<f64>,
    w: Vec<f64>,
    lower: Vec<u32>,
    list: Vec<Query>,
}

struct Query {
    rows: Range<usize>,
    /// The mean weight.
    weight: f64,
}

/// Predictors, direction and results in sorted order, and the memory of queries.
struct Scratch {
    eta: Vec<f64>,
    v: Vec<f64>,
    g: Vec<f64>,
    h: Vec<f64>,
    numbers: Vec<f64>,
    order: Vec<u32>,
    values: Vec<f64>,
}

impl<T: Real, L: QueryLoss> Ranking<T, L> {
    /// Of n relevances, the larger the better, in one query.
    ///
    /// # Errors
    /// No rows; a relevance that is not finite or not admitted, with its row.
    pub fn new(loss: L, relevance: &[T]) -> Result<Self> {
        if relevance.is_empty() {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the relevance".to_owned(), remedy });
        }
        if let Some(row) = relevance.iter().position(|y| !y.is_finite()) {
            let value = relevance[row].to_f64();
            return Err(Error::NonFinite { what: "the relevance".to_owned(), row, value });
        }
        let refused = |(row, y): (usize, &T)| loss.refuses(y.to_f64()).map(|rule| (row, rule));
        if let Some((row, rule)) = relevance.iter().enumerate().find_map(refused) {
            return Err(Error::OutsideDomain {
                what: "the relevance".to_owned(),
                row,
                value: relevance[row].to_f64(),
                rule: rule.to_owned(),
                remedy: "rescale the relevances or drop the row".to_owned(),
            });
        }
        if u32::try_from(relevance.len()).is_err() {
            let rule = "a set loss takes at most 4294967295 of them";
            return Err(Error::invalid_parameter("rows", relevance.len(), rule));
        }
        let mut ranking = Self {
            loss,
            targets: relevance.to_vec(),
            weights: None,
            total_weight: T::of(relevance.len() as f64),
            offset: None,
            labels: None,
            queries: Queries::default(),
            pool: Pool::default(),
        };
        ranking.arrange();
        Ok(ranking)
    }

    /// With queries, by any labels: only rows of the same query are compared.
    ///
    /// # Errors
    /// A wrong length.
    pub fn with_queries(mut self, labels: &[u32]) -> Result<Self> {
        check_shape("length of the queries", self.targets.len(), labels.len())?;
        self.labels = Some(labels.to_vec());
        self.arrange();
        Ok(self)
    }

    /// With one weight a row: finite, not negative, and not all 0.
    ///
    /// # Errors
    /// A wrong length; the first weight that breaks the rule.
    pub fn with_weights(mut self, weights: &[T]) -> Result<Self> {
        self.total_weight = check_weights(self.targets.len(), weights)?;
        self.weights = Some(weights.to_vec());
        self.arrange();
        Ok(self)
    }

    /// With a known part of the linear predictors: what objectives add to X b.
    ///
    /// # Errors
    /// A wrong length; the first value that is not finite.
    pub fn with_offset(mut self, offset: &[T]) -> Result<Self> {
        check_shape("length of the offset", self.targets.len(), offset.len())?;
        if let Some(row) = offset.iter().position(|v| !v.is_finite()) {
            return Err(Error::NonFinite { what: "the offset".to_owned(), row, value: offset[row].to_f64() });
        }
        self.offset = Some(offset.to_vec());
        Ok(self)
    }

    /// What catalogues make.
    pub(super) fn from_data(loss: L, data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
        let mut ranking = Self::new(loss, data.targets)?;
        if let Some(labels) = data.groups {
            ranking = ranking.with_queries(labels)?;
        }
        if let Some(weights) = data.weights {
            ranking = ranking.with_weights(weights)?;
        }
        Ok(Box::new(ranking))
    }

    fn arrange(&mut self) {
        let label = |row: u32| self.labels.as_ref().map_or(0, |labels| labels[row as usize]);
        let y = |row: u32| self.targets[row as usize].to_f64();
        let weight = |row: u32| Datafit::weights(self).get(row as usize).to_f64();
        let mut rows: Vec<u32> = (0..self.targets.len() as u32).filter(|row| weight(*row) > 0.0).collect();
        // Stable, so that ties stay in the order of the rows. −0 and 0 are equal.
        rows.sort_by(|a, b| label(*a).cmp(&label(*b)).then((y(*b) + 0.0).total_cmp(&(y(*a) + 0.0))));
        let mut queries = Queries {
            y: rows.iter().map(|row| y(*row)).collect(),
            w: rows.iter().map(|row| weight(*row)).collect(),
            lower: vec![0; rows.len()],
            list: Vec::new(),
            rows,
        };
        let mut start = 0;
        for rows in queries.rows.chunk_by(|a, b| label(*a) == label(*b)) {
            let range = start..start + rows.len();
            start = range.end;
            let w = &mut queries.w[range.clone()];
            let mean = w.iter().sum::<f64>() / w.len() as f64;
            w.iter_mut().for_each(|w| *w /= mean);
            let (y, lower) = (&queries.y[range.clone()], &mut queries.lower[range.clone()]);
            let mut end = 0;
            for same in y.chunk_by(|a, b| a == b) {
                end += same.len();
                lower[end - same.len()..end].fill(end as u32);
            }
            queries.list.push(Query { rows: range, weight: mean });
        }
        self.queries = queries;
        self.pool = Pool::default();
    }

    fn scratch(&self) -> Scratch {
        let m = self.queries.rows.len();
        let zeros = || vec![0.0; m];
        Scratch {
            eta: zeros(),
            v: zeros(),
            g: zeros(),
            h: zeros(),
            numbers: vec![0.0; 3 * m],
            order: vec![0; m],
            values: vec![0.0; self.queries.list.len()],
        }
    }

    /// `f` on every query, its own pieces of the results and its memory; the values of the queries are weighted.
    fn each(&self, eta: &[f64], out: Pieces<'_>, f: &(impl Fn(Call<'_>) -> f64 + Sync)) {
        split(&self.queries.list, out, &|query: &Query, out: Pieces<'_>| {
            let Pieces { value, g, h, numbers, order, .. } = out;
            let range = query.rows.clone();
            let Queries { y, w, lower, .. } = &self.queries;
            let rows = QueryRows {
                y: &y[range.clone()],
                w: &w[range.clone()],
                lower: &lower[range.clone()],
                eta: &eta[range.clone()],
            };
            g.fill(0.0);
            h.fill(0.0);
            let (g_out, h_out) = (&mut *g, &mut *h);
            let work = QueryWork { numbers, order };
            let found = f(Call { rows, range, g: g_out, h: h_out, work });
            for out in g.iter_mut().chain(h) {
                *out *= query.weight;
            }
            value[0] = query.weight * found;
        });
    }
}

/// One query with what it writes.
struct Call<'a> {
    rows: QueryRows<'a>,
    range: Range<usize>,
    g: &'a mut [f64],
    h: &'a mut [f64],
    work: QueryWork<'a>,
}

/// The results and the memory of neighbouring queries.
struct Pieces<'a> {
    value: &'a mut [f64],
    g: &'a mut [f64],
    /// Empty if it is not wanted.
    h: &'a mut [f64],
    numbers: &'a mut [f64],
    order: &'a mut [u32],
}

/// Runs `f` on every query, halves at the same time.
fn split(queries: &[Query], out: Pieces<'_>, f: &(impl Fn(&Query, Pieces<'_>) + Sync)) {
    match queries {
        [] => {}
        [one] => f(one, out),
        _ => {
            let middle = queries.len() / 2;
            let (left, right) = queries.split_at(middle);
            let rows = right[0].rows.start - left[0].rows.start;
            let (value, values) = out.value.split_at_mut(middle);
            let (g, gs) = out.g.split_at_mut(rows);
            let (h, hs) = out.h.split_at_mut(rows.min(out.h.len()));
            let (numbers, more) = out.numbers.split_at_mut(3 * rows);
            let (order, orders) = out.order.split_at_mut(rows);
            let here = Pieces { value, g, h, numbers, order };
            let there = Pieces { value: values, g: gs, h: hs, numbers: more, order: orders };
            // Small queries are not worth the hand-over.
            let total = gs_len(&here) + gs_len(&there);
            let par = if total > SMALL { Par::Rayon } else { Par::Seq };
            par.join(|| split(left, here, f), || split(right, there, f));
        }
    }
}

/// Rows from which on queries are shared between threads.
const SMALL: usize = 256;

fn gs_len(pieces: &Pieces<'_>) -> usize {
    pieces.g.len()
}

impl<T: Real, L: QueryLoss> Datafit<T> for Ranking<T, L> {
    fn rows(&self) -> usize {
        self.targets.len()
    }

    fn total_weight(&self) -> T {
        self.total_weight
    }

    fn weight_of(&self, rows: Range<usize>) -> T {
        let n = rows.len();
        self.weights().slice(rows).total(n)
    }

    fn offset(&self) -> Option<&[T]> {
        self.offset.as_deref()
    }

    fn separable(&self) -> bool {
        false
    }

    fn targets(&self) -> &[T] {
        &self.targets
    }

    fn weights(&self) -> Weights<'_, T> {
        self.weights.as_ref().map_or(Weights::Unit, |w| Weights::Each(w))
    }

    /// Of all rows; anything less has no value and gives NaN.
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        if rows != (0..self.rows()) || eta.len() != self.rows() {
            out.value = T::NAN;
            return;
        }
        self.pool.with(
            || self.scratch(),
            |scratch| {
                gather(&self.queries.rows, eta, &mut scratch.eta);
                let Scratch { eta, g, h, numbers, order, values, .. } = scratch;
                let second = want >= Want::Fisher;
                let pieces = Pieces { value: values, g, h: if second { h } else { &mut [] }, numbers, order };
                self.each(eta, pieces, &|call: Call<'_>| {
                    self.loss.query(call.rows, call.g, call.h, call.work)
                });
                out.value = T::of(values.iter().sum());
                if want >= Want::Gradient {
                    scatter(&self.queries.rows, g, out.gradient);
                }
                if second {
                    scatter(&self.queries.rows, h, out.curvature);
                }
            },
        );
    }

    /// Some rows of a set loss have no value: NaN.
    fn evaluate_with(&self, _: &[T], _: Weights<'_, T>, _: &[T], _: Want, out: &mut Block<'_, T>) {
        out.value = T::NAN;
    }

    fn hessian_action(&self, eta: &[T], v: &[T], out: &mut [T]) -> bool {
        let n = self.rows();
        if eta.len() != n || v.len() != n || out.len() != n {
            return false;
        }
        self.pool.with(
            || self.scratch(),
            |scratch| {
                gather(&self.queries.rows, eta, &mut scratch.eta);
                gather(&self.queries.rows, v, &mut scratch.v);
                let Scratch { eta, v, g, numbers, order, values, .. } = scratch;
                let pieces = Pieces { value: values, g, h: &mut [], numbers, order };
                self.each(eta, pieces, &|call: Call<'_>| {
                    self.loss.action(call.rows, &v[call.range], call.g, call.work);
                    0.0
                });
                scatter(&self.queries.rows, g, out);
            },
        );
        true
    }

    fn properties(&self) -> Properties<T> {
        self.loss.properties()
    }
}

fn gather<T: Real>(rows: &[u32], from: &[T], to: &mut [f64]) {
    for (to, row) in to.iter_mut().zip(rows) {
        *to = from[*row as usize].to_f64();
    }
}

fn scatter<T: Real>(rows: &[u32], from: &[f64], to: &mut [T]) {
    to.fill(T::ZERO);
    for (from, row) in from.iter().zip(rows) {
        to[*row as usize] = T::of(*from);
    }
}
