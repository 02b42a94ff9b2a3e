//! A formula that is printed and parsed again is the same; no text and no table make the parser or the encoder panic.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use thalweg_data::{Column, EncodeOptions, ModelFormula, SchemaOptions, Table};

/// Arithmetic, with more parentheses than needed.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["x", "z", "`odd name`"]).prop_map(str::to_owned),
        1 => (0..40_u32).prop_map(|k| (f64::from(k) / 8.0).to_string()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let operator = prop::sample::select(vec![" + ", "-", "*", " / ", "^"]);
        let function = prop::sample::select(vec!["exp", "abs", "sin", "scale", "center", "I", ""]);
        prop_oneof![
            1 => (inner.clone(), operator.clone(), inner.clone()).prop_map(|(a, o, b)| format!("{a}{o}{b}")),
            1 => (inner.clone(), operator.clone(), inner.clone()).prop_map(|(a, o, b)| format!("({a}){o}{b}")),
            1 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("{a}{o}({b})")),
            1 => (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            1 => inner.prop_map(|a| format!("-{a}")),
        ]
    })
}

fn term() -> impl Strategy<Value = String> {
    let factor = prop_oneof![
        3 => prop::sample::select(vec!["x", "z", "g", "h", "`odd name`"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "C(k)", "C(g, ref=\"b\")", "C(g, Treatment('c'))", "C(h, Sum)", "C(g,Helmert)", "C(k, Poly)", "C(k, ref = 2)",
        ])
        .prop_map(str::to_owned),
        1 => (expression(), 1..4_usize).prop_map(|(e, d)| format!("poly({e},{d}, raw)")),
        1 => expression().prop_map(|e| format!("I({e})")),
        1 => expression().prop_map(|e| format!("log1p(abs({e}))")),
    ];
    factor.prop_recursive(3, 12, 2, |inner| {
        let join = prop::sample::select(vec![":", "*", " / ", " + ", " - "]);
        prop_oneof![
            1 => (inner.clone(), join.clone(), inner.clone()).prop_map(|(a, j, b)| format!("{a}{j}{b}")),
            1 => (inner.clone(), join.clone(), inner.clone()).prop_map(|(a, j, b)| format!("({a}){j}{b}")),
            1 => (inner.clone(), join, inner.clone()).prop_map(|(a, j, b)| format!("{a}{j}({b})")),
            1 => (inner, 1..4_u32).prop_map(|(a, k)| format!("({a})^{k}")),
        ]
    })
}

fn formula() -> impl Strategy<Value = String> {
    let left = prop_oneof![
        Just("y".to_owned()),
        expression().prop_map(|e| format!("y + {e}")),
        (expression(), expression()).prop_map(|(a, b)| format!("cbind(y*{a},{b})")),
        Just("y*2/w".to_owned()),
        Just("y == -1".to_owned()),
    ];
    let part = prop_oneof![
        6 => term(),
        1 => Just("1".to_owned()),
        1 => Just("0".to_owned()),
        1 => expression().prop_map(|e| format!("offset({e})")),
        1 => expression().prop_map(|e| format!("exposure(exp({e}))")),
    ];
    let more = prop::collection::vec((prop::sample::select(vec![" + ", "+-"]), part.clone()), 0..4);
    (left, term(), more).prop_map(|(left, first, more)| {
        let more: String = more
            .iter()
            .map(|(sign, part)| match part.contains("offset") || part.contains("exposure") {
                true => format!(" + {part}"),
                false => format!("{sign}{part}"),
            })
            .collect();
        format!("{left} ~ {first}{more}")
    })
}

fn table() -> Table {
    let numbers = |name: &str, f: fn(f64) -> f64| {
        Column::numeric(name, (0..12).map(|i| f(f64::from(i))).collect()).unwrap()
    };
    let texts = |name: &str, levels: [&'static str; 3], by: usize| {
        Column::categorical(name, (0..12).map(|i| Some(levels[i / by % 3]))).unwrap()
    };
    Table::new(vec![
        numbers("y", |i| i - 5.0),
        numbers("x", |i| 0.3 * i),
        numbers("z", |i| (7.0 * i) % 5.0 - 2.0),
        numbers("w", |i| 20.0 + i),
        numbers("k", |i| i % 3.0 + 1.0),
        numbers("odd name", |i| 1.0 + i * i),
        texts("g", ["a", "b", "c"], 1),
        texts("h", ["u", "v", "w"], 2),
    ])
    .unwrap()
}

/// The parsed tree without the places in the text.
fn shape(formula: &ModelFormula) -> String {
    let text = format!("{formula:?}");
    let (_, tree) = text.split_once(", left: ").unwrap();
    let places =
        |word: &str| word.split_once("..").is_some_and(|(a, _)| a.bytes().all(|b| b.is_ascii_digit()));
    tree.split(' ').filter(|word| !places(word)).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_parsing_are_inverse(text in formula()) {
        let formula = ModelFormula::parse(&text).unwrap();
        let printed = formula.to_string();
        let again = ModelFormula::parse(&printed).unwrap();
        prop_assert_eq!(shape(&again), shape(&formula), "{}", &printed);
        prop_assert_eq!(again.terms(), formula.terms());
        prop_assert_eq!(again.offsets(), formula.offsets());
        prop_assert_eq!(again.target(), formula.target());
        prop_assert_eq!(again.has_intercept(), formula.has_intercept());
        prop_assert_eq!(again.to_string(), printed);

        // The same numbers, or the same error; and what a fit stored encodes its own rows to the same bits.
        let table = table();
        let bits = |formula: &ModelFormula| {
            let data = formula.encode(&table, &EncodeOptions::default()).map_err(|error| error.to_string())?;
            let again = data.schema().encode(&table, &SchemaOptions::default()).unwrap();
            assert_eq!((&again.x, &again.names), (&data.x, &data.names));
            Ok::<_, String>((data.names, data.x, data.y, data.offset, data.low))
        };
        prop_assert_eq!(bits(&formula), bits(&again));
    }

    #[test]
    fn no_text_panics(text in "[ yxgk0-2.e`\"',=~+*/:^()-]{0,24}|\\PC{0,12}") {
        for text in [text.clone(), format!("y ~ {text}"), format!("y ~ C({text})"), format!("y~poly({text})")] {
            match ModelFormula::parse(&text) {
                Ok(formula) => {
                    let _ = formula.encode(&table(), &EncodeOptions::default());
                }
                Err(error) => {
                    prop_assert!(text.get(error.span()).is_some(), "{text:?}");
                    prop_assert_eq!(error.to_string().lines().count(), 3);
                }
            }
        }
    }
}

#[test]
fn deep_and_long_formulas_are_refused_or_work() {
    let deep = format!("y ~ {}x{}", "(".repeat(100_000), ")".repeat(100_000));
    let signs = format!("y ~ I({}x)", "-".repeat(100_000));
    let chain = format!("y ~ I(x{})", "*x".repeat(100_000));
    let cross = format!("y ~ x{}", ":z".repeat(100_000));
    for text in [deep, signs, chain, cross] {
        assert!(ModelFormula::parse(&text).is_err());
    }
    // A sum may be as long as a table is wide.
    let terms: Vec<String> = (0..5000).map(|k| format!("x{k}")).collect();
    let long = ModelFormula::parse(&format!("y ~ {}", terms.join(" + "))).unwrap();
    assert_eq!(long.terms().len(), 5000);
    let squared = format!("y ~ ({})^2", terms[..500].join(" + "));
    assert_eq!(ModelFormula::parse(&squared).unwrap_err().span(), 4..squared.len());
}
