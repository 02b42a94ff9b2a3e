//! [`Entry`]: one line of a crate's `CATALOGUE`, the single source for the CLI's names, `thalweg list`, the law tests and the benchmark
//! rows.

use crate::error::{Error, Result};

/// A numeric parameter of a catalogue item.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, as typed in `huber:delta=1.5`.
    pub name: &'static str,
    /// Its value if not given.
    pub default: f64,
    /// The rule it must obey, in words.
    pub rule: &'static str,
    /// What it does, with its unit.
    pub summary: &'static str,
}

/// A named item with its parameters and how to make it.
#[derive(Copy, Clone, Debug)]
pub struct Entry<Make: 'static> {
    /// The name: the file's stem with `-` for `_`, as the CLI spells it.
    pub name: &'static str,
    /// One line for `thalweg list`.
    pub summary: &'static str,
    /// Its parameters, in constructor order.
    pub parameters: &'static [Parameter],
    /// A way to write it in the CLI.
    pub example: &'static str,
    /// The constructors.
    pub make: Make,
}

impl<Make> Entry<Make> {
    /// The values of all parameters from `name=value` pairs, defaults filled in.
    ///
    /// # Errors
    /// An unknown parameter (with a suggestion), or a value that is not a number.
    pub fn values(&self, given: &[(&str, &str)]) -> Result<Vec<f64>> {
        let mut values: Vec<f64> = self.parameters.iter().map(|p| p.default).collect();
        for (name, text) in given {
            let Some(at) = self.parameters.iter().position(|p| p.name == *name) else {
                let kind = format!("parameter of {}", self.name);
                return Err(Error::unknown_name(&kind, name, self.parameters.iter().map(|p| p.name)));
            };
            let rule = self.parameters[at].rule;
            values[at] = text.trim().parse().map_err(|_| Error::invalid_parameter(name, text, rule))?;
        }
        Ok(values)
    }
}

/// The entry of this name.
///
/// # Errors
/// [`Error::UnknownName`] with the nearest name.
pub fn find<'c, Make>(kind: &str, catalogue: &'c [Entry<Make>], name: &str) -> Result<&'c Entry<Make>> {
    catalogue
        .iter()
        .find(|entry| entry.name == name)
        .ok_or_else(|| Error::unknown_name(kind, name, catalogue.iter().map(|entry| entry.name)))
}

/// Splits `name:key=value,key=value`.
///
/// ```
/// let (name, given) = thalweg_core::catalogue::parse("huber:delta=1.5")?;
/// assert_eq!((name, given), ("huber", vec![("delta", "1.5")]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A part without `=`.
pub fn parse(text: &str) -> Result<(&str, Vec<(&str, &str)>)> {
    let Some((name, rest)) = text.split_once(':') else { return Ok((text.trim(), Vec::new())) };
    let given = rest.split(',').map(|part| {
        part.split_once('=').map(|(key, value)| (key.trim(), value.trim())).ok_or_else(|| {
            Error::invalid_parameter(name, part, "parameters are written name:key=value,key=value")
        })
    });
    Ok((name.trim(), given.collect::<Result<_>>()?))
}
