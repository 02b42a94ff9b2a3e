//! The deterministic parts of `training` against PyTorch, SciPy and exact fractions; the script is beside the fixture.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::streams::below;
use thalweg_core::{Par, Streams};
use thalweg_regularization::training::{
    Affine, AlphaDropout, Augmentation, Averaged, CutMix, Draws, EarlyStopping, EarlyStoppingOptions, Flip,
    MaxNorm, MixData, Mixing, Mixup, Noise, Shape, Verdict, crop, weighting,
};

/// One line of the fixture.
struct Case {
    text: &'static str,
    settings: Vec<(&'static str, &'static str)>,
    groups: Vec<Vec<f64>>,
}

impl Case {
    fn setting(&self, name: &str) -> &'static str {
        self.settings.iter().find(|(key, _)| *key == name).unwrap().1
    }

    fn number<N: std::str::FromStr<Err: std::fmt::Debug>>(&self, name: &str) -> N {
        self.setting(name).parse().unwrap()
    }

    fn shape(&self) -> Shape {
        Shape::new(self.number("height"), self.number("width"), self.number("channels")).unwrap()
    }

    /// `found` is the last group, to a distance of `tolerance` times the largest number there is.
    fn check(&self, found: &[f64], tolerance: f64) {
        let wanted = self.groups.last().unwrap();
        assert_eq!(found.len(), wanted.len(), "{}", self.text);
        let size = self.groups.iter().flatten().fold(0.0_f64, |m, v| m.max(v.abs()));
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() <= tolerance * size, "{}: {found:e}, not {wanted:e}", self.text);
        }
    }
}

/// The lines of this name, of which there must be `count`.
fn cases(name: &str, count: usize) -> Vec<Case> {
    let parse = |text: &'static str| {
        let mut parts = text.splitn(3, ';');
        (parts.next().unwrap() == name).then(|| Case {
            text: &text[..text.len().min(80)],
            settings: parts.next().unwrap().split(',').map(|s| s.split_once('=').unwrap()).collect(),
            groups: parts.next().unwrap().split('|').map(numbers).collect(),
        })
    };
    let lines = include_str!("fixtures/training.csv").lines().filter(|line| !line.starts_with('#'));
    let cases: Vec<Case> = lines.filter_map(parse).collect();
    assert_eq!(cases.len(), count, "{name}");
    cases
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|n| n.parse().unwrap()).collect()
}

/// The coordinates go through −1…1 and back there: a few roundings of a number of the size of the image.
const COORDINATES: f64 = 64.0 * f64::EPSILON;

#[test]
fn rotations_are_those_of_grid_sample() {
    for case in cases("rotate", 20) {
        let (image, mut out) = (&case.groups[0], vec![f64::NAN; case.groups[1].len()]);
        let angle = case.number::<f64>("degrees").to_radians();
        Affine::rotation(angle).warp(case.shape(), image, &mut out).unwrap();
        case.check(&out, COORDINATES);
    }
}

#[test]
fn translations_are_those_of_grid_sample() {
    for case in cases("translate", 12) {
        let (image, mut out) = (&case.groups[0], vec![f64::NAN; case.groups[1].len()]);
        Affine::translation(case.number("down"), case.number("right"))
            .warp(case.shape(), image, &mut out)
            .unwrap();
        case.check(&out, COORDINATES);
    }
}

#[test]
fn a_quarter_turn_moves_pixels() {
    for case in cases("rot90", 1) {
        let shape = Shape::new(6, 6, 2).unwrap();
        let mut out = vec![f64::NAN; shape.len()];
        Affine::rotation(std::f64::consts::FRAC_PI_2).warp(shape, &case.groups[0], &mut out).unwrap();
        case.check(&out, COORDINATES);
    }
}

#[test]
fn crops_are_slices_of_the_padded_image() {
    for case in cases("crop", 6) {
        let shape = case.shape();
        let window = Shape::new(case.number("out_height"), case.number("out_width"), shape.channels).unwrap();
        let mut out = vec![f64::NAN; window.len()];
        crop(shape, &case.groups[0], (case.number("top"), case.number("left")), window, &mut out).unwrap();
        case.check(&out, 0.0);
    }
}

#[test]
fn flips_are_torchs() {
    for case in cases("flip", 3) {
        let mut image = case.groups[0].clone();
        let flip = Flip::new(case.number("horizontal"), case.number("vertical")).unwrap();
        flip.apply(Draws::new(0, 0), 0, case.shape(), &mut image, &mut []).unwrap();
        case.check(&image, 0.0);
    }
}

#[test]
fn max_norm_is_renorm() {
    for case in cases("renorm", 3) {
        let mut w = case.groups[0].clone();
        let limit: f64 = case.number("limit");
        MaxNorm::new(limit).unwrap().project(&mut w, 4).unwrap();
        // renorm divides by the norm plus 1e-7, and the norms that it divides by are above the limit.
        case.check(&w, 1e-7 / limit);
        let inside = |group: &[f64]| group.iter().map(|w| w * w).sum::<f64>().sqrt() <= limit;
        for (before, after) in case.groups[0].chunks(4).zip(w.chunks(4)) {
            let norm = after.iter().map(|w| w * w).sum::<f64>().sqrt();
            assert!(norm <= limit * (1.0 + 4.0 * f64::EPSILON));
            assert!(!inside(before) || before == after);
        }
    }
}

