//! Random formulas with their values in high precision, and random numbers to make them of.
#![allow(dead_code)]

pub mod big;

use astro_float_num::BigFloat;
use thalweg_autodiff::{Binary, Function, Unary};
use thalweg_core::Scalar;

/// Steele, Lea and Flood's SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }
    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        (lo + (hi - lo) * self.unit()).clamp(lo, hi)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// A formula in one variable.
#[derive(Clone, Debug)]
pub enum Formula {
    Variable,
    Constant(f64),
    Unary(Unary, Box<Formula>),
    Binary(Binary, Box<Formula>, Box<Formula>),
    /// The third where first < second, else the fourth.
    Select(Box<[Formula; 4]>),
}

impl Function for Formula {
    fn inputs(&self) -> Option<usize> {
        Some(1)
    }
    fn eval<S: Scalar>(&self, x: &[S]) -> S {
        match self {
            Self::Variable => x[0],
            Self::Constant(c) => S::of(*c),
            Self::Unary(op, a) => op.apply(a.eval(x)),
            Self::Binary(op, a, b) => op.apply(a.eval(x), b.eval(x)),
            Self::Select(parts) => {
                let [a, b, then, otherwise] = &**parts;
                S::select(a.eval(x).lt(b.eval(x)), then.eval(x), otherwise.eval(x))
            }
        }
    }
}

impl Formula {
    pub fn big(&self, x: &BigFloat) -> BigFloat {
        match self {
            Self::Variable => x.clone(),
            Self::Constant(c) => big::of(*c),
            Self::Unary(op, a) => big::unary(*op, &a.big(x)),
            Self::Binary(op, a, b) => big::binary(*op, &a.big(x), &b.big(x)),
            Self::Select(parts) => {
                let [a, b, then, otherwise] = &**parts;
                if big::less(&a.big(x), &b.big(x)) { then.big(x) } else { otherwise.big(x) }
            }
        }
    }

    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Variable | Self::Constant(_) => vec![],
            Self::Unary(_, a) => vec![a],
            Self::Binary(_, a, b) => vec![a, b],
            Self::Select(parts) => parts.iter().collect(),
        }
    }

    /// Whether a program may take it for a constant.
    fn is_constant(&self) -> bool {
        match self {
            Self::Variable => false,
            Self::Unary(Unary::Powi(0), _) => true,
            Self::Binary(Binary::Mul | Binary::Div, a, b) if a.is_zero() || b.is_zero() => true,
            Self::Select(parts) => parts.iter().skip(2).any(Self::is_constant),
            other => other.parts().iter().all(|part| part.is_constant()),
        }
    }

    fn is_zero(&self) -> bool {
        matches!(self, Self::Constant(c) if *c == 0.0)
            || (self.is_constant() && !matches!(self, Self::Constant(_)))
    }

    /// Whether a constant results from others: a program rounds it.
    pub fn folds(&self) -> bool {
        let parts = self.parts();
        (!parts.is_empty() && self.is_constant()) || parts.iter().any(|part| part.folds())
    }

    /// The operations, by name.
    pub fn operations(&self, names: &mut Vec<String>) {
        match self {
            Self::Variable | Self::Constant(_) => {}
            Self::Unary(op, a) => {
                names.push(op.name());
                a.operations(names);
            }
            Self::Binary(op, a, b) => {
                names.push(op.name().to_owned());
                a.operations(names);
                b.operations(names);
            }
            Self::Select(parts) => {
                names.push("select".to_owned());
                parts.iter().for_each(|part| part.operations(names));
            }
        }
    }

    pub fn unary(op: Unary, a: Self) -> Self {
        Self::Unary(op, Box::new(a))
    }
    pub fn binary(op: Binary, a: Self, b: Self) -> Self {
        Self::Binary(op, Box::new(a), Box::new(b))
    }

    /// A formula of at most this depth.
    pub fn random(r: &mut Random, depth: usize) -> Self {
        match r.below(10) {
            _ if depth == 0 => match r.below(3) {
                0 => Self::Constant((r.between(-2.0, 2.0) * 16.0).round() / 16.0),
                _ => Self::Variable,
            },
            0..=4 => {
                let op = Unary::ALL[r.below(Unary::ALL.len())];
                Self::random_unary(op, r, depth)
            }
            5 => {
                let parts = [0; 4].map(|_| Self::random(r, depth - 1));
                Self::Select(Box::new(parts))
            }
            _ => {
                let op = Binary::ALL[r.below(Binary::ALL.len())];
                let (a, b) = (Self::random(r, depth - 1), Self::random(r, depth - 1));
                if op == Binary::Powf && r.below(4) > 0 {
                    Self::binary(op, a.positive(r), b)
                } else {
                    Self::binary(op, a, b)
                }
            }
        }
    }

    /// `op` of a formula, three times out of four brought into its domain.
    pub fn random_unary(op: Unary, r: &mut Random, depth: usize) -> Self {
        let a = Self::random(r, depth.saturating_sub(1));
        let natural =
            matches!(op, Unary::Ln | Unary::Sqrt | Unary::LnGamma | Unary::Polygamma(_) | Unary::Powi(_));
        let a = match op {
            _ if r.below(4) == 0 => a,
            Unary::Asin | Unary::Acos => Self::unary(Unary::Tanh, a),
            _ if natural => a.positive(r),
            _ => a,
        };
        Self::unary(op, a)
    }

    /// c + a² or e^a.
    fn positive(self, r: &mut Random) -> Self {
        if r.below(3) == 0 {
            return Self::unary(Unary::Exp, self);
        }
        let square = Self::unary(Unary::Powi(2), self);
        Self::binary(Binary::Add, Self::Constant(r.between(0.01, 2.0)), square)
    }
}
