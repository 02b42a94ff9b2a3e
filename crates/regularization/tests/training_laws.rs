//! The laws of what is random in `training`: what is kept on average, the same bits everywhere, transposes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashSet;
use std::fmt::Debug;

use thalweg_core::{Par, par};
use thalweg_regularization::training::{
    Augmentation, Crop, CutMix, Cutout, Draws, Flip, MakeReal, MixData, Mixing, Mixup, Noise, Rotate, Shape,
    SpatialDropout, StochasticDepth, augment_rows, augmentation, backward_rows, forward_rows, mix_rows,
    mixing, noise,
};

const NOISES: [&str; 6] = [
    "dropout:rate=0.3",
    "spatial-dropout:rate=0.3,channels=4",
    "stochastic-depth:rate=0.3",
    "gaussian-dropout:rate=0.3",
    "alpha-dropout:rate=0.3",
    "gaussian-noise:deviation=0.7",
];

/// Mean and variance over n numbers.
fn moments(x: &[f64]) -> (f64, f64) {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    (mean, x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / x.len() as f64)
}

/// The noise of value `at` of items of 8 equal values `x`, over many items.
fn sample(noise: &dyn Noise<f64>, x: f64, at: usize) -> Vec<f64> {
    let one = |item| {
        let mut values = [x; 8];
        noise.forward(Draws::new(11, 4), item, &mut values).unwrap();
        values[at]
    };
    (0..40_000).map(one).collect()
}

#[test]
fn noise_keeps_the_mean_and_has_its_variance() {
    let p = 0.3;
    for (text, x) in NOISES.into_iter().flat_map(|text| [(text, 1.5), (text, -2.0)]) {
        let variance = match text.split(':').next().unwrap() {
            "gaussian-noise" => 0.49,
            // Two values, a x + b and aα′ + b: its mean is no longer x, but 0 for x of mean 0, which has a law below.
            "alpha-dropout" => continue,
            _ => x * x * p / (1.0 - p),
        };
        let values = sample(&*noise(text).unwrap(), x, 5);
        let n = values.len() as f64;
        let (mean, found) = moments(&values);
        assert!((mean - x).abs() < 4.5 * (variance / n).sqrt(), "{text}: mean {mean}, not {x}");
        // The fourth central moment is below 4 variances² for all of them.
        assert!(
            (found - variance).abs() < 4.5 * variance * (3.0 / n).sqrt(),
            "{text}: {found}, not {variance}"
        );
    }
}

#[test]
fn alpha_dropout_keeps_mean_0_and_variance_1() {
    for rate in [0.05, 0.5] {
        let (gauss, dropout) = (
            noise("gaussian-noise:deviation=1").unwrap(),
            noise(&format!("alpha-dropout:rate={rate}")).unwrap(),
        );
        let mut x = vec![0.0_f64; 200_000];
        gauss.forward(Draws::new(2, 0), 0, &mut x).unwrap();
        dropout.forward(Draws::new(2, 0), 0, &mut x).unwrap();
        let (mean, variance) = moments(&x);
        // 4.5 standard errors: 1/√n, and √(kurtosis − 1)/√n with a kurtosis below 6.
        assert!(mean.abs() < 4.5 / 200_000_f64.sqrt(), "{rate}: {mean}");
        assert!((variance - 1.0).abs() < 4.5 * (5.0 / 200_000.0_f64).sqrt(), "{rate}: {variance}");
    }
}

#[test]
fn units_are_dropped_together_and_apart() {
    let mut x = [1.0; 24];
    let mut seen = HashSet::new();
    for item in 0..200 {
        x.fill(1.0);
        SpatialDropout::new(0.5, 3).unwrap().forward(Draws::new(1, 0), item, &mut x).unwrap();
        assert!(x.chunks(3).all(|position| *position == x[..3]));
        seen.insert(x[..3].iter().map(|x| *x == 0.0).collect::<Vec<_>>());
    }
    assert_eq!(seen.len(), 8, "three channels have eight masks");
    for item in 0..50 {
        x.fill(1.0);
        StochasticDepth::new(0.5).unwrap().forward(Draws::new(1, 0), item, &mut x).unwrap();
        assert!(x.iter().all(|v| *v == x[0]));
    }
}

