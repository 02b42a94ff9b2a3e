//! Forward mode: derivatives carried along by numbers.
