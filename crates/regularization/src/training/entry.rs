//! How a method of training is listed and made from its name.

use thalweg_core::{Entry, Error, Parameter, Real, Result, catalogue};

use super::CATALOGUE;
use super::augmentation::Augmentation;
use super::averaged::Weighting;
use super::early_stopping::EarlyStoppingOptions;
use super::max_norm::MaxNorm;
use super::mixing::Mixing;
use super::noise::Noise;

/// A catalogue entry of a method of training.
pub type TrainingEntry = Entry<Make>;

/// Makes an object from parameter values.
pub type MakeBox<A> = fn(&[f64]) -> Result<Box<A>>;

/// The constructors in each precision.
#[derive(Copy, Clone, Debug)]
pub struct MakeEach<A, B> {
    /// In double precision.
    pub f64: A,
    /// In single precision.
    pub f32: B,
}

/// Makes a noise.
pub type MakeNoise = MakeEach<MakeBox<dyn Noise<f64>>, MakeBox<dyn Noise<f32>>>;

/// Makes an augmentation.
pub type MakeAugmentation = MakeEach<MakeBox<dyn Augmentation<f64>>, MakeBox<dyn Augmentation<f32>>>;

/// Makes a mixing.
pub type MakeMixing = MakeEach<MakeBox<dyn Mixing<f64>>, MakeBox<dyn Mixing<f32>>>;

/// The constructor of a method, by what it acts on.
#[derive(Copy, Clone, Debug)]
pub enum Make {
    /// Perturbs activations or inputs.
    Noise(MakeNoise),
    /// Changes images.
    Augmentation(MakeAugmentation),
    /// Mixes two rows and their targets.
    Mixing(MakeMixing),
    /// Averages weights over steps.
    Weighting(MakeBox<dyn Weighting>),
    /// Constrains weights.
    MaxNorm(fn(&[f64]) -> Result<MaxNorm>),
    /// Ends the training.
    EarlyStopping(fn(&[f64]) -> Result<EarlyStoppingOptions>),
}

/// The noise of this description, such as `dropout:rate=0.2`.
///
/// ```
/// use thalweg_regularization::training::{Draws, noise};
/// let mut g = [1.0_f32; 3];
/// noise("dropout:rate=0")?.backward(Draws::new(1, 0), 0, &mut g)?;
/// assert_eq!(g, [1.0; 3]);
/// assert!(noise::<f32>("flip").is_err());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a value that breaks its rule.
pub fn noise<T: MakeReal>(text: &str) -> Result<Box<dyn Noise<T>>> {
    let (make, values) = find("noise", text, |make| match make {
        Make::Noise(each) => Some(T::noise(each)),
        _ => None,
    })?;
    make(&values)
}

/// The augmentation of this description, such as `rotate:degrees=15`.
///
/// # Errors
/// As [`noise`].
pub fn augmentation<T: MakeReal>(text: &str) -> Result<Box<dyn Augmentation<T>>> {
    let (make, values) = find("augmentation", text, |make| match make {
        Make::Augmentation(each) => Some(T::augmentation(each)),
        _ => None,
    })?;
    make(&values)
}

/// The mixing of this description, such as `mixup:alpha=0.2`.
///
/// # Errors
/// As [`noise`].
pub fn mixing<T: MakeReal>(text: &str) -> Result<Box<dyn Mixing<T>>> {
    let (make, values) = find("mixing", text, |make| match make {
        Make::Mixing(each) => Some(T::mixing(each)),
        _ => None,
    })?;
    make(&values)
}

/// The weighting of this description, such as `ema:decay=0.99`.
///
/// ```
/// let ema = thalweg_regularization::training::weighting("ema:decay=0.75,corrected=0")?;
/// assert_eq!(ema.share(1, 1), 0.25);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// As [`noise`].
pub fn weighting(text: &str) -> Result<Box<dyn Weighting>> {
    let (make, values) = find("weighting", text, |make| match make {
        Make::Weighting(make) => Some(*make),
        _ => None,
    })?;
    make(&values)
}

/// The constructor that `pick` finds in the entry of this name, and the values; names of another kind are unknown.
fn find<A>(kind: &str, text: &str, pick: impl Fn(&Make) -> Option<A>) -> Result<(A, Vec<f64>)> {
    let (name, given) = catalogue::parse(text)?;
    let entry = CATALOGUE.iter().find(|entry| entry.name == name);
    let Some((entry, make)) = entry.and_then(|entry| Some((entry, pick(&entry.make)?))) else {
        let known = CATALOGUE.iter().filter(|entry| pick(&entry.make).is_some());
        return Err(Error::unknown_name(kind, name, known.map(|entry| entry.name)));
    };
    Ok((make, entry.values(&given)?))
}

/// Picks the constructors of a precision. Implemented for `f32` and `f64`.
pub trait MakeReal: Real {
    /// The constructor of a noise.
    fn noise(each: &MakeNoise) -> MakeBox<dyn Noise<Self>>;
    /// The constructor of an augmentation.
    fn augmentation(each: &MakeAugmentation) -> MakeBox<dyn Augmentation<Self>>;
    /// The constructor of a mixing.
    fn mixing(each: &MakeMixing) -> MakeBox<dyn Mixing<Self>>;
}

macro_rules! make_real {
    ($float:ident) => {
        impl MakeReal for $float {
            fn noise(each: &MakeNoise) -> MakeBox<dyn Noise<Self>> {
                each.$float
            }
            fn augmentation(each: &MakeAugmentation) -> MakeBox<dyn Augmentation<Self>> {
                each.$float
            }
            fn mixing(each: &MakeMixing) -> MakeBox<dyn Mixing<Self>> {
                each.$float
            }
        }
    };
}

make_real!(f64);
make_real!(f32);

/// A value that has to be a whole number.
pub(super) fn whole(parameter: &Parameter, value: f64) -> Result<u64> {
    // Beyond 2⁵³ not every whole number is one of these.
    if value >= 0.0 && value <= (1_u64 << 53) as f64 && value.fract() == 0.0 {
        Ok(value as u64)
    } else {
        Err(Error::invalid_parameter(parameter.name, value, parameter.rule))
    }
}
