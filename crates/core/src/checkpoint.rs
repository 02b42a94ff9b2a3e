//! [`Checkpoint`]: the state of a run as plain numbers, saved and restored to the bit.
//!
//! One method serves saving, restoring and counting bytes: a state *visits* its fields in a fixed order, and the [`Archive`] decides
//! which way the numbers flow.

use crate::error::{Error, Result};
use crate::real::Real;

/// State that can be saved and restored exactly.
///
/// ```
/// use thalweg_core::{Archive, Checkpoint, Result, load, save};
/// #[derive(Default, PartialEq, Debug)]
/// struct Momentum { velocity: Vec<f64>, step: u64 }
/// impl Checkpoint for Momentum {
///     fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
///         archive.count("step", &mut self.step)?;
///         thalweg_core::visit_slice(archive, "velocity", &mut self.velocity)
///     }
/// }
/// let mut state = Momentum { velocity: vec![1.5, -0.25], step: 7 };
/// let bytes = save(&mut state)?;
/// let mut copy = Momentum { velocity: vec![0.0; 2], step: 0 };
/// load(&mut copy, &bytes)?;
/// assert_eq!(copy, state);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub trait Checkpoint {
    /// Visits every field in a fixed order.
    ///
    /// # Errors
    /// A stored name or length that does not fit this state.
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()>;
}

/// A few numbers.
impl<T: Real, const N: usize> Checkpoint for [T; N] {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "numbers", self)
    }
}

/// One end of a checkpoint: reads from or writes to the fields it is shown.
pub trait Archive {
    /// A real number. Both float types widen to `f64` and back without loss.
    ///
    /// # Errors
    /// A stored name that differs, or the end of the stored bytes.
    fn number(&mut self, name: &str, value: &mut f64) -> Result<()>;
    /// A counter or flag.
    ///
    /// # Errors
    /// As [`Archive::number`].
    fn count(&mut self, name: &str, value: &mut u64) -> Result<()>;
}

/// Visits a scalar of either float type.
///
/// # Errors
/// As [`Archive::number`].
pub fn visit_real<T: Real>(archive: &mut dyn Archive, name: &str, value: &mut T) -> Result<()> {
    let mut wide = value.to_f64();
    archive.number(name, &mut wide)?;
    *value = T::of(wide);
    Ok(())
}

/// Visits a slice; its length must agree with the stored one.
///
/// # Errors
/// As [`Archive::number`]; [`Error::Shape`] for another length.
pub fn visit_slice<T: Real>(archive: &mut dyn Archive, name: &str, values: &mut [T]) -> Result<()> {
    let mut length = values.len() as u64;
    archive.count(name, &mut length)?;
    crate::check_shape(&format!("length of `{name}` in the checkpoint"), values.len(), length as usize)?;
    values.iter_mut().try_for_each(|value| visit_real(archive, name, value))
}

/// Visits a `usize`.
///
/// # Errors
/// As [`Archive::number`].
pub fn visit_usize(archive: &mut dyn Archive, name: &str, value: &mut usize) -> Result<()> {
    let mut wide = *value as u64;
    archive.count(name, &mut wide)?;
    *value = wide as usize;
    Ok(())
}

/// Visits a part of a state with its names prefixed by `scope.`, so that two parts may use the same ones.
///
/// # Errors
/// As [`Checkpoint::visit`].
pub fn visit_scoped(archive: &mut dyn Archive, scope: &str, state: &mut dyn Checkpoint) -> Result<()> {
    struct Scoped<'a> {
        archive: &'a mut dyn Archive,
        scope: &'a str,
    }
    impl Archive for Scoped<'_> {
        fn number(&mut self, name: &str, value: &mut f64) -> Result<()> {
            self.archive.number(&format!("{}.{name}", self.scope), value)
        }
        fn count(&mut self, name: &str, value: &mut u64) -> Result<()> {
            self.archive.count(&format!("{}.{name}", self.scope), value)
        }
    }
    state.visit(&mut Scoped { archive, scope })
}

/// The state as bytes: for each number a 4-byte hash of its name and its 8 bytes, little-endian.
///
/// # Errors
/// Whatever the state's [`Checkpoint::visit`] returns.
pub fn save(state: &mut dyn Checkpoint) -> Result<Vec<u8>> {
    let mut writer = Writer(Vec::new());
    state.visit(&mut writer)?;
    Ok(writer.0)
}

/// Restores a state from the bytes of [`save`].
///
/// # Errors
/// Bytes of another state, too few or too many.
pub fn load(state: &mut dyn Checkpoint, bytes: &[u8]) -> Result<()> {
    let mut reader = Reader(bytes);
    state.visit(&mut reader)?;
    if reader.0.is_empty() { Ok(()) } else { Err(broken("holds more than this state")) }
}

fn broken(problem: &str) -> Error {
    Error::Data {
        file: None,
        line: None,
        column: None,
        problem: format!("the checkpoint {problem}"),
        remedy: "resume with the optimizer, options and data that wrote it".to_owned(),
    }
}

/// FNV-1a, enough to notice that two states disagree about a field.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

struct Writer(Vec<u8>);

impl Archive for Writer {
    fn number(&mut self, name: &str, value: &mut f64) -> Result<()> {
        self.count(name, &mut value.to_bits())
    }
    fn count(&mut self, name: &str, value: &mut u64) -> Result<()> {
        self.0.extend_from_slice(&hash(name).to_le_bytes());
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }
}

struct Reader<'a>(&'a [u8]);

impl Archive for Reader<'_> {
    fn number(&mut self, name: &str, value: &mut f64) -> Result<()> {
        let mut bits = 0;
        self.count(name, &mut bits)?;
        *value = f64::from_bits(bits);
        Ok(())
    }
    fn count(&mut self, name: &str, value: &mut u64) -> Result<()> {
        let Some((field, rest)) = self.0.split_first_chunk::<12>() else { return Err(broken("ends early")) };
        let (tag, bits) = field.split_at(4);
        if tag != hash(name).to_le_bytes() {
            return Err(broken(&format!("has another field where `{name}` belongs")));
        }
        *value = bits.iter().rev().fold(0, |n, b| (n << 8) | u64::from(*b));
        self.0 = rest;
        Ok(())
    }
}
