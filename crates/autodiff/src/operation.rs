//! [`Unary`], [`Binary`] and [`Comparison`]: the operations of a [`Program`](crate::Program), each a method of
//! [`Scalar`].

use thalweg_core::Scalar;

/// The operations as methods of [`Scalar`], with their names in text and graphs.
macro_rules! unary {
    ($($(#[$doc:meta])* $variant:ident $method:ident;)+) => {
        /// A function of one number.
        #[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Unary {
            $($(#[$doc])* $variant,)+
            /// −x.
            Neg,
            /// xⁿ.
            Powi(i32),
            /// ψ⁽ⁿ⁾(x): digamma for n = 0.
            Polygamma(u32),
        }

        impl Unary {
            /// Every operation, the ones with an index for some values of it.
            pub const ALL: &[Self] = &[
                $(Self::$variant,)+
                Self::Neg, Self::Powi(-2), Self::Powi(-1), Self::Powi(0), Self::Powi(1), Self::Powi(2), Self::Powi(3), Self::Powi(7),
                Self::Polygamma(0), Self::Polygamma(1), Self::Polygamma(2),
            ];

            /// The operation on any number type.
            #[inline(always)]
            pub fn apply<S: Scalar>(self, x: S) -> S {
                match self {
                    $(Self::$variant => x.$method(),)+
                    Self::Neg => -x,
                    Self::Powi(n) => x.powi(n),
                    Self::Polygamma(n) => x.polygamma(n),
                }
            }

            /// The name in text and graphs: that of the method of [`Scalar`].
            #[must_use]
            pub fn name(self) -> String {
                match self {
                    $(Self::$variant => stringify!($method).to_owned(),)+
                    Self::Neg => "neg".to_owned(),
                    Self::Powi(n) => format!("powi[{n}]"),
                    Self::Polygamma(n) => format!("polygamma[{n}]"),
                }
            }
        }
    };
}

unary! {
    /// |x|, with slope 0 at 0.
    Abs abs;
    /// eˣ.
    Exp exp;
    /// eˣ − 1.
    ExpM1 exp_m1;
    /// ln x.
    Ln ln;
    /// ln(1 + x).
    Ln1p ln_1p;
    /// √x.
    Sqrt sqrt;
    /// sin x.
    Sin sin;
    /// cos x.
    Cos cos;
    /// tan x.
    Tan tan;
    /// arcsin x.
    Asin asin;
    /// arccos x.
    Acos acos;
    /// arctan x.
    Atan atan;
    /// sinh x.
    Sinh sinh;
    /// cosh x.
    Cosh cosh;
    /// tanh x.
    Tanh tanh;
    /// The error function.
    Erf erf;
    /// The complementary error function.
    Erfc erfc;
    /// ln Γ(x).
    LnGamma ln_gamma;
    /// 1/(1 + e⁻ˣ).
    Sigmoid sigmoid;
    /// ln(1 + eˣ).
    Softplus softplus;
    /// Φ(x), the standard normal distribution function.
    NormalCdf normal_cdf;
    /// ln Φ(x).
    NormalLnCdf normal_ln_cdf;
    /// φ(x)/Φ(x).
    InverseMills inverse_mills;
}

/// A function of two numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// x + y.
    Add,
    /// x − y.
    Sub,
    /// x · y.
    Mul,
    /// x / y.
    Div,
    /// xʸ.
    Powf,
    /// The angle of the point (y, x), with the first operand as ordinate.
    Atan2,
}

impl Binary {
    /// Every operation.
    pub const ALL: &[Self] = &[Self::Add, Self::Sub, Self::Mul, Self::Div, Self::Powf, Self::Atan2];

    /// The operation on any number type.
    #[inline(always)]
    pub fn apply<S: Scalar>(self, x: S, y: S) -> S {
        match self {
            Self::Add => x + y,
            Self::Sub => x - y,
            Self::Mul => x * y,
            Self::Div => x / y,
            Self::Powf => x.powf(y),
            Self::Atan2 => x.atan2(y),
        }
    }

    /// The name in text and graphs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Div => "div",
            Self::Powf => "powf",
            Self::Atan2 => "atan2",
        }
    }
}

/// A comparison of two numbers: the condition of a [`Scalar::select`].
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// x < y.
    Lt,
    /// x ≤ y.
    Le,
}

impl Comparison {
    /// The comparison on any number type.
    #[inline(always)]
    pub fn apply<S: Scalar>(self, x: S, y: S) -> S::Mask {
        match self {
            Self::Lt => x.lt(y),
            Self::Le => x.le(y),
        }
    }

    /// The name in text and graphs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}
