//! The arguments of `C(...)` and `poly(...)`.

use super::expression::Name;
use super::formula_error::Fault;
use super::lexer::Token;
use super::node::{Coding, Factor, Kind};
use super::parser::Parser;

/// The highest degree of a polynomial.
const HIGHEST: f64 = 100.0;

const CODINGS: &str = "write C(x), C(x, ref = \"b\"), C(x, Sum), C(x, Helmert) or C(x, Poly)";

impl Parser<'_> {
    /// `(x)`, `(x, ref = "b")`, `(x, Treatment("b"))`, `(x, Sum)` …
    pub(super) fn category(&mut self, open: usize) -> Result<Kind, Fault> {
        self.advance();
        let at = self.at();
        let Token::Name(text, quoted) = self.peek().clone() else {
            return Err(self.unexpected("a column", CODINGS));
        };
        self.advance();
        if !quoted && *self.peek() == Token::Sign('(') {
            let problem = format!("C() takes a column, not {text}(...)");
            return Err(Fault::syntax(at, problem, "prepare a column with the categories"));
        }
        let column = Name { text, at };
        let coding = if self.sign(',') { self.coding()? } else { Coding::Treatment(None) };
        self.close(open)?;
        Ok(Kind::Factor(Factor::Category { column, coding }))
    }

    fn coding(&mut self) -> Result<Coding, Fault> {
        let Token::Name(name, false) = self.peek().clone() else {
            return Err(self.unexpected("a coding", CODINGS));
        };
        match name.as_str() {
            "ref" => {
                self.advance();
                if !self.sign('=') {
                    return Err(self.unexpected("`=`", CODINGS));
                }
                self.level()
            }
            "Treatment" => {
                self.advance();
                let open = self.at().start;
                if !self.sign('(') {
                    return Ok(Coding::Treatment(None));
                }
                let coding =
                    if *self.peek() == Token::Sign(')') { Coding::Treatment(None) } else { self.level()? };
                self.close(open)?;
                Ok(coding)
            }
            "Sum" | "Helmert" | "Poly" => {
                self.advance();
                Ok(match name.as_str() {
                    "Sum" => Coding::Sum,
                    "Helmert" => Coding::Helmert,
                    _ => Coding::Poly,
                })
            }
            _ => Err(self.unexpected("a coding", CODINGS)),
        }
    }

    /// A level in quotes, or a number.
    fn level(&mut self) -> Result<Coding, Fault> {
        let at = self.at();
        let minus = self.sign('-');
        let text = match self.peek().clone() {
            Token::Text(text) if !minus => text,
            Token::Number(number) => (if minus { -number } else { number } + 0.0).to_string(),
            _ => return Err(self.unexpected("a level", "write the level in quotes: C(x, ref = \"b\")")),
        };
        let end = self.at().end;
        self.advance();
        Ok(Coding::Treatment(Some(Name { text, at: at.start..end })))
    }

    /// `(x, d)`, or `(x, d, raw)`.
    pub(super) fn poly(&mut self, open: usize) -> Result<Kind, Fault> {
        const REMEDY: &str = "write poly(x, 3), or poly(x, 3, raw) for the powers as they are";
        self.advance();
        let of = self.expression()?;
        if !self.sign(',') {
            return Err(self.unexpected("`,` and the degree", REMEDY));
        }
        let degree = match self.peek() {
            Token::Number(d) if *d >= 1.0 && *d <= HIGHEST && d.fract() == 0.0 => *d as usize,
            _ => return Err(self.unexpected("a degree from 1 to 100", REMEDY)),
        };
        self.advance();
        let raw = self.sign(',');
        if raw {
            if *self.peek() != Token::Name("raw".to_owned(), false) {
                return Err(self.unexpected("`raw`", REMEDY));
            }
            self.advance();
            // As R writes it: `raw = TRUE`.
            if self.sign('=') {
                if *self.peek() != Token::Name("TRUE".to_owned(), false) {
                    return Err(self.unexpected("`TRUE`", REMEDY));
                }
                self.advance();
            }
        }
        self.close(open)?;
        Ok(Kind::Factor(Factor::Poly { of, degree, raw }))
    }
}
