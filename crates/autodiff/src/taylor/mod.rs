//! Taylor series: polynomials of any order around a point, and how far off they are at most.
