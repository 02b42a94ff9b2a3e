//! The data files of `ba` and `ht`, read into inputs as the protocol has them.
//!
//! `ba`: a line with n, m, p, then one camera, one point, one weight and one feature. `ht`: a line with the numbers of points and parameters,
//! a line for each point (triangle or vertex, coordinates), one for each point's barycentric coordinates, one for each parameter;
//! the model lies in the folder `model` next to the file, its entries separated by colons.

use std::path::Path;

use serde_json::{Value, json};
use thalweg_core::{Error, Result};

/// An input of `ba`.
pub(crate) fn bundle(path: &Path) -> Result<Value> {
    let text = text(path)?;
    let mut lines = Lines::new(path, &text, char::is_whitespace);
    let sizes = lines.integers()?;
    let (cam, x, w, feat) = (lines.floats()?, lines.floats()?, lines.floats()?, lines.floats()?);
    let [n, m, p] = sizes[..] else { return Err(lines.problem("the sizes n, m and p are missing")) };
    Ok(json!({ "n": n, "m": m, "p": p, "cam": cam, "x": x, "w": w.first(), "feat": feat }))
}

/// An input of `ht`, with barycentric coordinates.
pub(crate) fn hand(path: &Path) -> Result<Value> {
    let text = text(path)?;
    let mut lines = Lines::new(path, &text, char::is_whitespace);
    let [n, parameters] = lines.integers()?[..] else {
        return Err(lines.problem("the numbers of points and parameters are missing"));
    };
    let (mut correspondences, mut points) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let line = lines.floats()?;
        let [triangle, point @ ..] = &line[..] else { return Err(lines.problem("a point is missing")) };
        correspondences.push(*triangle as u64);
        points.push(point.to_vec());
    }
    let us: Vec<Vec<f64>> = (0..n).map(|_| lines.floats()).collect::<Result<_>>()?;
    let theta: Vec<Vec<f64>> = (0..parameters).map(|_| lines.floats()).collect::<Result<_>>()?;
    let model = model(&path.parent().unwrap_or(Path::new(".")).join("model"))?;
    Ok(json!({
        "theta": theta.concat(),
        "data": { "model": model, "correspondences": correspondences, "points": points },
        "us": us,
    }))
}

fn model(folder: &Path) -> Result<Value> {
    let colon = |c: char| c == ':';
    let triangles = folder.join("triangles.txt");
    let triangles: Vec<Vec<u64>> = {
        let text = text(&triangles)?;
        let mut lines = Lines::new(&triangles, &text, colon);
        (0..text.lines().count()).map(|_| lines.integers()).collect::<Result<_>>()?
    };
    let path = folder.join("bones.txt");
    let text_of_bones = text(&path)?;
    let (mut names, mut parents, mut relatives, mut inverses) = (vec![], vec![], vec![], vec![]);
    for line in text_of_bones.lines() {
        let (name, rest) = line.split_once(':').unwrap_or((line, ""));
        let mut lines = Lines::new(&path, rest, colon);
        let numbers = lines.floats()?;
        let [parent, matrices @ ..] = &numbers[..] else { return Err(lines.problem("a bone has no parent")) };
        if matrices.len() < 32 {
            return Err(lines.problem("a bone has fewer than two matrices"));
        }
        let matrix =
            |from: usize| matrices[from..from + 16].chunks(4).map(<[f64]>::to_vec).collect::<Vec<_>>();
        names.push(name);
        parents.push(*parent as i64);
        relatives.push(matrix(0));
        inverses.push(matrix(16));
    }
    let path = folder.join("vertices.txt");
    let text_of_vertices = text(&path)?;
    let mut lines = Lines::new(&path, &text_of_vertices, colon);
    let (mut positions, mut weights) = (Vec::new(), Vec::new());
    for _ in text_of_vertices.lines() {
        // Position, normal, texture, then the number of bones and for each its index and weight.
        let atoms = lines.floats()?;
        let (Some(position), Some(bones)) = (atoms.get(..3), atoms.get(9..)) else {
            return Err(lines.problem("a vertex has fewer than nine entries"));
        };
        let mut own = vec![0.0; names.len()];
        for bone in bones.chunks_exact(2) {
            if let Some(weight) = own.get_mut(bone[0] as usize) {
                *weight = bone[1];
            }
        }
        positions.push([position, &[1.0]].concat());
        weights.push(own);
    }
    Ok(json!({
        "bone_count": names.len(), "bone_names": names, "parents": parents,
        "base_relatives": relatives, "inverse_base_absolutes": inverses,
        "base_positions": positions, "weights": weights, "triangles": triangles, "is_mirrored": false,
    }))
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Error::Data {
        file: Some(path.to_owned()),
        line: None,
        column: None,
        problem: format!("the file cannot be read: {error}"),
        remedy: "give the path of a data file".to_owned(),
    })
}

/// The lines of a file as numbers.
struct Lines<'a, D> {
    path: &'a Path,
    lines: core::iter::Enumerate<core::str::Lines<'a>>,
    delimiter: D,
    line: usize,
}

impl<'a, D: Fn(char) -> bool + Copy> Lines<'a, D> {
    fn new(path: &'a Path, text: &'a str, delimiter: D) -> Self {
        Self { path, lines: text.lines().enumerate(), delimiter, line: 0 }
    }

    fn problem(&self, problem: &str) -> Error {
        Error::Data {
            file: Some(self.path.to_owned()),
            line: Some(self.line as u64),
            column: None,
            problem: problem.to_owned(),
            remedy: "give a file in the format of the suite".to_owned(),
        }
    }

    fn parse<N: core::str::FromStr>(&mut self) -> Result<Vec<N>> {
        let (index, line) = self.lines.next().ok_or_else(|| self.problem("the file ends too early"))?;
        self.line = index + 1;
        let atoms = line.split(self.delimiter).filter(|atom| !atom.trim().is_empty());
        atoms
            .map(|atom| {
                atom.trim().parse().map_err(|_| self.problem(&format!("`{atom}` is not the number expected")))
            })
            .collect()
    }

    fn floats(&mut self) -> Result<Vec<f64>> {
        self.parse()
    }

    fn integers(&mut self) -> Result<Vec<u64>> {
        self.parse()
    }
}