/// ⟨J u, g⟩ = ⟨u, Jᵀ g⟩ with J u = z(x + u) − z(x), for the maps are affine.
#[test]
fn backward_is_the_transpose_of_forward() {
    for text in NOISES {
        let layer = noise::<f64>(text).unwrap();
        for item in 0..20 {
            let draws = Draws::new(3, 9).layer(2);
            let x: Vec<f64> = (0..16).map(|j| (j as f64 * 0.7).sin()).collect();
            let u: Vec<f64> = (0..16).map(|j| (j as f64 * 1.3).cos()).collect();
            let mut g: Vec<f64> = (0..16).map(|j| (j as f64 * 0.3).sin() + 0.1).collect();
            let (mut z, mut moved) = (x.clone(), x.iter().zip(&u).map(|(x, u)| x + u).collect::<Vec<_>>());
            layer.forward(draws, item, &mut z).unwrap();
            layer.forward(draws, item, &mut moved).unwrap();
            let left: f64 = moved.iter().zip(&z).zip(&g).map(|((m, z), g)| (m - z) * g).sum();
            layer.backward(draws, item, &mut g).unwrap();
            let right: f64 = u.iter().zip(&g).map(|(u, g)| u * g).sum();
            assert!((left - right).abs() < 1e-13, "{text}: {left}, not {right}");
        }
    }
}

#[test]
fn a_dropped_nan_is_gone() {
    let mut x = [f64::NAN; 64];
    noise("dropout:rate=0.5").unwrap().forward(Draws::new(1, 0), 0, &mut x).unwrap();
    assert!(x.contains(&0.0));
}

/// The bits of `run` on 1, 2 and 7 threads and in sequence.
fn same_bits<T: PartialEq + Debug + Send>(what: &str, run: impl Fn(Par) -> Vec<T> + Sync) -> Vec<T> {
    let wanted = run(Par::Seq);
    for threads in [1, 2, 7] {
        let found = par::with_threads(threads, || run(Par::Rayon)).unwrap();
        assert!(found == wanted, "{what} on {threads} threads");
    }
    wanted
}

/// Rows in two orders: the second batch must be the first one's rows, moved.
fn check_rows<T: PartialEq + Debug + Send + Copy>(what: &str, run: impl Fn(&[u32], Par) -> Vec<T> + Sync) {
    let rows: Vec<u32> = (100..164).collect();
    let reversed: Vec<u32> = rows.iter().rev().copied().collect();
    let one = same_bits(what, |par| run(&rows, par));
    let other = same_bits(what, |par| run(&reversed, par));
    let width = one.len() / rows.len();
    let back: Vec<T> = other.chunks(width).rev().flatten().copied().collect();
    assert!(one == back, "{what} depends on the order");
    assert!(one.chunks(width).any(|row| *row != one[..width]), "{what}: all rows have the same noise");
    // And one alone is what it is in the batch.
    assert!(run(&rows[9..10], Par::Seq)[..] == one[9 * width..10 * width], "{what} depends on the batch");
}

fn bits_of_noise_and_images<T: MakeReal>() {
    for text in NOISES {
        let noise = noise::<T>(text).unwrap();
        // Wide rows, so that the work is shared, and 64 of them.
        check_rows(text, |rows, par| {
            let mut x = vec![T::of(1.25); rows.len() * 1024];
            forward_rows(&*noise, Draws::new(7, 3), rows, &mut x, par).unwrap();
            backward_rows(&*noise, Draws::new(7, 3), rows, &mut x, par).unwrap();
            x
        });
    }
    let shape = Shape::new(24, 18, 3).unwrap();
    for text in ["flip:vertical=0.5", "shift", "rotate:degrees=40", "crop:padding=3", "cutout:size=6"] {
        let one = augmentation::<T>(text).unwrap();
        let image: Vec<T> = (0..shape.len()).map(|j| T::of((j as f64 * 0.37).sin())).collect();
        check_rows(text, |rows, par| {
            let mut x = image.repeat(rows.len());
            let mut scratch = vec![T::ZERO; x.len()];
            augment_rows(&[&*one, &*one], Draws::new(7, 3), rows, shape, (&mut x, &mut scratch), par)
                .unwrap();
            x
        });
    }
    let x: Vec<T> = (0..200 * shape.len()).map(|j| T::of((j as f64 * 0.11).sin())).collect();
    let y: Vec<T> = (0..400).map(|j| T::of(f64::from(j))).collect();
    let data = MixData::images(&x, &y, shape).unwrap();
    for text in ["mixup:alpha=0.4", "cut-mix"] {
        let mixing = mixing::<T>(text).unwrap();
        check_rows(text, |rows, par| {
            let (mut x, mut y) = (vec![T::ZERO; rows.len() * shape.len()], vec![T::ZERO; rows.len() * 2]);
            mix_rows(&*mixing, Draws::new(7, 3), rows, &data, (&mut x, &mut y), par).unwrap();
            x.chunks(shape.len()).zip(y.chunks(2)).flat_map(|(x, y)| [x, y].concat()).collect()
        });
    }
}

