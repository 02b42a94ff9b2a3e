//! From tokens to the two sides of a formula, by recursive descent.
//!
//! From loosest to tightest: `~`, then `+` and `-`, then `*` and `/`, then `:`, then `^`.

use core::ops::Range;

use super::expression::{Expression, Function, Name, Operation};
use super::formula_error::{Fault, column};
use super::lexer::{Token, tokens};
use super::node::{Factor, Join, Kind, Left, Literal, Node};
use thalweg_core::Error;

/// The deepest nesting, and the most operations of one term, so that no text exhausts the stack.
const DEEPEST: usize = 100;
const MOST: usize = 1000;

/// What may stand before a parenthesis on the right side, beside the functions of one number.
pub(super) const SPECIAL: [&str; 6] = ["C", "I", "poly", "offset", "exposure", "cbind"];

pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    depth: usize,
    /// Operations since the last term began.
    operations: usize,
}

/// The two sides of the formula.
pub(super) fn parse(text: &str) -> Result<(Left, Node), Fault> {
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0, operations: 0 };
    if *parser.peek() == Token::End {
        return Err(Fault::syntax(
            parser.at(),
            "the formula is empty",
            "write what to predict and from what: `y ~ x`",
        ));
    }
    if parser.sign('~') {
        return Err(Fault::syntax(0..1, "nothing is left of `~`", "write what to predict: `y ~ x`"));
    }
    let left = parser.left()?;
    if !parser.sign('~') {
        let remedy = if matches!(parser.peek(), Token::End) {
            "write `~` and the predictors behind it: `y ~ x`"
        } else {
            "left of `~` stands what to predict: a column, arithmetic, cbind(a, b), a / b or y == \"level\""
        };
        return Err(parser.unexpected("`~`", remedy));
    }
    if *parser.peek() == Token::End {
        return Err(parser.unexpected("a predictor", "write `1` for the intercept alone"));
    }
    let right = parser.sum()?;
    match parser.peek() {
        Token::End => Ok((left, right)),
        Token::Sign('~') => Err(parser.unexpected("the end", "a formula has one `~`")),
        Token::Sign(')') => Err(parser.unexpected("the end", "nothing opens this parenthesis: remove it")),
        _ => Err(parser.unexpected("an operator", "join terms by `+`, `*` or `:`")),
    }
}

impl<'t> Parser<'t> {
    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    /// The bytes of the next token.
    pub(super) fn at(&self) -> Range<usize> {
        self.tokens.get(self.next).map_or(self.text.len()..self.text.len(), |(_, at)| at.clone())
    }

    pub(super) fn advance(&mut self) {
        self.next += 1;
    }

