//! `Lines`: which line of the file each row of a table came from, as runs of consecutive lines.

/// The 1-based line of each row. A file without blank lines and line breaks inside quotes is one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// (first row of the run, its line); sorted by row.
    runs: Vec<(usize, u64)>,
}

impl Lines {
    /// Records that `row` stands on `line`. Rows must come in order, without gaps.
    pub(crate) fn push(&mut self, row: usize, line: u64) {
        if self.line(row) != Some(line) {
            self.runs.push((row, line));
        }
    }

    /// Appends the runs of a piece of the file that begins at `row` and after `lines` lines.
    pub(crate) fn append(&mut self, piece: &Self, row: usize, lines: u64) {
        for &(first, line) in &piece.runs {
            self.push(row + first, lines + line);
        }
    }

    /// The line of `row`; `None` where no line is known.
    pub(crate) fn line(&self, row: usize) -> Option<u64> {
        let run = self.runs.partition_point(|&(first, _)| first <= row).checked_sub(1)?;
        let (first, line) = self.runs[run];
        Some(line + (row - first) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn consecutive_lines_are_one_run() {
        let mut lines = Lines::default();
        assert_eq!(lines.line(0), None);
        for row in 0..10 {
            lines.push(row, row as u64 + 2);
        }
        lines.push(10, 15);
        let mut whole = lines.clone();
        whole.append(&lines, 11, 14);
        assert_eq!(lines.runs, [(0, 2), (10, 15)]);
        assert_eq!(whole.runs, [(0, 2), (10, 15), (21, 29)]);
        assert_eq!(whole.line(9), Some(11));
        assert_eq!(whole.line(11), Some(16));
        assert_eq!(whole.line(21), Some(29));
    }
}
