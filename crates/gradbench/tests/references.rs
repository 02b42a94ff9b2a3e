//! Every function against results that were computed elsewhere: `fixtures/references.py` writes the cases from the mathematics, with JAX or in 60
//! digits. Both modes and both thread settings go through the protocol's own door.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::{Value, json};
use thalweg_gradbench::{Mode, Session, Settings};

const TOLERANCE: f64 = 1e-8;

fn fixture(eval: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{eval}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn sessions() -> impl Iterator<Item = (String, Session)> {
    [Mode::Record, Mode::Replay].into_iter().flat_map(|mode| {
        [false, true].map(|multithreaded| {
            let settings = Settings { mode, multithreaded };
            (format!("{settings:?}"), Session::new(settings))
        })
    })
}

fn output(session: &Session, eval: &str, function: &str, input: &Value) -> Value {
    let message =
        json!({ "id": 7, "kind": "evaluate", "module": eval, "function": function, "input": input });
    let answer: Value = serde_json::from_str(&session.respond(&message.to_string())).unwrap();
    assert_eq!(answer["success"], true, "{eval} {function}: {}", answer["error"]);
    assert_eq!(answer["id"], 7);
    let timings = answer["timings"].as_array().unwrap();
    assert!(timings.len() >= 2 && timings[0]["name"] == "prepare" && timings[1]["name"] == "evaluate");
    answer["output"].clone()
}

/// The largest |x − y| / max(floor, |x| + |y|); infinite where the two differ in type, length or keys.
fn distance(x: &Value, y: &Value, floor: f64) -> f64 {
    match (x, y) {
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).map(|(x, y)| distance(x, y, floor)).fold(0.0, f64::max)
        }
        (Value::Object(x), Value::Object(y)) if x.keys().eq(y.keys()) => {
            x.iter().zip(y.values()).map(|((_, x), y)| distance(x, y, floor)).fold(0.0, f64::max)
        }
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            if x == y { 0.0 } else { (x - y).abs() / f64::max(floor, x.abs() + y.abs()) }
        }
        _ => f64::INFINITY,
    }
}

fn check_with(eval: &str, floor: f64) {
    for case in fixture(eval) {
        let function = case["function"].as_str().unwrap();
        for (settings, session) in sessions() {
            let found = output(&session, eval, function, &case["input"]);
            let distance = distance(&found, &case["output"], floor);
            assert!(distance <= TOLERANCE, "{eval} {function} under {settings}: off by {distance:e}");
        }
    }
}

fn check(eval: &str) {
    check_with(eval, 1.0);
}

#[test]
fn distances_can_be_large() {
    let distance = |x, y| distance(&x, &y, 1.0);
    assert_eq!(distance(json!([1, { "a": 2.0 }]), json!([1.0, { "a": 2 }])), 0.0);
    assert!(distance(json!([1.0]), json!([1.0 + 1e-7])) > TOLERANCE);
    assert!(distance(json!([1.0]), json!([1.0, 1.0])).is_infinite());
    assert!(distance(json!({ "a": 1 }), json!({ "b": 1 })).is_infinite());
    assert!(distance(json!(null), json!(1.0)).is_infinite());
}

#[test]
fn hello() {
    check("hello");
}
#[test]
fn gmm() {
    check("gmm");
}
#[test]
fn ba() {
    check("ba");
}
#[test]
fn lstm() {
    check("lstm");
}
#[test]
fn kmeans() {
    check("kmeans");
}
#[test]
fn lse() {
    check("lse");
}
#[test]
fn llsq() {
    check("llsq");
}
#[test]
fn ode() {
    check("ode");
}
#[test]
fn det() {
    check("det");
}
#[test]
fn particle() {
    check("particle");
}

/// The results are of the order of 1e-5, so they are compared relative to themselves.
#[test]
fn saddle() {
    check_with("saddle", 0.0);
}

