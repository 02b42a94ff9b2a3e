//! Reverse mode for any control flow: a tape, recorded anew each time.
