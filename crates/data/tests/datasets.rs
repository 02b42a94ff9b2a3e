//! The embedded data sets: each loads with the shape its entry and `datasets/README.md` state.

use thalweg_data::{DATASETS, EncodeOptions, Roles, Values, dataset, encode, load};

const README: &str = include_str!("../datasets/README.md");

#[test]
fn each_loads_as_stated() {
    for set in DATASETS {
        let table = load(set.name).unwrap();
        assert_eq!((table.rows(), table.columns().len()), (set.rows, set.columns), "{}", set.name);
        assert!(table.columns().iter().all(|column| column.missing() == 0), "{}", set.name);
        assert_eq!(table.line(0), Some(2), "{}", set.name);
        table.column(set.target).unwrap();
        assert!(!set.summary.is_empty() && !set.source.is_empty(), "{}", set.name);
    }
}

#[test]
fn the_catalogue_agrees_with_the_readme() {
    let rows: Vec<&str> = README.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), DATASETS.len());
    for (row, set) in rows.iter().zip(DATASETS) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells[1], format!("`{}.csv`", set.name));
        assert_eq!(cells[2], format!("{} x {}", set.rows, set.columns));
        assert!(cells[3].contains(&format!("`{}`", set.target)), "{row}");
        assert_eq!(cells[4], set.licence);
    }
}

#[test]
fn suggested_targets_encode() {
    for set in DATASETS {
        let table = load(set.name).unwrap();
        let data = encode(&table, &Roles::target(set.target), &EncodeOptions::default()).unwrap();
        assert_eq!(data.x.nrows(), set.rows, "{}", set.name);
    }
    let cancer = load("breast_cancer").unwrap();
    let data = encode(&cancer, &Roles::target("diagnosis"), &EncodeOptions::default()).unwrap();
    assert_eq!(data.target_levels, Some(("benign".to_owned(), "malignant".to_owned())));
    assert_eq!(data.y.iter().sum::<f64>(), 212.0);
}

#[test]
fn known_values() {
    let longley = load("longley").unwrap();
    let y = longley.column("total_employment").unwrap().numbers().unwrap();
    assert_eq!((y[0], y[15]), (60323.0, 70551.0));
    let iris = load("iris").unwrap();
    let Values::Categorical { levels, .. } = iris.column("species").unwrap().values() else {
        panic!("species is text")
    };
    assert_eq!(levels, &["setosa", "versicolor", "virginica"]);
}

#[test]
fn unknown_names_get_a_suggestion() {
    let text = dataset("longly").unwrap_err().to_string();
    assert!(
        text.starts_with("unknown data set `longly`, did you mean `longley`?; known: breast_cancer, iris"),
        "{text}"
    );
    assert_eq!(load("longly").unwrap_err().to_string(), text);
}
