//! Sparse Jacobians and Hessians: pattern, colouring, compressed derivatives.
