//! Paths of all rows and of parts of them, as they are fitted.

use std::sync::atomic::{AtomicUsize, Ordering};

use thalweg::models::Resampling;

use crate::console::Console;
use crate::data::sample::Sample;
use crate::progress::Spinner;
use crate::text::count;

/// Says what begins, `parts` being the parts in words and `part` the name of one, and returns what shows how far it is.
pub fn observer<'w>(
    sample: &Sample,
    parts: &str,
    part: &'w str,
    (console, spinner): (&'w Console, &'w Spinner),
) -> impl Fn(Resampling) + Sync + use<'w> {
    let work = format!(
        "fitting paths of {} with {}: all rows and {parts}",
        count(sample.y().len() as u64, "row"),
        count(sample.names().len() as u64, "column")
    );
    spinner.message(&work);
    spinner.pause(|| console.detail(&work));
    let shown = AtomicUsize::new(0);
    move |now| {
        let line = progress(now, part);
        spinner.message(&line);
        if shown.fetch_max(now.samples, Ordering::Relaxed) < now.samples {
            spinner.pause(|| console.detail(&line));
        }
    }
}

/// How far it is, in words.
fn progress(now: Resampling, part: &str) -> String {
    format!(
        "{} of {} done, {} of at most {}",
        now.samples,
        count(now.of_samples as u64, part),
        now.fits,
        count(now.of_fits as u64, "fit")
    )
}