#[test]
fn bits_depend_on_seed_step_and_row_alone_f64() {
    bits_of_noise_and_images::<f64>();
}

#[test]
fn bits_depend_on_seed_step_and_row_alone_f32() {
    bits_of_noise_and_images::<f32>();
}

#[test]
fn seed_step_and_layer_change_the_noise() {
    let draw = |draws: Draws| {
        let mut x = [1.0; 64];
        noise("dropout").unwrap().forward(draws, 0, &mut x).unwrap();
        x.map(|x| x == 0.0)
    };
    let all = [
        Draws::new(1, 0),
        Draws::new(2, 0),
        Draws::new(1, 1),
        Draws::new(1, 0).layer(0),
        Draws::new(1, 0).layer(1),
    ];
    assert_eq!(all.map(draw).into_iter().collect::<HashSet<_>>().len(), 5);
}

#[test]
fn augmentations_draw_from_their_whole_range() {
    // One bright pixel in the middle says where the window went.
    let shape = Shape::new(9, 9, 1).unwrap();
    let mut places = HashSet::new();
    let mut quarters = [0; 4];
    for item in 0..4000 {
        let mut image = vec![0.0; 81];
        image[40] = 1.0;
        let apply = |chain: &dyn Augmentation<f64>, image: &mut [f64]| {
            chain.apply(Draws::new(1, 0), item, shape, image, &mut [0.0; 81]).unwrap();
        };
        apply(&Crop::new(2).unwrap(), &mut image);
        places.insert(image.iter().position(|v| *v == 1.0).unwrap());
        let mut corner = vec![0.0; 81];
        corner[0] = 1.0;
        apply(&Flip::new(0.5, 0.5).unwrap(), &mut corner);
        let at = corner.iter().position(|v| *v == 1.0).unwrap();
        quarters[[0, 8, 72, 80].iter().position(|place| *place == at).unwrap()] += 1;
    }
    assert_eq!(places.len(), 25, "(2·2 + 1)² places");
    // 4000 items in quarters: 4.5 standard deviations of √(4000·3/16).
    assert!(quarters.iter().all(|n| (f64::from(*n) - 1000.0).abs() < 4.5 * 750_f64.sqrt()), "{quarters:?}");
}

/// A ramp is kept by bilinear interpolation, so its value tells where a pixel came from.
#[test]
fn shifts_and_angles_are_uniform() {
    const DRAWS: u64 = 4000;
    let shape = Shape::new(21, 31, 1).unwrap();
    let ramp = |of: fn(f64, f64) -> f64| -> Vec<f64> {
        (0..shape.len()).map(|at| of((at / 31) as f64 - 10.0, (at % 31) as f64 - 15.0)).collect()
    };
    let (down, right) = (ramp(|down, _| down), ramp(|_, right| right));
    let value = |text: &str, image: &[f64], at: usize, item: u64| {
        let (mut image, mut scratch) = (image.to_vec(), image.to_vec());
        let one = augmentation(text).unwrap();
        one.apply(Draws::new(1, 0), item, shape, &mut image, &mut scratch).unwrap();
        image[at]
    };
    let (centre, right_of_it) = (10 * 31 + 15, 10 * 31 + 19);
    let shift = "shift:vertical=0.2,horizontal=0.3";
    let rows: Vec<f64> = (0..DRAWS).map(|item| -value(shift, &down, centre, item)).collect();
    let columns: Vec<f64> = (0..DRAWS).map(|item| -value(shift, &right, centre, item)).collect();
    // The pixel 4 to the right comes from 4 cos θ to the right and 4 sin θ up or down.
    let degrees = |item| {
        let from = |image| value("rotate:degrees=40", image, right_of_it, item);
        -from(&down).atan2(from(&right)).to_degrees()
    };
    let angles: Vec<f64> = (0..DRAWS).map(degrees).collect();
    for (what, found, limit) in [("rows", &rows, 4.2), ("columns", &columns, 9.3), ("angles", &angles, 40.0)]
    {
        let (mean, variance) = moments(found);
        let wanted = limit * limit / 3.0;
        assert!(found.iter().all(|x| x.abs() <= limit * (1.0 + 1e-12)), "{what}");
        assert!(mean.abs() < 4.5 * (wanted / DRAWS as f64).sqrt(), "{what}: mean {mean}");
        // The kurtosis of a uniform number is 9/5.
        let error = (variance - wanted).abs() / (wanted * (0.8 / DRAWS as f64).sqrt());
        assert!(error < 4.5, "{what}: variance {variance}, not {wanted}");
    }
    let both: f64 = rows.iter().zip(&columns).map(|(a, b)| a * b).sum::<f64>() / DRAWS as f64;
    assert!(both.abs() < 4.5 * 4.2 * 9.3 / 3.0 / (DRAWS as f64).sqrt(), "rows and columns: {both}");
}

