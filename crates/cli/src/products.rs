//! [`Products`]: what a command hands over, in an order that loses nothing.

use std::path::Path;

use thalweg::models::Artifact;

use crate::console::Console;
use crate::failure::Failure;
use crate::save;

/// Notes, results and files.
pub struct Products<'p> {
    /// What was decided without being asked.
    pub notes: &'p [String],
    /// The results.
    pub text: String,
    /// The file of the model, the model, and of which part of the data it is.
    pub model: Option<(&'p Path, &'p Artifact, &'p str)>,
    /// The file of the report, and the page.
    pub page: Option<(&'p Path, &'p str)>,
    /// What a reader must know.
    pub warnings: &'p [String],
    /// The results are JSON.
    pub json: bool,
}

impl Products<'_> {
    /// Writes everything: the notes only now, so that an error of the fit stood alone; the files before the results, whose reader may have gone;
    /// and a file that cannot be written does not cost the results.
    pub fn deliver(self, console: &Console) -> Result<(), Failure> {
        self.notes.iter().for_each(|note| console.note(note));
        let saved = match self.model {
            Some((path, artifact, _)) => save::write(path, artifact.to_json()?.as_bytes()),
            None => Ok(()),
        };
        let page = self.page.map_or(Ok(()), |(path, page)| save::write(path, page.as_bytes()));
        console.results(&self.text)?;
        saved?;
        if let Some((path, _, part)) = self.model {
            let path = path.display();
            console.note(&format!("the model{part} is saved: thalweg predict {path} DATA"));
        }
        page?;
        if let Some((path, _)) = self.page {
            console.note(&format!("the report is written: {}", path.display()));
        }
        // The text report holds its warnings; JSON is read by programs, and a person should see them all the same.
        if self.json {
            self.warnings.iter().for_each(|warning| console.warn(warning));
        }
        Ok(())
    }
}
