//! `data` and `cli`: from a CSV file to numbers, and to a fit. The peer is the crate `csv` reading every field as f64 on one thread; the
//! requirement on `fit-csv` is that the whole process takes at most three times as long.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use thalweg_data::{CsvOptions, Table, Values, read_csv};
use thalweg_models::{Glm, Observations};
use thalweg_problems::linear::{Kind, Linear};

use crate::{Benchmark, Metric, Result, Row, Session, Side, timed};

const TIME: Metric = Metric::cost("time", "s");
const PREDICTORS: usize = 19;

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![Benchmark::new("data", "csv-read", read), Benchmark::new("cli", "fit-csv", fit)]
}

fn rows(session: &Session) -> usize {
    if session.quick { 100_000 } else { 1_000_000 }
}

/// The file of a linear model with 19 predictors and a target, written once a session.
fn file(session: &mut Session) -> Result<(PathBuf, std::sync::Arc<Linear>)> {
    let n = rows(session);
    let data = session.linear(n, PREDICTORS, Kind::Squared);
    let path = session.scratch.path("linear.csv");
    if !path.exists() {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        let names: Vec<String> = (0..PREDICTORS).map(|j| format!("x{j}")).collect();
        writeln!(out, "{},y", names.join(","))?;
        for i in 0..n {
            for j in 0..PREDICTORS {
                write!(out, "{},", data.x[j * n + i])?;
            }
            writeln!(out, "{}", data.y[i])?;
        }
        out.flush()?;
    }
    Ok((path, data))
}

fn read(session: &mut Session) -> Result<Vec<Row>> {
    let (path, data) = file(session)?;
    let options = CsvOptions::default();
    let (mut table, mut theirs) = (None, None);
    let mut sides = [
        Side::fallible(|| {
            let (seconds, found) = timed(|| read_csv(&path, &options));
            table = Some(found?);
            Ok(seconds)
        }),
        Side::fallible(|| {
            let (seconds, found) = timed(|| read_by_crate(&path));
            theirs = Some(found?);
            Ok(seconds)
        }),
    ];
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let same = |j: usize, values: &[f64]| {
        if j < PREDICTORS { data.x[j * data.n..][..data.n] == *values } else { data.y == values }
    };
    let ours = table.is_some_and(|table: Table| {
        table.columns().iter().enumerate().all(|(j, column)| match column.values() {
            Values::Numeric(values) => same(j, values),
            Values::Categorical { .. } => false,
        })
    });
    let right =
        theirs.is_some_and(|columns: Vec<Vec<f64>>| columns.iter().enumerate().all(|(j, c)| same(j, c)));
    Ok(vec![Row::new(TIME, times[0]).peer("csv (1 thread)", times[1]).valid(ours).valid(right)])
}

/// What a Rust programmer would write: one record reused, every field parsed.
fn read_by_crate(path: &Path) -> Result<Vec<Vec<f64>>> {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_path(path)?;
    let mut columns = vec![Vec::new(); reader.headers()?.len()];
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        for (column, field) in columns.iter_mut().zip(&record) {
            column.push(field.parse()?);
        }
    }
    Ok(columns)
}

fn fit(session: &mut Session) -> Result<Vec<Row>> {
    let program = build()?;
    let (path, data) = file(session)?;
    let mut output = Vec::new();
    let mut sides = [
        Side::fallible(|| {
            let mut command = Command::new(&program);
            command.arg("fit").arg(&path).args(["--target", "y", "--json"]);
            let (seconds, run) = timed(|| command.output());
            output = run?.stdout;
            Ok(seconds)
        }),
        Side::fallible(|| {
            let (seconds, columns) = timed(|| read_by_crate(&path));
            columns.map(|_| seconds)
        }),
    ];
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let right = coefficients_agree(&output, &data)?;
    Ok(vec![Row::new(TIME, times[0]).peer("csv (1 thread, reading only)", times[1]).valid(right)])
}

/// The process's coefficients against a fit of the same numbers in this process.
fn coefficients_agree(output: &[u8], data: &Linear) -> Result<bool> {
    let Ok(json) = serde_json::from_slice::<Value>(output) else { return Ok(false) };
    let x = thalweg_core::interop::column_major(&data.x, data.n, data.p)?;
    let wanted = Glm::new("gaussian")?.fit(&Observations::new(x, &data.y))?.coefficients;
    let found = json["coefficients"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(found.len() == wanted.len()
        && found.iter().zip(&wanted).all(|(found, wanted)| {
            found["estimate"].as_f64().is_some_and(|b| (b - wanted.estimate).abs() <= 1e-8)
        }))
}

/// The release binary beside this one, built now so that it is never an old one.
fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--quiet", "--package", "thalweg-cli", "--manifest-path"])
        .arg(manifest);
    let built = command.status().is_ok_and(|status| status.success());
    let here = std::env::current_exe()?;
    let program = here.with_file_name(format!("thalweg{}", std::env::consts::EXE_SUFFIX));
    match (built, program.exists()) {
        (true, true) => Ok(program),
        (false, true) => {
            eprintln!("  cargo could not build thalweg-cli; running {} as it is", program.display());
            Ok(program)
        }
        _ => {
            Err(format!("there is no {}: run `cargo build --release -p thalweg-cli`", program.display())
                .into())
        }
    }
}
