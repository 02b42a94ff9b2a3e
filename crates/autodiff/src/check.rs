//! Checks of derivatives against finite differences, complex steps and each other.
