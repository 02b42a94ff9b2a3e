//! The proofs behind [`Certificate`] for a [`Smooth`] objective. Predictor, gradient and Hessian are recomputed from x by a pass of their own
//! over all rows, never by the one the optimizer used.

use faer::{Mat, MatRef};

use crate::certificate::{Certificate, Verification};
use crate::design::{BLOCK_ROWS, row_chunks, vector_chunks};
use crate::formula::Properties;
use crate::gap::{Primal, by_output, mean_abs, predictor_bound};
use crate::loss::{Block, Want};
use crate::real::Real;
use crate::reduce::reduce;
use crate::smooth::{HESSIAN_LIMIT, Information, Smooth};
use crate::triangular::ScaledCholesky;
use crate::vector;

/// What a proof leaves behind for inference and a last Newton step.
pub(crate) struct Evidence<T> {
    pub(crate) x: Vec<T>,
    /// x has taken the Newton step since the rest was computed.
    pub(crate) moved: bool,
    /// The predictors of all rows.
    pub(crate) eta: Vec<T>,
    /// The observed information at x.
    pub(crate) information: Mat<T>,
    /// H⁻¹∇F at x.
    pub(crate) newton: Vec<T>,
    /// rδ of the self-concordant bound.
    pub(crate) reach: f64,
}

/// A smooth objective recomputed from x alone.
pub(crate) struct Afresh<T> {
    pub(crate) eta: Vec<T>,
    /// w ℓ′ and the exact w ℓ″ of every row.
    pub(crate) slopes: Vec<T>,
    pub(crate) curvature: Vec<T>,
    /// F(x) and ∇F(x).
    pub(crate) value: T,
    pub(crate) gradient: Vec<T>,
    /// The exact Hessian, if it was asked for.
    pub(crate) information: Option<Mat<T>>,
}

/// The rows of one chunk and their sums.
struct Share<'a, T> {
    eta: &'a mut [T],
    slopes: &'a mut [T],
    curvature: &'a mut [T],
    value: T,
    gradient: Vec<T>,
    gram: Vec<T>,
}

impl<T: Real> Afresh<T> {
    pub(crate) fn at(smooth: &Smooth<'_, T>, x: &[T]) -> Self {
        Self::computed(smooth, x, false)
    }

    fn computed(smooth: &Smooth<'_, T>, x: &[T], with_information: bool) -> Self {
        let (design, n, outputs) = (smooth.design(), smooth.design().rows(), smooth.datafit().outputs());
        let (mut eta, mut slopes) = (vec![T::ZERO; n * outputs], vec![T::ZERO; n * outputs]);
        let mut curvature = vec![T::ZERO; n * outputs * outputs];
        let inverse = smooth.datafit().total_weight().recip();
        let mut information = None;
        let (total, mut gradient) = if outputs == 1 {
            let sums = one_pass(smooth, x, with_information, &mut eta, &mut slopes, &mut curvature);
            if with_information {
                let mut h = Mat::zeros(x.len(), x.len());
                design.write_gram(&sums.2, inverse, h.as_mut());
                (0..x.len()).for_each(|j| h[(j, j)] += smooth.quadratic()[j]);
                information = Some(h);
            }
            (sums.0, sums.1)
        } else {
            smooth.predict(x, &mut eta);
            let total = smooth.derivatives(&eta, Information::Observed, &mut slopes, &mut curvature);
            let mut gradient = vec![T::ZERO; x.len()];
            design.apply_transpose(&by_output(&slopes, outputs), &mut gradient, smooth.par());
            information = with_information.then(|| smooth.gram(&curvature));
            (total, gradient)
        };
        let value = total * inverse + smooth.penalty_value(x);
        for (g, (d, b)) in gradient.iter_mut().zip(smooth.quadratic().iter().zip(x)) {
            *g = *g * inverse + *d * *b;
        }
        Self { eta, slopes, curvature, value, gradient, information }
    }
}