/// A centred disc does not change when it is turned, but for interpolation, and its sum least of all.
#[test]
fn rotation_keeps_a_disc() {
    let shape = Shape::new(41, 41, 1).unwrap();
    let smooth = |at: usize| {
        let (r, q) = ((at / 41) as f64 - 20.0, (at % 41) as f64 - 20.0);
        (-(r * r + q * q) / 50.0).exp()
    };
    let disc: Vec<f64> = (0..shape.len()).map(smooth).collect();
    for item in 0..20 {
        let (mut image, mut scratch) = (disc.clone(), disc.clone());
        let rotate: &dyn Augmentation<f64> = &Rotate::new(180.0).unwrap();
        rotate.apply(Draws::new(1, 0), item, shape, &mut image, &mut scratch).unwrap();
        // Bilinear interpolation errs by at most ⅛(|f_rr| + |f_qq|) ≤ ⅛·2·(2/50).
        let worst = image.iter().zip(&disc).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
        assert!(worst <= 0.01, "{worst}");
        assert_ne!(image, disc);
    }
}

#[test]
fn cutout_and_cut_mix_change_a_rectangle() {
    let shape = Shape::new(12, 10, 2).unwrap();
    let x: Vec<f64> = [vec![1.0; shape.len()], vec![2.0; shape.len()]].concat();
    let data = MixData::images(&x, &[1.0, 2.0], shape).unwrap();
    let mut areas = HashSet::new();
    for step in 0..300 {
        let draws = Draws::new(4, step);
        let mut image = vec![1.0; shape.len()];
        let cutout: &dyn Augmentation<f64> = &Cutout::new(4).unwrap();
        cutout.apply(draws, 0, shape, &mut image, &mut []).unwrap();
        let gone = rectangle(&image, shape, 0.0);
        assert!((4..=16).contains(&gone), "{gone} pixels, from a corner to the whole square");
        let (mut mixed, mut target) = (vec![0.0; shape.len()], [0.0]);
        let told = CutMix::new(1.0).unwrap();
        let told = told.mix_with_target(draws, 0, &data, (&mut mixed, &mut target)).unwrap();
        if told.partner == 1 {
            let pasted = rectangle(&mixed, shape, 2.0);
            assert_eq!(told.share, 1.0 - pasted as f64 / 120.0);
            assert!((target[0] - (1.0 + pasted as f64 / 120.0)).abs() < 1e-15);
            areas.insert(pasted);
        } else {
            assert_eq!((mixed, target), (vec![1.0; shape.len()], [1.0]));
        }
    }
    assert!(areas.len() > 20, "{areas:?}");
}

/// The number of pixels of this value, which must fill a rectangle.
fn rectangle(image: &[f64], shape: Shape, value: f64) -> usize {
    let is = |pixel: &[f64]| {
        assert!(pixel.iter().all(|v| (*v == value) == (pixel[0] == value)), "channels go together");
        pixel[0] == value
    };
    let hit: Vec<usize> =
        image.chunks(shape.channels).enumerate().filter(|(_, pixel)| is(pixel)).map(|(at, _)| at).collect();
    let rows: HashSet<usize> = hit.iter().map(|at| at / shape.width).collect();
    let columns: HashSet<usize> = hit.iter().map(|at| at % shape.width).collect();
    assert_eq!(hit.len(), rows.len() * columns.len());
    hit.len()
}

#[test]
fn mixup_mixes_both_sides_alike() {
    let x: Vec<f64> = (0..300).map(|j| (j as f64).sin()).collect();
    let y: Vec<f64> = (0..100).map(f64::from).collect();
    let data = MixData::rows(&x, &y, 3).unwrap();
    let mut partners = HashSet::new();
    for row in 0..100 {
        let (mut own, mut target) = ([0.0; 3], [0.0]);
        let mixup = Mixup::new(1.0).unwrap();
        let told = mixup.mix_with_target(Draws::new(1, 0), row, &data, (&mut own, &mut target)).unwrap();
        let blend = |a: f64, b: f64| told.share * a + (1.0 - told.share) * b;
        assert_eq!(target[0], blend(f64::from(row), f64::from(told.partner)));
        for (j, value) in own.iter().enumerate() {
            assert_eq!(*value, blend(x[row as usize * 3 + j], x[told.partner as usize * 3 + j]));
        }
        partners.insert(told.partner);
    }
    // 100(1 − 1/e) ± 4.5·√(100(1/e − 2/e²)) of 100 are drawn at least once.
    assert!((49..=78).contains(&partners.len()), "{}", partners.len());
}
