//! [`Spinner`]: shown on stderr after a second of work, if stderr is a terminal.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::console::Console;

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A spinner with a message; it vanishes when dropped.
pub struct Spinner {
    bar: ProgressBar,
    /// Dropped to say that the work is done.
    done: Option<Sender<()>>,
}

impl Spinner {
    /// Starts the clock.
    pub fn start(console: &Console) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if !console.shows_progress() {
            return Self { bar, done: None };
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        let (done, work) = channel::<()>();
        let shown = bar.clone();
        std::thread::spawn(move || {
            if let Err(RecvTimeoutError::Timeout) = work.recv_timeout(PATIENCE) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(120));
            }
        });
        Self { bar, done: Some(done) }
    }

    /// Says what is going on.
    pub fn message(&self, text: &str) {
        if self.done.is_some() {
            self.bar.set_message(text.to_owned());
        }
    }

    /// Runs something that prints.
    pub fn pause(&self, f: impl FnOnce()) {
        self.bar.suspend(f);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        drop(self.done.take());
        self.bar.finish_and_clear();
    }
}
