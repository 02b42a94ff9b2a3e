//! [`apply`]: a new table, encoded as a formula encoded the one of the fit.

use std::collections::HashMap;

use faer::Mat;
use thalweg_core::Result;

use super::design::Layout;
use super::evaluate::Evaluator;
use super::fit::{located, names, right_names};
use super::recipe::Recipe;
use crate::column::MISSING;
use crate::encode::{
    Binding, Bound, Cells, Encoded, NewData, Plan, Rows, SchemaOptions, TargetUse, Used, check_columns,
    check_weights, translate,
};
use crate::schema::Schema;
use crate::table::Table;

/// Encodes `table` by the recipe of `schema`.
pub(crate) fn apply(
    schema: &Schema,
    recipe: &Recipe,
    table: &Table,
    options: &SchemaOptions,
) -> Result<NewData<Mat<f64>>> {
    let formula = &recipe.formula;
    let right = right_names(formula);
    let mut left: Vec<&str> = Vec::new();
    formula.left.visit_columns(&mut |name| left.push(&name.text));
    left.extend(schema.weights());
    check_columns(table, right.iter().copied().chain(schema.offset()), left.iter().copied(), options.target)?;

    let find = |name: &str| table.names().position(|known| known == name);
    let has_left =
        options.target != TargetUse::Ignore && names(formula).iter().all(|name| find(name).is_some());
    let mut binding = Binding { table, unknown: options.unknown_level, notes: Vec::new() };
    let mut columns: HashMap<String, Bound<'_>> = HashMap::new();
    let mut categorical: HashMap<String, Bound<'_>> = HashMap::new();
    for (factor, column, levels) in recipe.categorical() {
        let mut sorted = levels.levels.clone();
        sorted.sort_unstable();
        if let Some(bound) = binding.bind(find(column), Some(&sorted))? {
            categorical.insert(factor.to_string(), bound);
        }
    }
    let text = schema.target().levels();
    let mut numbers = recipe.numeric_names();
    if has_left && text.is_none() {
        numbers.extend(recipe.left_numbers());
    }
    for name in numbers {
        if let (false, Some(bound)) = (columns.contains_key(name), binding.bind(find(name), None)?) {
            columns.insert(name.to_owned(), bound);
        }
    }
    let offset = binding.bind(schema.offset().and_then(find), None)?;
    let wanted = |name: &str| find(name).filter(|_| options.target != TargetUse::Ignore);
    let weights = binding.bind(schema.weights().and_then(wanted), None)?;
    let target = match text {
        Some(levels) if has_left => binding.bind(find(schema.target().name()), Some(levels))?,
        _ => None,
    };

    let is_right = |name: &String| right.contains(&name.as_str());
    let mut used: Vec<&Bound<'_>> = categorical.values().chain(&offset).collect();
    used.extend(columns.iter().filter(|(name, _)| is_right(name)).map(|(_, bound)| bound));
    let mut outcomes = Vec::new();
    if options.target == TargetUse::Require {
        used.extend(columns.iter().filter(|(name, _)| !is_right(name)).map(|(_, bound)| bound));
        used.extend(target.iter().chain(&weights));
        outcomes = outcome(recipe, table)?;
    }
    used.sort_by_key(|bound| bound.column);
    let used: Vec<&Used<'_>> = used.into_iter().map(|bound| &bound.used).chain(&outcomes).collect();
    let rows = Rows::complete(table, &used, options.missing.unwrap_or(schema.missing()))?;
    if options.target == TargetUse::Require {
        rows.check_some(table)?;
    }

    let gathered = |bound: &Bound<'_>| rows.gather(&bound.used.cells.numbers());
    let mut codes = HashMap::new();
    for (factor, _, levels) in recipe.categorical() {
        let label = factor.to_string();
        let Some(bound) = categorical.get(&label) else { continue };
        codes.insert(label, in_order(&bound.used.cells, &levels.levels, &rows));
    }
    let numbers = columns.iter().filter_map(|(name, bound)| match bound.used.cells {
        Cells::Numbers(values) => Some((name.clone(), rows.view(values))),
        Cells::Codes { .. } => None,
    });
    let numbers = numbers.collect();
    let learned = recipe.learned.clone();
    let mut evaluator = Evaluator { table, rows: &rows, numbers, codes, learned, learns: false };
    let (y, trials) = match (&target, has_left) {
        (Some(target), _) => (Some(gathered(target)), None),
        (None, true) => {
            let (y, trials) = evaluator.target(&formula.left)?;
            (Some(y), trials)
        }
        (None, false) => (None, None),
    };
    let y = y.filter(|y| y.is_empty() || !y.iter().all(|y| y.is_nan()));
    let weights = match weights {
        None => trials.filter(|_| y.is_some()),
        Some(bound) => {
            let weights = gathered(&bound);
            check_weights(table, bound.column, &rows.used, &weights)?;
            Some(weights)
        }
    };
    let mut sum = evaluator.offset(formula)?;
    if let Some(bound) = &offset {
        let column = gathered(bound);
        sum = Some(match sum {
            None => column,
            Some(sum) => sum.iter().zip(&column).map(|(a, b)| a + b).collect(),
        });
    }
    let values = evaluator.factors(formula)?;
    let filled = Layout::of(recipe).fill(rows.used.len(), &values);
    let (x, low) = filled.map_err(|error| located(table, &rows, error))?;
    let plan = Plan {
        table,
        schema: schema.clone(),
        cells: Vec::new(),
        rows,
        y,
        weights,
        offset: sum,
        notes: binding.notes,
    };
    let encoded: Encoded<Mat<f64>, Option<Vec<f64>>> = plan.finish(x);
    Ok(encoded.with_low(low))
}

/// The column of `y == level`, where a row that misses it is incomplete.
fn outcome<'t>(recipe: &Recipe, table: &'t Table) -> Result<Vec<Used<'t>>> {
    let super::node::Left::Same(name, ..) = &recipe.formula.left else { return Ok(Vec::new()) };
    let column = table.column(&name.text)?;
    Ok(vec![Used { name: column.name(), cells: Cells::of(column), missing: column.missing() }])
}

/// Codes of the sorted levels as codes of the recipe's order.
fn in_order(cells: &Cells<'_>, levels: &[String], rows: &Rows) -> Vec<u32> {
    let Cells::Codes { codes, new } = cells else { return Vec::new() };
    let mut order: Vec<u32> = (0..).take(levels.len()).collect();
    order.sort_by(|a, b| levels[*a as usize].cmp(&levels[*b as usize]));
    let code = |own: u32| order.get(translate(new, own) as usize).copied().unwrap_or(MISSING);
    rows.gather(codes).into_iter().map(code).collect()
}

impl Recipe {
    /// The columns of the right side that must be numbers.
    fn numeric_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (k, factor) in self.formula.terms.factors.iter().enumerate() {
            if let super::node::Factor::Column(name) = factor
                && !self.is_categorical(k)
            {
                names.push(name.text.as_str());
            }
        }
        self.formula.visit_right(&mut |of| of.visit_columns(&mut |name| names.push(&name.text)));
        names
    }

    /// The columns of the left side that must be numbers.
    fn left_numbers(&self) -> Vec<&str> {
        let mut names = Vec::new();
        if !matches!(self.formula.left, super::node::Left::Same(..)) {
            self.formula.left.visit_columns(&mut |name| names.push(name.text.as_str()));
        }
        names
    }
}
