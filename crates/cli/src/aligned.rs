//! Columns of texts, decimals aligned.

use comfy_table::{CellAlignment, Table, presets};

/// Pads numbers on the right so that their decimal points stand below each other; words stay as they are.
pub fn align(mut cells: Vec<String>) -> Vec<String> {
    let is_number = |cell: &str| cell.chars().any(|c| c.is_ascii_digit()) && !cell.starts_with('<');
    let tail = |cell: &str| cell.find('.').map_or(0, |at| cell.len() - at);
    let longest = cells.iter().filter(|cell| is_number(cell)).map(|cell| tail(cell)).max().unwrap_or(0);
    for cell in &mut cells {
        if is_number(cell) {
            let padding = longest - tail(cell);
            cell.push_str(&"\u{a0}".repeat(padding));
        }
    }
    cells
}

/// Characters of the widest cell.
pub fn widest(cells: &[String]) -> usize {
    cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0)
}

/// Columns side by side, those of words set from the left, the others from the right.
pub fn render(columns: &[Vec<String>], words: &[usize]) -> Vec<String> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let rows = columns.first().map_or(0, Vec::len);
    for i in 0..rows {
        table.add_row(columns.iter().map(|cells| cells[i].as_str()));
    }
    for (j, column) in table.column_iter_mut().enumerate() {
        let number = !words.contains(&j);
        column.set_padding((if j > 0 { 2 } else { 0 }, 0));
        column.set_cell_alignment(if number { CellAlignment::Right } else { CellAlignment::Left });
    }
    table.lines().map(|line| line.replace('\u{a0}', " ").trim_end().to_owned()).collect()
}
