//! The table of a path: a line a λ, with the predictors that came and went.

use std::collections::BTreeSet;

use thalweg::models::{PathFit, PathPoint};

use crate::aligned::{align, render, widest};
use crate::number::{fixed, general};
use crate::text::shorten;

/// At most so many of the points, first and last among them, spread evenly; all where there are no more, none for none.
pub fn spread(points: usize, most: usize) -> Vec<usize> {
    if points <= most {
        return (0..points).collect();
    }
    match most {
        0 => Vec::new(),
        1 => vec![points - 1],
        _ => (0..most).map(|k| (k * (points - 1) + (most - 1) / 2) / (most - 1)).collect(),
    }
}

/// What a table shows.
pub struct Shown<'s> {
    /// Which points, increasing.
    pub points: &'s [usize],
    /// Words at the lines of some of them.
    pub marks: &'s [(usize, &'s str)],
    /// More columns: header, and a cell of every point.
    pub extra: &'s [(&'s str, Vec<String>)],
}

/// The lines of these points, header first, in at most `width` columns.
pub fn lines(fit: &PathFit, shown: &Shown<'_>, width: usize) -> Vec<String> {
    let mut columns = cells(fit, shown);
    let Some(changes) = columns.pop() else { return Vec::new() };
    let taken: usize = columns.iter().map(|cells| 2 + widest(cells)).sum();
    let room = width.saturating_sub(taken).max(12);
    columns.push(changes.iter().map(|cell| shorten(cell, room)).collect());
    render(&columns, &[columns.len() - 1])
}

/// The columns of texts, each with its header; the last is of words.
pub fn cells(fit: &PathFit, shown: &Shown<'_>) -> Vec<Vec<String>> {
    let points: Vec<&PathPoint> = shown.points.iter().filter_map(|k| fit.points.get(*k)).collect();
    let column = |header: &str, cells: Vec<String>| -> Vec<String> {
        [header.to_owned()].into_iter().chain(align(cells)).collect()
    };
    let explained = if fit.likelihood.is_some() { "% deviance" } else { "% loss" };
    let each = |cell: &dyn Fn(&PathPoint) -> String| points.iter().map(|point| cell(point)).collect();
    let mut words = vec!["in (+) and out (-)".to_owned()];
    let mut before = BTreeSet::new();
    for (point, k) in points.iter().zip(shown.points) {
        let now: BTreeSet<u32> = point.coefficients.indices.iter().copied().collect();
        let mark = shown.marks.iter().filter(|(at, _)| at == k).map(|(_, mark)| format!("<- {mark}"));
        words.push(mark.chain([changes(fit, &before, &now)]).collect::<Vec<_>>().join(" ").trim().to_owned());
        before = now;
    }
    let mut columns = vec![
        column("lambda", each(&|point| general(point.lambda, 5))),
        column("df", each(&|point| point.degrees_of_freedom.to_string())),
        column(explained, each(&|point| fixed(100.0 * point.deviance_ratio, 2, 4, 8))),
        column("gap", each(&|point| gap(fit, point))),
    ];
    for (header, all) in shown.extra {
        let own = shown.points.iter().map(|k| all.get(*k).cloned().unwrap_or_default());
        columns.push(column(header, own.collect()));
    }
    columns.push(words);
    columns
}

/// The proven distance to the minimum as a share of the null model's loss, or the status where there is none.
fn gap(fit: &PathFit, point: &PathPoint) -> String {
    match point.certificate.bound() {
        Some(bound) => format!("{:.0e}", (bound / fit.scale).max(0.0)),
        None => point.status.to_string(),
    }
}

/// `+age +sex -income`.
fn changes(fit: &PathFit, before: &BTreeSet<u32>, now: &BTreeSet<u32>) -> String {
    const MOST: usize = 12;
    let name = |j: &u32| fit.names.get(*j as usize).map_or("", String::as_str);
    let came = now.difference(before).map(|j| format!("+{}", name(j)));
    let all: Vec<String> = came.chain(before.difference(now).map(|j| format!("-{}", name(j)))).collect();
    let more = if all.len() > MOST { format!(" and {} more", all.len() - MOST) } else { String::new() };
    format!("{}{more}", all.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn points_are_spread_over_the_path() {
        assert_eq!(spread(3, 24), [0, 1, 2]);
        assert_eq!(spread(100, 4), [0, 33, 66, 99]);
        assert_eq!((spread(5, 1), spread(5, 0)), (vec![4], vec![]));
        let many = spread(100, 24);
        assert_eq!((many.len(), many[0], many[23]), (24, 0, 99));
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
