//! Laws that span crates. There is nothing to call here: each file under `tests/` holds one law.
//!
//! | file | law |
//! |---|---|
//! | `loss_is_likelihood` | a loss is minus the log-density of its family, up to a constant in η |
//! | `minimizers_agree` | every optimizer finds the minimum that Newton's method finds, for every loss |
