//! The catalogue of `training`, and what wrong input is answered.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Par, catalogue};
use thalweg_regularization::training::{
    Averaged, CATALOGUE, Draws, EarlyStopping, EarlyStoppingOptions, Make, MaxNorm, MixData, Shape, Swa,
    augmentation, forward_rows, mixing, noise, weighting,
};

#[test]
fn every_entry_makes_itself() {
    for entry in CATALOGUE {
        for text in [entry.name, entry.example] {
            let (name, given) = catalogue::parse(text).unwrap();
            assert_eq!(name, entry.name);
            let values = entry.values(&given).unwrap();
            match &entry.make {
                Make::Noise(make) => drop(((make.f64)(&values).unwrap(), (make.f32)(&values).unwrap())),
                Make::Augmentation(make) => {
                    drop(((make.f64)(&values).unwrap(), (make.f32)(&values).unwrap()))
                }
                Make::Mixing(make) => drop(((make.f64)(&values).unwrap(), (make.f32)(&values).unwrap())),
                Make::Weighting(make) => drop(make(&values).unwrap()),
                Make::MaxNorm(make) => assert!(make(&values).is_ok()),
                Make::EarlyStopping(make) => assert!(make(&values).is_ok()),
            }
            assert!(!entry.summary.is_empty() && entry.parameters.iter().all(|p| !p.rule.is_empty()));
        }
    }
}

#[test]
fn wrong_input_is_named() {
    for bad in [
        "dropout:rate=1",
        "dropout:rate=-0.1",
        "dropout:rate=NaN",
        "spatial-dropout:channels=0",
        "spatial-dropout:channels=1.5",
        "gaussian-noise:deviation=-1",
        "gaussian-noise:deviation=inf",
        "drpout",
        "mixup",
    ] {
        assert!(noise::<f64>(bad).is_err(), "{bad}");
    }
    for bad in [
        "flip:vertical=1.1",
        "rotate:degrees=181",
        "shift:vertical=NaN",
        "crop:padding=-1",
        "crop:padding=65537",
        "cutout:size=1",
        "dropout",
    ] {
        assert!(augmentation::<f64>(bad).is_err(), "{bad}");
    }
    for bad in ["mixup:alpha=0", "cut-mix:alpha=inf", "cut-mix:alpha=NaN"] {
        assert!(mixing::<f64>(bad).is_err(), "{bad}");
    }
    for bad in ["ema:decay=1", "ema:corrected=0.5", "swa:cycle=0", "swa:start=-1", "polyak:eta=-1"] {
        assert!(weighting(bad).is_err(), "{bad}");
    }
    let error = noise::<f64>("dropuot").unwrap_err().to_string();
    assert!(error.contains("unknown noise `dropuot`, did you mean `dropout`?"), "{error}");
    let error = noise::<f64>("dropout:rate=1").unwrap_err().to_string();
    assert_eq!(error, "rate = 1 is not allowed: it must be at least 0 and less than 1");

    assert!(MaxNorm::new(0.0).is_err() && MaxNorm::new(f64::NAN).is_err());
    let norm = MaxNorm::new(1.0).unwrap();
    assert!(norm.project(&mut [1.0; 4], 0).is_err() && norm.project(&mut [1.0; 4], 3).is_err());
    for (patience, improvement, generalization_loss) in
        [(0, 0.0, 1.0), (1, -1.0, 1.0), (1, f64::NAN, 1.0), (1, 0.0, 0.0), (1, 0.0, f64::NAN)]
    {
        let options = EarlyStoppingOptions { patience, improvement, generalization_loss };
        assert!(EarlyStopping::<f64>::new(options, 1).is_err(), "{options:?}");
    }
    let mut stopping = EarlyStopping::new(EarlyStoppingOptions::default(), 2).unwrap();
    assert!(stopping.observe(1.0, &[1.0]).is_err() && stopping.restore(&mut [1.0]).is_err());
    assert!(Averaged::<f64>::new(Box::new(Swa::new(0, 1).unwrap()), 0).is_err());

    let draws = Draws::new(1, 0);
    let dropout = noise::<f64>("dropout").unwrap();
    assert!(forward_rows(&*dropout, draws, &[], &mut [], Par::Seq).is_err());
    assert!(forward_rows(&*dropout, draws, &[0, 1], &mut [1.0; 3], Par::Seq).is_err());
    let spatial = noise::<f64>("spatial-dropout:channels=2").unwrap();
    assert!(forward_rows(&*spatial, draws, &[0, 1], &mut [1.0; 6], Par::Seq).is_err());
    assert!(Shape::new(0, 1, 1).is_err() && Shape::new(usize::MAX, 2, 1).is_err());
    let (shape, crop) = (Shape::new(2, 2, 1).unwrap(), augmentation::<f64>("crop").unwrap());
    assert!(crop.apply(draws, 0, shape, &mut [1.0; 3], &mut [1.0; 4]).is_err());
    assert!(crop.apply(draws, 0, shape, &mut [1.0; 4], &mut [1.0; 3]).is_err());
    let x = [1.0; 8];
    assert!(MixData::images(&x, &[1.0; 3], shape).is_err());
    assert!(MixData::images(&x[..7], &[1.0; 2], shape).is_err());
    assert!(MixData::images(&x[..0], &[], shape).is_err());
    let data = MixData::images(&x, &[1.0; 2], shape).unwrap();
    let mixup = mixing::<f64>("mixup").unwrap();
    assert!(mixup.mix(draws, 2, &data, &mut [0.0; 4]).is_err());
    assert!(mixup.mix(draws, 1, &data, &mut [0.0; 3]).is_err());
    assert!(mixup.mix_with_target(draws, 1, &data, (&mut [0.0; 4], &mut [0.0; 2])).is_err());
}
