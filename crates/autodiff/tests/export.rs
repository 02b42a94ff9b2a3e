//! Programs as text and graphs: every expected text is written by hand from the definition of the function.
#![allow(clippy::unwrap_used)]

use thalweg_autodiff::{Names, Program, Scalar, Unary, k};

/// The negative log-density of a straight line with Gaussian noise of log-scale p2.
fn line() -> Program {
    Program::trace(3, 2, |p, row| {
        let z = (row[1] - p[0] - p[1] * row[0]) * (-p[2]).exp();
        k(0.5) * z.square() + p[2]
    })
    .unwrap()
}

#[test]
fn a_line_is_an_instruction() {
    // The operands of sums and products stand in the order of their ids.
    let expected = "program of 3 parameters, 2 columns
%0 = p0
%1 = p1
%2 = p2
%3 = row0
%4 = row1
%5 = sub %4 %0
%6 = mul %1 %3
%7 = sub %5 %6
%8 = neg %2
%9 = exp %8
%10 = mul %7 %9
%11 = mul %10 %10
%12 = 0.5
%13 = mul %11 %12
%14 = add %2 %13
out0 = %14
";
    assert_eq!(line().to_string(), expected);
}

#[test]
fn branches_powers_and_special_constants() {
    let program = Program::trace_vector(2, 0, |p, _| {
        let huge = Scalar::of(f64::INFINITY);
        vec![
            p[0].min(p[1]).powi(-3),
            Scalar::select(p[0].le(huge), p[1].polygamma(2), Scalar::of(-0.0)),
            p[0],
        ]
    })
    .unwrap();
    let expected = "program of 2 parameters, 0 columns
%0 = p0
%1 = p1
%2 = lt %1 %0
%3 = select %2 %1 %0
%4 = powi[-3] %3
%5 = inf
%6 = le %0 %5
%7 = polygamma[2] %1
%8 = -0.0
%9 = select %6 %7 %8
out0 = %4
out1 = %9
out2 = %0
";
    assert_eq!(program.to_string(), expected);
}

#[test]
fn counts_split_what_is_hoisted_from_what_a_row_costs() {
    let counts = line().counts();
    assert_eq!((counts.parameters, counts.columns, counts.constants, counts.outputs), (3, 2, 1, 1));
    // Before: −p2 and its exponential. Every row: two differences, p1·x, the scaling, the square, the half, and the last sum.
    assert_eq!((counts.before.total(), counts.before.flops, counts.before.transcendentals), (2, 1, 1));
    assert_eq!((counts.row.total(), counts.row.flops, counts.row.transcendentals), (7, 7, 0));
    assert_eq!(counts.row.instructions["mul"], 4);
    assert_eq!(counts.after.total(), 0);
    assert_eq!((counts.bytes_a_row(8), counts.bytes_a_row(4)), (16, 8));
    let expected = "reads 3 parameters, 2 columns (16 bytes a row in f64), 1 constants; results: 1
once, before the rows: 2 instructions, 1 flops, 1 transcendentals, 0 selections = 1 exp + 1 neg
every row: 7 instructions, 7 flops, 0 transcendentals, 0 selections = 1 add + 4 mul + 2 sub
once, after the rows: 0 instructions, 0 flops, 0 transcendentals, 0 selections
";
    assert_eq!(counts.to_string(), expected);
}

#[test]
fn integer_powers_count_their_multiplications() {
    // x³ = x²·x, x⁷ = ((x²·x)²)·x, x⁻⁴ = 1/(x²)²: 2, 4 and 3 operations.
    for (n, flops) in [(3, 2), (7, 4), (-4, 3), (-1, 1)] {
        let program = Program::trace(1, 0, |p, _| p[0].powi(n)).unwrap();
        assert_eq!(program.counts().before.flops, flops, "x to the {n}");
    }
    let all = Unary::ALL.len();
    let program =
        Program::trace_vector(1, 0, |p, _| Unary::ALL.iter().map(|op| op.apply(p[0])).collect()).unwrap();
    // x⁰ and x¹ are no instructions, x² is a product.
    assert_eq!(program.counts().before.total(), all - 2);
}

#[test]
fn graphs_name_shape_and_color_their_nodes() {
    let program = Program::trace(1, 1, |p, row| k(2.0) * p[0] - row[0]).unwrap();
    let expected = r##"digraph program {
  node [fontname="monospace", style=filled];
  n0 [label="p0", shape=box, fillcolor="#9ecae1"];
  n1 [label="row0", shape=box, fillcolor="#fdae6b"];
  n2 [label="2.0", shape=plaintext, fillcolor="#ffffff"];
  n3 [label="mul", shape=ellipse, fillcolor="#deebf7"];
  n0 -> n3;
  n2 -> n3;
  n4 [label="sub", shape=ellipse, fillcolor="#fee6ce"];
  n3 -> n4 [label="1"];
  n1 -> n4 [label="2"];
  out0 [label="out0", shape=doubleoctagon, fillcolor="#ffffff"];
  n4 -> out0;
}
"##;
    assert_eq!(program.to_dot(), expected);
}

#[test]
fn names_are_escaped() {
    let program = Program::trace(2, 1, |p, row| p[0] * p[1] + row[0]).unwrap();
    let names =
        Names { parameters: &[r#"a "quoted" name"#], columns: &["back\\slash"], outputs: &["two\nlines"] };
    let dot = program.to_dot_named(&names);
    assert!(dot.contains(r#"label="a \"quoted\" name""#), "{dot}");
    assert!(dot.contains(r#"label="back\\slash""#), "{dot}");
    assert!(dot.contains(r#"label="two\nlines""#), "{dot}");
    assert!(dot.contains(r#"label="p1""#), "{dot}");
}

#[test]
fn sums_over_rows_stand_between_rows_and_what_follows() {
    let program = Program::trace(2, 1, |p, row| (p[0] * row[0]).exp() * p[1]).unwrap().total().unwrap();
    let expected = "program of 2 parameters, 1 columns
%0 = p0
%1 = p1
%2 = row0
%3 = mul %0 %2
%4 = exp %3
%5 = total %4
%6 = mul %1 %5
out0 = %6
";
    assert_eq!(program.to_string(), expected);
    let counts = program.counts();
    assert_eq!((counts.before.total(), counts.row.total(), counts.after.total()), (0, 3, 1));
    assert_eq!(counts.row.instructions["total"], 1);
    let dot = program.to_dot();
    assert!(dot.contains(r##"n6 [label="mul", shape=ellipse, fillcolor="#e5f5e0"]"##), "{dot}");
}