/// Predictors, losses, gradient and, if wanted, Gram of a loss of one predictor a row, each block of rows read from memory once: Σ wℓ, Xᵀ(wℓ′)
/// and Xᵀ(wℓ″)X.
fn one_pass<T: Real>(
    smooth: &Smooth<'_, T>,
    x: &[T],
    with_gram: bool,
    eta: &mut [T],
    slopes: &mut [T],
    curvature: &mut [T],
) -> (T, Vec<T>, Vec<T>) {
    let (design, datafit) = (smooth.design(), smooth.datafit());
    let (q, raw) = (design.parameters(), design.raw(x));
    let chunks =
        if with_gram { row_chunks::<T>(design.rows(), q) } else { vector_chunks::<T>(design.rows(), q) };
    let pieces = eta.chunks_mut(chunks.size).zip(slopes.chunks_mut(chunks.size));
    let mut shares: Vec<Share<'_, T>> = pieces
        .zip(curvature.chunks_mut(chunks.size))
        .map(|((eta, slopes), curvature)| Share {
            eta,
            slopes,
            curvature,
            value: T::ZERO,
            gradient: vec![T::ZERO; q],
            gram: vec![T::ZERO; if with_gram { design.gram_len() } else { 0 }],
        })
        .collect();
    let map = |chunk: usize, share: &mut Share<'_, T>| {
        let rows = chunks.rows_of(chunk);
        for start in rows.clone().step_by(BLOCK_ROWS) {
            let block = start..rows.end.min(start + BLOCK_ROWS);
            let own = start - rows.start..block.end - rows.start;
            let eta = &mut share.eta[own.clone()];
            match datafit.offset() {
                Some(offset) => eta.copy_from_slice(&offset[block.clone()]),
                None => eta.fill(T::ZERO),
            }
            design.add_apply_rows(block.clone(), &raw, eta);
            let mut out = Block {
                value: T::ZERO,
                gradient: &mut share.slopes[own.clone()],
                curvature: &mut share.curvature[own],
            };
            datafit.evaluate(block.clone(), eta, Want::Curvature, &mut out);
            share.value += out.value;
            design.add_transpose_rows(block.clone(), out.gradient, &mut share.gradient);
            if with_gram {
                design.add_gram_rows(block, out.curvature, &[T::ONE; BLOCK_ROWS], &mut share.gram);
            }
        }
    };
    let merge = |a: &mut Share<'_, T>, b: &mut Share<'_, T>| {
        a.value += b.value;
        vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
        vector::axpy(T::ONE, &b.gram, &mut a.gram);
    };
    reduce(smooth.par(), &mut shares, &map, &merge);
    shares.truncate(1);
    let Some(Share { value, mut gradient, gram, .. }) = shares.pop() else {
        return (T::ZERO, vec![T::ZERO; q], vec![T::ZERO; design.gram_len()]);
    };
    design.pull_back(&mut gradient);
    (value, gradient, gram)
}

/// The tightest bound that the loss's properties allow; [`Certificate::None`] if none does, or in f32, whose rounding would void the proof.
pub(crate) fn certify<T: Real>(smooth: &Smooth<'_, T>, x: &[T]) -> (Verification, Option<Evidence<T>>) {
    let properties = smooth.datafit().properties();
    let local = properties.self_concordance.is_some() && x.len() <= HESSIAN_LIMIT && properties.convex;
    let mut afresh = Afresh::computed(smooth, x, local);
    let information = afresh.information.take();
    let Afresh { eta, slopes, curvature, value, gradient, .. } = afresh;
    let gradient_inf = Some(vector::norm_inf(&gradient).to_f64());
    if !properties.convex || core::mem::size_of::<T>() < core::mem::size_of::<f64>() {
        return (Verification { certificate: Certificate::None, gradient_inf }, None);
    }
    // Near the solution the local bound is the tightest and leaves its Hessian for inference; the others hold anywhere.
    if let Some(information) = information
        && let Some(local) =
            self_concordant(smooth, &properties, x, information.as_ref(), &gradient, &slopes, &curvature)
        && local.certificate.bound().is_some()
    {
        let Local { certificate, newton, reach } = local;
        let evidence = Evidence { x: x.to_vec(), moved: false, eta, information, newton, reach };
        return (Verification { certificate, gradient_inf }, Some(evidence));
    }
    let rounding = rounding(smooth, x, &slopes, &curvature);
    let strong = strong_convexity(smooth.quadratic(), &gradient, rounding);
    let global = [strong, duality_gap(smooth, x, &slopes, value)];
    let bound = |c: &Certificate| c.bound().filter(|b| b.is_finite()).unwrap_or(f64::INFINITY);
    let best = global.into_iter().min_by(|a, b| bound(a).total_cmp(&bound(b))).unwrap_or(Certificate::None);
    (Verification { certificate: best, gradient_inf }, None)
}

/// What rounding can hide of the gradient's norm: a mean of terms ℓ′x is rounded by a few ε of their size, and so is each predictor, by which
/// ℓ′ moves with ℓ″.
fn rounding<T: Real>(smooth: &Smooth<'_, T>, x: &[T], slopes: &[T], curvature: &[T]) -> f64 {
    let (design, inverse) = (smooth.design(), smooth.datafit().total_weight().recip());
    let q = design.parameters().max(1);
    let columns = (0..x.len()).map(|k| design.max_abs(k % q).to_f64().powi(2)).sum::<f64>().sqrt();
    let predictor = mean_abs(curvature, inverse) * predictor_bound(design, x).to_f64();
    f64::EPSILON * columns * (8.0 * mean_abs(slopes, inverse) + 4.0 * predictor)
}

