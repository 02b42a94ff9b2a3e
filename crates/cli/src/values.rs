//! How the values of options are read; an `Err` says what to write instead.

/// `COLUMN=LEVEL`.
pub fn level(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(column, level)| (column.to_owned(), level.to_owned()));
    pair.ok_or_else(|| "write COLUMN=LEVEL, such as colour=red".to_owned())
}

/// One byte, or `tab`.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, [byte]) => Ok(*byte),
        _ => Err("give one ASCII character, or `tab`".to_owned()),
    }
}

/// A number; `NaN` passes, because the library's rule for the option refuses it.
pub fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "give a number, such as 0.1 or 1e-8".to_owned())
}

/// A whole number.
pub fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "give a whole number, 0 or more".to_owned())
}

/// A number of threads that a system may grant.
pub fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 0..=1024) => Ok(n),
        _ => Err("give a number from 0 to 1024".to_owned()),
    }
}