    /// Takes the sign if it is next.
    pub(super) fn sign(&mut self, sign: char) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        self.next += usize::from(found);
        found
    }

    /// The end of the last token taken.
    fn end(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |(_, at)| at.end)
    }

    pub(super) fn unexpected(&self, wanted: &str, remedy: &str) -> Fault {
        Fault::syntax(self.at(), format!("{wanted} belongs here, not {}", self.peek().shown()), remedy)
    }

    /// Takes the parenthesis that closes the one at `open`.
    pub(super) fn close(&mut self, open: usize) -> Result<(), Fault> {
        if self.sign(')') {
            return Ok(());
        }
        let remedy = format!("close the parenthesis of column {}", column(self.text, open));
        Err(match self.peek() {
            Token::End => Fault::syntax(self.at(), "`)` is missing", remedy),
            _ => self.unexpected("`)`", &remedy),
        })
    }

    /// Goes one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth == DEEPEST {
            let problem = format!("more than {DEEPEST} operations are nested here");
            return Err(Fault::syntax(self.at(), problem, "prepare a column with the result"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Counts an operation of a chain, whose tree is as deep as the chain is long.
    pub(super) fn chain(&mut self) -> Result<(), Fault> {
        self.operations += 1;
        if self.operations <= MOST {
            return Ok(());
        }
        let problem = format!("the term has more than {MOST} operations");
        Err(Fault::syntax(self.at(), problem, "prepare a column with the result"))
    }

    fn left(&mut self) -> Result<Left, Fault> {
        if let (Token::Name(name, false), Some((Token::Sign('('), open))) =
            (self.peek().clone(), self.tokens.get(self.next + 1).cloned())
            && name == "cbind"
        {
            self.next += 2;
            let successes = self.expression()?;
            if !self.sign(',') {
                return Err(self.unexpected("`,`", "write cbind(successes, failures)"));
            }
            let failures = self.expression()?;
            self.close(open.start)?;
            return Ok(Left::Counts(successes, failures));
        }
        let from = self.at().start;
        let value = self.expression()?;
        let at = from..self.end();
        if *self.peek() == Token::Same {
            let Expression::Column(name) = value else {
                return Err(Fault::syntax(at, "only a column is compared with a level", "name a column"));
            };
            self.advance();
            let (literal, at) = self.literal()?;
            return Ok(Left::Same(name, literal, at));
        }
        let mut columns = 0;
        value.visit_columns(&mut |_| columns += 1);
        if columns == 0 {
            return Err(Fault::syntax(at, "the left side has no column", "write what to predict: `y ~ x`"));
        }
        match value {
            Expression::Binary(Operation::Divide, successes, trials) => match *trials {
                Expression::Number(n) => Err(Fault::syntax(
                    at,
                    format!("`{successes} / {n}` may be a share of {n} trials or a number divided by {n}"),
                    format!("write cbind({successes}, {n} - {successes}) or I({successes} / {n})"),
                )),
                trials => Ok(Left::Share(*successes, trials)),
            },
            value => Ok(Left::Value(value)),
        }
    }

    fn literal(&mut self) -> Result<(Literal, Range<usize>), Fault> {
        let from = self.at().start;
        let minus = self.sign('-');
        let literal = match self.peek().clone() {
            Token::Text(text) if !minus => Literal::Text(text),
            Token::Number(number) => Literal::Number(if minus { -number } else { number }),
            _ => return Err(self.unexpected("a level", "write the level in quotes: y == \"yes\"")),
        };
        self.advance();
        Ok((literal, from..self.end()))
    }

    /// Terms joined by `+` and `-`.
    fn sum(&mut self) -> Result<Node, Fault> {
        let from = self.at().start;
        let mut parts = Vec::new();
        loop {
            let (mut signs, mut minus) = (0, false);
            loop {
                match self.peek() {
                    Token::Sign('+') => {}
                    Token::Sign('-') => minus = !minus,
                    _ => break,
                }
                self.advance();
                signs += 1;
            }
            if !parts.is_empty() && signs == 0 {
                break;
            }
            if self.depth == 0 {
                self.operations = 0;
            }
            parts.push((minus, self.product()?));
        }
        let at = from..self.end();
        match parts.pop() {
            Some((false, only)) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(Node { kind: Kind::Sum(parts), at })
            }
        }
    }

    /// Terms joined by `*` and `/`.
    fn product(&mut self) -> Result<Node, Fault> {
        let mut node = self.interaction()?;
        loop {
            let join = match self.peek() {
                Token::Sign('*') => Join::Cross,
                Token::Sign('/') => Join::Nest,
                _ => return Ok(node),
            };
            self.chain()?;
            self.advance();
            node = self.joined(join, node, Self::interaction)?;
        }
    }

    /// Terms joined by `:`.
    fn interaction(&mut self) -> Result<Node, Fault> {
        let mut node = self.power()?;
        while *self.peek() == Token::Sign(':') {
            self.chain()?;
            self.advance();
            node = self.joined(Join::Interact, node, Self::power)?;
        }
        Ok(node)
    }

    fn joined(
        &mut self,
        join: Join,
        left: Node,
        right: fn(&mut Self) -> Result<Node, Fault>,
    ) -> Result<Node, Fault> {
        let right = right(self)?;
        let at = left.at.start..right.at.end;
        Ok(Node { kind: Kind::Join(join, Box::new(left), Box::new(right)), at })
    }

    /// A term, or its power.
    fn power(&mut self) -> Result<Node, Fault> {
        let base = self.nested(Self::term)?;
        if *self.peek() != Token::Power {
            return Ok(base);
        }
        self.advance();
        let at = self.at();
        let k = match self.peek() {
            Token::Number(k) if *k >= 1.0 && *k <= 64.0 && k.fract() == 0.0 => *k as u32,
            _ => {
                let remedy =
                    "`(a + b)^2` takes interactions of up to 2; write I(x^2) for the square of numbers";
                return Err(self.unexpected("a whole number from 1 to 64", remedy));
            }
        };
        self.advance();
        if *self.peek() == Token::Power {
            return Err(self.unexpected("an operator", "one `^` is enough"));
        }
        let at = base.at.start..at.end;
        Ok(Node { kind: Kind::Power(Box::new(base), k), at })
    }

    fn term(&mut self) -> Result<Node, Fault> {
        let at = self.at();
        let from = at.start;
        let kind = match self.peek().clone() {
            Token::Sign('(') => {
                self.advance();
                let inner = self.sum()?;
                self.close(from)?;
                return Ok(Node { at: from..self.end(), ..inner });
            }
            Token::Number(number) if number == 0.0 || number == 1.0 => {
                self.advance();
                Kind::Intercept(number == 1.0)
            }
            Token::Number(_) => {
                return Err(
                    self.unexpected("a term", "only 0 and 1 stand by themselves; write I(2 * x), offset(2)")
                );
            }
            Token::Dot => {
                self.advance();
                Kind::Others
            }
            Token::Name(name, quoted) => {
                self.advance();
                let called = !quoted && *self.peek() == Token::Sign('(');
                if called {
                    self.function(&name, at)?
                } else {
                    Kind::Factor(Factor::Column(Name { text: name, at }))
                }
            }
            Token::Text(_) => {
                return Err(self.unexpected("a term", "put names of columns in backquotes, not in quotes"));
            }
            _ => return Err(self.unexpected("a term", "name a column, or a function of one")),
        };
        Ok(Node { kind, at: from..self.end() })
    }

    /// What a function makes of its arguments; its name was taken, the parenthesis was not.
    fn function(&mut self, name: &str, at: Range<usize>) -> Result<Kind, Fault> {
        let open = self.at().start;
        if let Some(function) = Function::of_name(name) {
            let of = self.argument(open)?;
            return Ok(Kind::Factor(Factor::Value(Expression::Call(function, Box::new(of)))));
        }
        match name {
            "I" => Ok(Kind::Factor(Factor::Value(Expression::Identity(Box::new(self.argument(open)?))))),
            "offset" => Ok(Kind::Offset(self.argument(open)?, false)),
            "exposure" => Ok(Kind::Offset(self.argument(open)?, true)),
            "C" => self.category(open),
            "poly" => self.poly(open),
            "cbind" => Err(Fault::syntax(at, "cbind(a, b) stands left of `~`", "write a + b")),
            _ => Err(unknown_function(name, at, &SPECIAL)),
        }
    }
}

pub(super) fn unknown_function(name: &str, at: Range<usize>, more: &[&'static str]) -> Fault {
    let known = Function::ALL.iter().map(|(name, _)| *name).chain(more.iter().copied());
    Fault::new(at, Error::unknown_name("function", name, known))
}