/// ‖g‖²/(2μ) with μ the smallest weight of the quadratic penalty; nothing if a parameter is unpenalised.
fn strong_convexity<T: Real>(quadratic: &[T], gradient: &[T], rounding: f64) -> Certificate {
    let mu = quadratic.iter().map(|d| d.to_f64()).fold(f64::INFINITY, f64::min);
    if !(mu > 0.0 && mu.is_finite()) {
        return Certificate::None;
    }
    let norm = vector::norm2(gradient).to_f64() + rounding;
    Certificate::StrongConvexity { bound: norm * norm / (2.0 * mu), mu }
}

/// The bound near a solution, and what it was made of.
struct Local<T> {
    certificate: Certificate,
    /// H⁻¹∇F.
    newton: Vec<T>,
    /// rδ.
    reach: f64,
}

/// The Newton-decrement bound for |ℓ‴| ≤ M ℓ″. Along d the third derivative of F is at most M maxᵢ|xᵢᵀd| times the second, and
/// |xᵢᵀd| ≤ ‖xᵢ‖_{H⁻¹}‖d‖_H, so r = M maxᵢ‖xᵢ‖_{H⁻¹} serves. With H = D S D, D = diag(H)^½:
/// ‖xᵢ‖²_{H⁻¹} ≤ Σⱼ (maxᵢ|xᵢⱼ|/Dⱼ)² · tr(S⁻¹), which needs no pass over the data.
///
/// The entries of H are means of ℓ″xxᵀ and rounded by a few ε of maxᵢ|xᵢⱼ| maxᵢ|xᵢₖ| mean ℓ″, whatever cancels when columns are centred. In
/// the norm of S that is at most the share η = 16ε·mean ℓ″·maxᵢ‖xᵢ‖²_{H⁻¹} of any quadratic form, so gᵀH⁻¹g is at most 1/(1 − η) times
/// what was computed. From η = ½ on the matrix is too close to singular to prove anything.
fn self_concordant<T: Real>(
    smooth: &Smooth<'_, T>,
    properties: &Properties<T>,
    x: &[T],
    information: MatRef<'_, T>,
    gradient: &[T],
    slopes: &[T],
    curvature: &[T],
) -> Option<Local<T>> {
    let m = properties.self_concordance?;
    let mut cholesky = ScaledCholesky::new(x.len());
    cholesky.factor(information)?;
    let mut newton = gradient.to_vec();
    cholesky.solve(&mut newton);
    let computed = vector::dot(gradient, &newton).to_f64().max(0.0).sqrt();
    let (design, inverse) = (smooth.design(), smooth.datafit().total_weight().recip());
    let q = design.parameters().max(1);
    let row_norm: f64 =
        (0..x.len()).map(|k| (design.max_abs(k % q) * cholesky.scale()[k]).to_f64().powi(2)).sum::<f64>()
            * cholesky.scaled_inverse_trace().to_f64();
    let mean_curvature = mean_abs(curvature, inverse);
    let eta = 16.0 * f64::EPSILON * mean_curvature * row_norm;
    if eta >= 0.5 || eta.is_nan() {
        return None;
    }
    // The gradient is a mean of terms ℓ′x with a relative rounding of a few ε each; in the norm of H⁻¹ that is at most this much. A rounded
    // predictor moves ℓ′ by ℓ″, which that norm weighs by ℓ″⁻¹.
    let of_slopes = 8.0 * mean_abs(slopes, inverse) * row_norm.sqrt();
    let of_predictors = 4.0 * mean_curvature.sqrt() * predictor_bound(design, x).to_f64();
    let share = (1.0 - eta).sqrt().recip();
    let decrement = (computed + f64::EPSILON * (of_slopes + of_predictors)) * share;
    let r = m.to_f64() * row_norm.sqrt() * share;
    Some(Local { certificate: Certificate::self_concordant(decrement, r), newton, reach: r * decrement })
}

/// The gap at the slopes of x for P = ½ Σ dⱼ bⱼ², whose conjugate is Σ vⱼ²/(2dⱼ); nothing if a column is unpenalised.
fn duality_gap<T: Real>(smooth: &Smooth<'_, T>, x: &[T], weighted_slopes: &[T], value: T) -> Certificate {
    let (design, datafit, par) = (smooth.design(), smooth.datafit(), smooth.par());
    let first = usize::from(design.has_intercept());
    let q = design.parameters();
    let is_column = |k: usize| k % q.max(1) >= first;
    let quadratic = smooth.quadratic();
    if q == first || (0..x.len()).any(|k| is_column(k) && quadratic[k] <= T::ZERO) {
        return Certificate::None;
    }
    let half = T::of(0.5);
    let conjugate =
        |v: &[T]| (0..x.len()).filter(|k| is_column(*k)).map(|k| half * v[k] * v[k] / quadratic[k]).sum();
    Primal { design, datafit, par, value, x, weighted_slopes }.duality_gap(|v| (T::ONE, conjugate(v)))
}
