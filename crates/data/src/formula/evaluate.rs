//! `Evaluator`: expressions and factors in the used rows.

use std::borrow::Cow;
use std::collections::HashMap;

use thalweg_core::{Result, math, vector};

use super::design::Values;
use super::expression::{Expression, Function, Operation};
use super::node::Factor;
use super::polynomial::{Polynomial, mean};
use super::power::powers;
use super::recipe::{Learned, Moments};
use super::{ModelFormula, damaged};
use crate::encode::Rows;
use crate::fault::{Place, show};
use crate::table::Table;

/// The columns in use, in the used rows.
pub(super) struct Evaluator<'a> {
    pub(super) table: &'a Table,
    pub(super) rows: &'a Rows,
    /// The numbers, by the column's name.
    pub(super) numbers: HashMap<String, Cow<'a, [f64]>>,
    /// The codes of the learned levels, by the factor's text.
    pub(super) codes: HashMap<String, Vec<u32>>,
    pub(super) learned: Learned,
    /// Whether means and polynomials are still to be learned.
    pub(super) learns: bool,
}

impl<'a> Evaluator<'a> {
    /// The values of each factor.
    pub(super) fn factors(&mut self, formula: &ModelFormula) -> Result<Vec<Values<'a>>> {
        let factors = formula.terms.factors.iter().zip(&formula.terms.labels);
        factors.map(|(factor, label)| self.factor(factor, label)).collect()
    }

    fn factor(&mut self, factor: &Factor, label: &str) -> Result<Values<'a>> {
        if let Some(codes) = self.codes.remove(label) {
            return Ok(Values::Codes(codes));
        }
        Ok(Values::Numbers(match factor {
            Factor::Column(name) | Factor::Category { column: name, .. } => {
                vec![(self.column(&name.text)?.clone(), None)]
            }
            Factor::Value(of) => match of.column_power() {
                Some((base, k)) => {
                    let base = self.checked(base)?;
                    let power = powers(&base, k).pop().unwrap_or_default();
                    self.check(of, &power.0)?;
                    vec![(power.0.into(), Some(power.1))]
                }
                None => vec![(self.checked(of)?.into(), None)],
            },
            Factor::Poly { of, degree, raw: true } => {
                let base = self.checked(of)?;
                let all = powers(&base, *degree as u32);
                if let Some((last, _)) = all.last() {
                    self.check_labelled(label, of, last)?;
                }
                all.into_iter().enumerate().map(|(k, (hi, lo))| (hi.into(), (k > 0).then_some(lo))).collect()
            }
            Factor::Poly { of, degree, raw: false } => {
                let base = self.checked(of)?;
                if self.learns {
                    let Some((polynomial, _)) = Polynomial::learn(&base, *degree) else {
                        let place = Place::file(self.table.source());
                        let problem =
                            format!("`{label}` needs more than {degree} different values of `{of}`");
                        return Err(
                            place.error(problem, "lower the degree, or center and scale what is large")
                        );
                    };
                    self.learned.polynomials.insert(label.to_owned(), polynomial);
                }
                let polynomial = self.learned.polynomials.get(label);
                let columns =
                    polynomial.ok_or_else(|| damaged(&format!("`{label}` has no coefficients")))?.at(&base);
                if let Some(last) = columns.last() {
                    self.check_labelled(label, of, last)?;
                }
                columns.into_iter().map(|column| (column.into(), None)).collect()
            }
        }))
    }

    /// What is added to the linear predictor; `None` without an offset.
    pub(super) fn offset(&mut self, formula: &ModelFormula) -> Result<Option<Vec<f64>>> {
        let mut sum: Option<Vec<f64>> = None;
        for (of, log) in &formula.terms.offsets {
            let values = if *log {
                self.checked(&Expression::Call(Function::Log, Box::new(of.clone())))?
            } else {
                self.checked(of)?
            };
            match &mut sum {
                None => sum = Some(values),
                Some(sum) => vector::axpy(1.0, &values, sum),
            }
        }
        Ok(sum)
    }

    /// The values of an expression, all of them finite where its columns are.
    pub(super) fn checked(&mut self, of: &Expression) -> Result<Vec<f64>> {
        let values = self.values(of)?;
        self.check(of, &values)?;
        Ok(values)
    }

    fn check(&self, of: &Expression, values: &[f64]) -> Result<()> {
        self.check_labelled(&of.to_string(), of, values)
    }

    /// Refuses the first value that is not finite though the columns of `of` are.
    fn check_labelled(&self, label: &str, of: &Expression, values: &[f64]) -> Result<()> {
        if vector::all_finite(values) {
            return Ok(());
        }
        let mut columns = Vec::new();
        of.visit_columns(&mut |name| columns.push(name.text.as_str()));
        columns.sort_unstable();
        columns.dedup();
        let known =
            |i: usize| columns.iter().all(|name| self.numbers.get(*name).is_some_and(|v| v[i].is_finite()));
        let Some(i) = (0..values.len()).find(|i| !values[*i].is_finite() && known(*i)) else { return Ok(()) };
        let row = self.rows.used[i] as usize;
        let line = self.table.line(row);
        let row = if line.is_some() { String::new() } else { format!(" (row {row})") };
        let at = |name: &&str| {
            format!("`{}` = {}", show(name), self.numbers.get(*name).map_or(f64::NAN, |v| v[i]))
        };
        let at: Vec<String> = columns.iter().map(at).collect();
        let problem = format!("`{label}` is {} at {}{row}", values[i], at.join(", "));
        let remedy = "correct the value, leave the row out, or choose a function that is defined there";
        Err(Place::file(self.table.source()).line(line).error(problem, remedy))
    }

    pub(super) fn column(&self, name: &str) -> Result<&Cow<'a, [f64]>> {
        self.numbers.get(name).ok_or_else(|| damaged(&format!("column `{name}` was not read")))
    }

    fn values(&mut self, of: &Expression) -> Result<Vec<f64>> {
        Ok(match of {
            Expression::Number(number) => vec![*number; self.rows.used.len()],
            Expression::Column(name) => self.column(&name.text)?.to_vec(),
            Expression::Negate(of) => map(self.values(of)?, |x| -x),
            Expression::Identity(of) => self.values(of)?,
            Expression::Call(function @ (Function::Scale | Function::Center), inner) => {
                let values = self.values(inner)?;
                let Moments { mean, sd } = self.moments(of, &values, *function == Function::Scale)?;
                map(values, |x| (x - mean) / sd)
            }
            Expression::Call(function, of) => apply(*function, self.values(of)?),
            Expression::Binary(Operation::Power, base, exponent) => {
                let base = self.values(base)?;
                match **exponent {
                    Expression::Number(k) if k.fract() == 0.0 && k <= 64.0 => {
                        map(base, |x| math::powi(x, k as i32))
                    }
                    _ => zip(base, &self.values(exponent)?, math::powf),
                }
            }
            Expression::Binary(operation, a, b) => {
                let (a, b) = (self.values(a)?, self.values(b)?);
                match operation {
                    Operation::Add => zip(a, &b, |a, b| a + b),
                    Operation::Subtract => zip(a, &b, |a, b| a - b),
                    Operation::Multiply => zip(a, &b, |a, b| a * b),
                    Operation::Divide | Operation::Power => zip(a, &b, |a, b| a / b),
                }
            }
        })
    }

    /// Mean and standard deviation, learned or remembered.
    fn moments(&mut self, of: &Expression, values: &[f64], scale: bool) -> Result<Moments> {
        let label = of.to_string();
        if let Some(moments) = self.learned.moments.get(&label) {
            return Ok(*moments);
        }
        if !self.learns {
            return Err(damaged(&format!("`{label}` has no mean")));
        }
        self.check(of, values)?;
        let mean = mean(values);
        let mut sd = 1.0;
        if scale {
            let rest: Vec<f64> = values.iter().map(|x| x - mean).collect();
            sd = vector::norm2(&rest) / (values.len() as f64 - 1.0).sqrt();
            if !(sd > 0.0 && sd.is_finite()) {
                let problem = format!("`{label}` divides by a standard deviation of {sd}");
                return Err(Place::file(self.table.source()).error(problem, "leave the term out"));
            }
        }
        let moments = Moments { mean, sd };
        self.learned.moments.insert(label, moments);
        Ok(moments)
    }
}

fn map(mut values: Vec<f64>, f: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter_mut().for_each(|x| *x = f(*x));
    values
}

fn zip(mut a: Vec<f64>, b: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter_mut().zip(b).for_each(|(a, b)| *a = f(*a, *b));
    a
}

fn apply(function: Function, values: Vec<f64>) -> Vec<f64> {
    match function {
        Function::Log => map(values, math::ln),
        Function::Log1p => map(values, math::ln_1p),
        // Those of the standard library are exact at powers of their base, which a multiple of ln is not.
        Function::Log2 => map(values, f64::log2),
        Function::Log10 => map(values, f64::log10),
        Function::Exp => map(values, math::exp),
        Function::Expm1 => map(values, math::exp_m1),
        Function::Sqrt => map(values, f64::sqrt),
        Function::Abs => map(values, f64::abs),
        Function::Sin => map(values, math::sin),
        Function::Cos => map(values, math::cos),
        Function::Tanh => map(values, math::tanh),
        // Their moments are needed, which `values` has.
        Function::Scale | Function::Center => values,
    }
}
