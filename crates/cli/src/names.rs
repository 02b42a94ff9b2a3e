//! [`Names`]: an option whose value names a catalogue item. Any text passes, because the library's own error suggests the nearest name;
//! the known names serve `--help` and completions.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};

/// Reads a catalogue name.
#[derive(Copy, Clone)]
pub struct Names(pub fn() -> Vec<(&'static str, &'static str)>);

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(&self, cmd: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(cmd, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(|(name, summary)| PossibleValue::new(name).help(summary))))
    }
}

/// The families.
pub fn families() -> Names {
    Names(|| thalweg::likelihood::CATALOGUE.iter().map(|e| (e.name, e.summary)).collect())
}

/// The links.
pub fn links() -> Names {
    Names(|| thalweg::likelihood::LINKS.iter().map(|e| (e.name, e.summary)).collect())
}

/// The losses of linear models, of one predictor a row and of several.
pub fn losses() -> Names {
    use thalweg::losses::Outputs;
    Names(|| {
        let one = thalweg::losses::CATALOGUE.iter().map(|e| (e.name, e.summary));
        let linear = |outputs| matches!(outputs, Outputs::Classes | Outputs::Parameters(_));
        let several = thalweg::losses::ROWWISE.iter().filter(|e| linear(e.make.outputs));
        one.chain(several.map(|e| (e.name, e.summary))).collect()
    })
}

/// The penalties; the lasso is what everybody calls `l1`.
pub fn penalties() -> impl TypedValueParser<Value = String> {
    let names = Names(|| thalweg::regularization::CATALOGUE.iter().map(|e| (e.name, e.summary)).collect());
    names.map(|text| if text == "lasso" { "l1".to_owned() } else { text })
}

/// The optimizers: of smooth problems, of those with kinks, and stochastic ones.
pub fn optimizers() -> Names {
    Names(|| {
        let smooth = thalweg::optimizers::CATALOGUE.iter().map(|e| (e.name, e.summary));
        let composite = thalweg::optimizers::COMPOSITE.iter().map(|e| (e.name, e.summary));
        let stochastic = thalweg::optimizers::UPDATES.iter().map(|e| (e.name, e.summary));
        smooth.chain(composite).chain(stochastic).collect()
    })
}

/// The embedded data sets.
pub fn datasets() -> Names {
    Names(|| thalweg::data::DATASETS.iter().map(|set| (set.name, set.summary)).collect())
}