#[test]
fn means_of_weights_are_torchs_and_the_definitions() {
    for case in cases("average", 14) {
        let rule = case.setting("rule");
        let mut words = rule.splitn(2, ':');
        let name = words.next().unwrap().to_owned();
        let text = words.next().map_or(name.clone(), |rest| format!("{name}:{}", rest.replace(':', ",")));
        let mut mean = Averaged::new(weighting(&text).unwrap(), 3).unwrap();
        let mut found = Vec::new();
        for w in case.groups[0].chunks(3) {
            mean.update(w, Par::Seq).unwrap();
            found.extend_from_slice(mean.weights().unwrap_or(&[0.0; 3]));
        }
        // Twelve updates, each of three roundings.
        case.check(&found, 36.0 * f64::EPSILON);
    }
}

#[test]
fn alpha_dropout_has_the_two_values_of_torch() {
    for case in cases("alpha", 4) {
        let dropout = AlphaDropout::new(case.number("rate")).unwrap();
        let mut x = [1.0; 512];
        dropout.forward(Draws::new(1, 0), 0, &mut x).unwrap();
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert!(x.iter().all(|x| *x == low || *x == high));
        case.check(&[low, high], 8.0 * f64::EPSILON);
    }
}

#[test]
fn patience_counts_as_torchs_plateau_scheduler() {
    for case in cases("patience", 4) {
        let patience = case.number("patience");
        let options =
            EarlyStoppingOptions { patience, improvement: case.number("improvement"), ..Default::default() };
        let mut stopping = EarlyStopping::new(options, 1).unwrap();
        let [values, best, waited] = &case.groups[..] else { panic!("{}", case.text) };
        let mut at = 0.0;
        for (k, ((value, best), waited)) in values.iter().zip(best).zip(waited).enumerate() {
            let verdict = stopping.observe(*value, &[k as f64]).unwrap();
            let wanted = match *waited as u64 {
                0 => Verdict::Improved,
                n if n == patience => Verdict::OutOfPatience,
                n => Verdict::Waiting(n),
            };
            assert_eq!(verdict, wanted, "{} at {k}", case.text);
            assert_eq!(stopping.best().unwrap().value, *best);
            if wanted == Verdict::Improved {
                at = k as f64;
            }
        }
        let mut weights = [-1.0];
        let found = stopping.restore(&mut weights).unwrap().unwrap();
        assert_eq!((weights[0], found.observation as f64), (at, at));
    }
}

#[test]
fn shares_of_mixup_follow_the_beta_distribution() {
    const DRAWS: u32 = 20_000;
    for case in cases("beta", 4) {
        let mixup = Mixup::new(case.number("alpha")).unwrap();
        let x: Vec<f64> = vec![0.0; DRAWS as usize];
        let data = MixData::rows(&x, &[], 1).unwrap();
        let draw = |row| mixup.mix(Draws::new(5, 0), row, &data, &mut [0.0]).unwrap().share;
        let shares: Vec<f64> = (0..DRAWS).map(draw).collect();
        for (k, quantile) in case.groups[0].iter().enumerate() {
            let p = (k + 1) as f64 / 20.0;
            // Quantiles within half a rounding of 1 cannot be told from it.
            if 1.0 - quantile < 1e-15 {
                continue;
            }
            let below = shares.iter().filter(|share| *share <= quantile).count();
            let error = (below as f64 / f64::from(DRAWS) - p).abs();
            let deviation = (p * (1.0 - p) / f64::from(DRAWS)).sqrt();
            assert!(error < 4.5 * deviation, "{} at {p}: {} deviations", case.text, error / deviation);
        }
    }
}

#[test]
fn shares_of_cut_mix_have_the_moments_of_the_authors_program() {
    const DRAWS: u64 = 20_000;
    for case in cases("cutmix", 2) {
        let shape = case.shape();
        let cut_mix = CutMix::new(case.number("alpha")).unwrap();
        let x = vec![0.0; shape.len()];
        let data = MixData::images(&x, &[], shape).unwrap();
        let mut out = vec![0.0; shape.len()];
        let draw = |step| cut_mix.mix(Draws::new(5, step), 0, &data, &mut out).unwrap().share;
        let shares: Vec<f64> = (0..DRAWS).map(draw).collect();
        let [mean, square] = case.groups[0][..] else { panic!("{}", case.text) };
        let found = |f: fn(f64) -> f64| shares.iter().map(|s| f(*s)).sum::<f64>() / DRAWS as f64;
        // 4.5 standard errors, the second from the fourth moment that was found.
        let deviation = ((square - mean * mean) / DRAWS as f64).sqrt();
        assert!((found(|s| s) - mean).abs() < 4.5 * deviation, "{}", case.text);
        let spread = found(|s| s.powi(4)) - square * square;
        assert!((found(|s| s * s) - square).abs() < 4.5 * (spread / DRAWS as f64).sqrt(), "{}", case.text);
    }
}

/// An image under a map and its inverse is itself where nothing was lost: a law that needs no reference.
#[test]
fn whole_shifts_are_undone() {
    let shape = Shape::new(9, 7, 2).unwrap();
    let mut rng = Streams::new(3).stream("image", 0);
    let mut image = vec![0.0; shape.len()];
    for (at, value) in image.iter_mut().enumerate() {
        let (row, column) = (at / 14, at / 2 % 7);
        // A frame of two pixels may leave the image.
        if (2..7).contains(&row) && (2..5).contains(&column) {
            *value = below(&mut rng, 1000) as f64;
        }
    }
    let (mut there, mut back) = (vec![0.0; shape.len()], vec![0.0; shape.len()]);
    for (down, right) in [(2.0, -1.0), (-2.0, 2.0)] {
        Affine::translation(down, right).warp(shape, &image, &mut there).unwrap();
        Affine::translation(-down, -right).warp(shape, &there, &mut back).unwrap();
        assert_ne!(there, image);
        assert_eq!(back, image);
    }
}
