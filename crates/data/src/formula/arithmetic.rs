//! Arithmetic, as it stands inside functions and left of `~`: from loosest to tightest `+` and `-`, then `*` and `/`, then a sign,
//! then `^`, which is taken from the right.

use super::expression::{Expression, Function, Name, Operation};
use super::formula_error::Fault;
use super::lexer::Token;
use super::parser::{Parser, SPECIAL, unknown_function};

impl Parser<'_> {
    /// The one argument of a function.
    pub(super) fn argument(&mut self, open: usize) -> Result<Expression, Fault> {
        self.advance();
        let of = self.expression()?;
        self.close(open)?;
        Ok(of)
    }

    /// Arithmetic.
    pub(super) fn expression(&mut self) -> Result<Expression, Fault> {
        self.nested(|parser| {
            let operation = |sign: &Token| match sign {
                Token::Sign('+') => Some(Operation::Add),
                Token::Sign('-') => Some(Operation::Subtract),
                _ => None,
            };
            parser.binary(operation, Self::expression_product)
        })
    }

    fn expression_product(&mut self) -> Result<Expression, Fault> {
        let operation = |sign: &Token| match sign {
            Token::Sign('*') => Some(Operation::Multiply),
            Token::Sign('/') => Some(Operation::Divide),
            _ => None,
        };
        self.binary(operation, Self::expression_signed)
    }

    /// A chain of operations of one level, from the left.
    fn binary(
        &mut self,
        operation: fn(&Token) -> Option<Operation>,
        operand: fn(&mut Self) -> Result<Expression, Fault>,
    ) -> Result<Expression, Fault> {
        let mut value = operand(self)?;
        while let Some(operation) = operation(self.peek()) {
            self.chain()?;
            self.advance();
            value = Expression::Binary(operation, Box::new(value), Box::new(operand(self)?));
        }
        Ok(value)
    }

    fn expression_signed(&mut self) -> Result<Expression, Fault> {
        if self.sign('-') {
            return Ok(Expression::Negate(Box::new(self.nested(Self::expression_signed)?)));
        }
        if self.sign('+') {
            return self.nested(Self::expression_signed);
        }
        let base = self.expression_part()?;
        if *self.peek() != Token::Power {
            return Ok(base);
        }
        self.advance();
        let exponent = self.nested(Self::expression_signed)?;
        Ok(Expression::Binary(Operation::Power, Box::new(base), Box::new(exponent)))
    }

    fn expression_part(&mut self) -> Result<Expression, Fault> {
        let at = self.at();
        match self.peek().clone() {
            Token::Number(number) => {
                self.advance();
                Ok(Expression::Number(number))
            }
            Token::Sign('(') => self.argument(at.start),
            Token::Name(name, quoted) => {
                self.advance();
                if quoted || *self.peek() != Token::Sign('(') {
                    return Ok(Expression::Column(Name { text: name, at }));
                }
                let open = self.at().start;
                match Function::of_name(&name) {
                    Some(function) => Ok(Expression::Call(function, Box::new(self.argument(open)?))),
                    None if name == "I" => Ok(Expression::Identity(Box::new(self.argument(open)?))),
                    None if SPECIAL.contains(&name.as_str()) => {
                        let problem = format!("{name}() is no number that arithmetic could use");
                        Err(Fault::syntax(at, problem, "let it stand by itself"))
                    }
                    None => Err(unknown_function(&name, at, &["I"])),
                }
            }
            Token::Dot => Err(self.unexpected("a number", "`.` stands for terms; name one column here")),
            _ => Err(self.unexpected("a column or a number", "complete the expression")),
        }
    }
}
