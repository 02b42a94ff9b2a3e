//! Laws that span crates.
