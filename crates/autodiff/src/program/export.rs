//! A program as text, one instruction a line, and as a Graphviz graph.

use core::fmt::{self, Write};

use super::counts::Stage;
use super::{Node, Program};

/// One instruction a line, in static single assignment: `%4 = mul %2 %3`. Parameters are `p0`, `p1` …, the entries of the row `row0`,
/// `row1` …, the results `out0`, `out1` …
///
/// ```
/// use thalweg_autodiff::Program;
/// let program = Program::trace(2, 1, |p, row| p[0] + p[1] * row[0])?;
/// assert_eq!(
///     program.to_string(),
///     "program of 2 parameters, 1 columns
/// %0 = p0
/// %1 = p1
/// %2 = row0
/// %3 = mul %1 %2
/// %4 = add %0 %3
/// out0 = %4
/// "
/// );
/// # Ok::<(), thalweg_core::Error>(())
/// ```
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "program of {} parameters, {} columns", self.parameters, self.columns)?;
        for (id, &node) in self.nodes.iter().enumerate() {
            write!(f, "%{id} = ")?;
            f.write_str(&label(node, &Names::default()))?;
            node.operands().try_for_each(|x| write!(f, " %{x}"))?;
            writeln!(f)?;
        }
        for (k, id) in self.outputs.iter().enumerate() {
            writeln!(f, "out{k} = %{id}")?;
        }
        Ok(())
    }
}

/// What stands for a node: its name or value, or the name of its operation.
fn label(node: Node, names: &Names<'_>) -> String {
    match node {
        Node::Constant(bits) => format!("{:?}", f64::from_bits(bits)),
        Node::Parameter(i) => named(names.parameters, "p", i as usize),
        Node::Column(j) => named(names.columns, "row", j as usize),
        Node::Unary(op, _) => op.name(),
        Node::Binary(op, ..) => op.name().to_owned(),
        Node::Compare(op, ..) => op.name().to_owned(),
        Node::Select(..) => "select".to_owned(),
        Node::Total(_) => "total".to_owned(),
    }
}

/// Names for a graph; where one is missing, `p0`, `row0` or `out0` stands.
#[derive(Copy, Clone, Debug, Default)]
pub struct Names<'a> {
    /// The parameters.
    pub parameters: &'a [&'a str],
    /// The columns of a row.
    pub columns: &'a [&'a str],
    /// The results.
    pub outputs: &'a [&'a str],
}

impl Program {
    /// The graph in Graphviz's DOT language, for `dot -Tsvg`: a box for each input, an ellipse for each instruction, a double octagon for
    /// each result. What runs once a call is blue, what runs once a row orange, what follows the sums over rows green.
    ///
    /// ```
    /// use thalweg_autodiff::Program;
    /// let program = Program::trace(1, 1, |p, row| p[0] * row[0])?;
    /// assert!(program.to_dot().contains("n2 [label=\"mul\""));
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        self.to_dot_named(&Names::default())
    }

    /// [`Program::to_dot`] with names for parameters, columns and results.
    #[must_use]
    pub fn to_dot_named(&self, names: &Names<'_>) -> String {
        let mut dot = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_dot(&mut dot, names);
        dot
    }

    fn write_dot(&self, dot: &mut String, names: &Names<'_>) -> fmt::Result {
        dot.push_str("digraph program {\n  node [fontname=\"monospace\", style=filled];\n");
        let stages = self.stages();
        for (id, (&node, stage)) in self.nodes.iter().zip(&stages).enumerate() {
            let (shape, color) = match node {
                Node::Parameter(_) => ("box", "#9ecae1"),
                Node::Column(_) => ("box", "#fdae6b"),
                Node::Constant(_) => ("plaintext", "#ffffff"),
                _ => ("ellipse", color(*stage)),
            };
            let label = escaped(&label(node, names));
            writeln!(dot, "  n{id} [label=\"{label}\", shape={shape}, fillcolor=\"{color}\"];")?;
            let roles = roles(node);
            for (k, x) in node.operands().enumerate() {
                match roles.get(k) {
                    Some(role) => writeln!(dot, "  n{x} -> n{id} [label=\"{role}\"];")?,
                    None => writeln!(dot, "  n{x} -> n{id};")?,
                }
            }
        }
        for (k, id) in self.outputs.iter().enumerate() {
            let label = escaped(&named(names.outputs, "out", k));
            writeln!(dot, "  out{k} [label=\"{label}\", shape=doubleoctagon, fillcolor=\"#ffffff\"];")?;
            writeln!(dot, "  n{id} -> out{k};")?;
        }
        dot.push_str("}\n");
        Ok(())
    }
}

fn color(stage: Stage) -> &'static str {
    match stage {
        Stage::Before => "#deebf7",
        Stage::Row => "#fee6ce",
        Stage::After => "#e5f5e0",
    }
}

/// What the operands are, where their order matters.
fn roles(node: Node) -> &'static [&'static str] {
    use crate::operation::Binary::{Add, Mul};
    match node {
        Node::Binary(Add | Mul, ..) => &[],
        Node::Binary(..) | Node::Compare(..) => &["1", "2"],
        Node::Select(..) => &["if", "then", "else"],
        _ => &[],
    }
}

fn named(names: &[&str], default: &str, index: usize) -> String {
    names.get(index).map_or_else(|| format!("{default}{index}"), |name| (*name).to_owned())
}

/// A text between the quotes of a DOT label: backslashes start escapes there, and line ends would end the string's line.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "")
}