/// The model comes from its files; the fixture holds the points and parameters.
#[test]
fn ht() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ht");
    let model = hand_model(&data.join("model"));
    for case in fixture("ht") {
        let given = &case["input"];
        let input = json!({
            "theta": given["theta"],
            "us": given["us"],
            "data": { "model": model, "correspondences": given["correspondences"], "points": given["points"] },
        });
        for (settings, session) in sessions() {
            let function = case["function"].as_str().unwrap();
            let found = if function == "weighted" {
                weighted(&output(&session, "ht", "jacobian", &input))
            } else {
                output(&session, "ht", function, &input)
            };
            let distance = distance(&found, &case["output"], 1.0);
            assert!(distance <= TOLERANCE, "ht {function} under {settings}: off by {distance:e}");
        }
    }
}

/// More points than a thread takes at a time: each has its own rows, whatever stands before it.
#[test]
fn points_of_a_hand_are_independent() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ht");
    let model = hand_model(&data.join("model"));
    let cases = fixture("ht");
    let given = &cases.iter().find(|case| case["function"] == "weighted").unwrap()["input"];
    let repeated = |times: usize| {
        let many =
            |what: &str| -> Vec<Value> { vec![given[what].as_array().unwrap().clone(); times].concat() };
        json!({
            "theta": given["theta"],
            "us": many("us"),
            "data": { "model": model, "correspondences": many("correspondences"), "points": many("points") },
        })
    };
    for (_, session) in sessions() {
        for (function, rows) in [("objective", 300), ("jacobian", 300)] {
            let once = output(&session, "ht", function, &repeated(1));
            let often = output(&session, "ht", function, &repeated(7));
            assert_eq!(once.as_array().unwrap().len(), rows);
            assert_eq!(vec![once.as_array().unwrap().clone(); 7].concat(), *often.as_array().unwrap());
        }
    }
}

/// Σᵢ cos(i) Jᵢ and Σᵢ sin(i) Jᵢ over the rows: every entry of the Jacobian counts.
fn weighted(jacobian: &Value) -> Value {
    let rows: Vec<Vec<f64>> = serde_json::from_value(jacobian.clone()).unwrap();
    let sum = |weight: fn(f64) -> f64| -> Vec<f64> {
        (0..rows[0].len())
            .map(|j| rows.iter().enumerate().map(|(i, row)| weight(i as f64) * row[j]).sum())
            .collect()
    };
    json!([sum(f64::cos), sum(f64::sin)])
}

/// The hand model as the suite sends it.
fn hand_model(folder: &Path) -> Value {
    let lines = |name: &str| -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        text.lines().map(|line| line.split(':').map(str::to_owned).collect()).collect()
    };
    let floats = |atoms: &[String]| -> Vec<f64> { atoms.iter().map(|x| x.trim().parse().unwrap()).collect() };
    let bones = lines("bones.txt");
    let square = |atoms: &[String]| floats(atoms).chunks(4).map(<[f64]>::to_vec).collect::<Vec<_>>();
    let vertices = lines("vertices.txt");
    let weights: Vec<Vec<f64>> = vertices
        .iter()
        .map(|atoms| {
            let mut own = vec![0.0; bones.len()];
            for pair in atoms[9..].chunks_exact(2) {
                own[pair[0].parse::<usize>().unwrap()] = pair[1].parse().unwrap();
            }
            own
        })
        .collect();
    json!({
        "bone_count": bones.len(),
        "bone_names": bones.iter().map(|bone| &bone[0]).collect::<Vec<_>>(),
        "parents": bones.iter().map(|bone| bone[1].parse::<i64>().unwrap()).collect::<Vec<_>>(),
        "base_relatives": bones.iter().map(|bone| square(&bone[2..18])).collect::<Vec<_>>(),
        "inverse_base_absolutes": bones.iter().map(|bone| square(&bone[18..34])).collect::<Vec<_>>(),
        "base_positions": vertices.iter().map(|atoms| [floats(&atoms[..3]), vec![1.0]].concat()).collect::<Vec<_>>(),
        "weights": weights,
        "triangles": lines("triangles.txt").iter().map(|t| floats(t).iter().map(|&x| x as u64).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "is_mirrored": false,
    })
}
