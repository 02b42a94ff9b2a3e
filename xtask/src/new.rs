//! `new loss NAME`: a working loss file and its three lines in crates/losses/src/lib.rs.
//!
//! The text of lib.rs is edited line by line, so comments and order stay as their authors left them.

use std::fs;

use pico_args::Arguments;
use xshell::{Shell, cmd};

use crate::{Result, finish};

const TEMPLATE: &str = include_str!("../templates/loss.rs");
const FOLDER: &str = "crates/losses/src";

/// The template's golden values and the lines of the script that made them.
const GOLDEN_ROWS: &str = include_str!("../templates/loss_goldens.csv");
const GOLDEN_SCRIPT: &str = include_str!("../templates/loss_golden.py");
const GOLDENS: &str = "crates/losses/tests/fixtures";

/// Keywords of Rust, and module names that would shadow a crate or a file with a meaning of its own.
const RESERVED: &str = "\
    abstract alloc as async await become box break const continue core crate do dyn else enum extern \
    false final fn for gen if impl in let lib loop macro main match mod move mut override priv pub ref \
    return self static std struct super tests thalweg_core trait true try type typeof union unsafe \
    unsized use virtual where while yield";

pub(crate) fn run(sh: &Shell, mut args: Arguments) -> Result<()> {
    let usage = "usage: cargo xtask new loss NAME (NAME in snake_case)";
    let kind: String = args.free_from_str().map_err(|_| usage)?;
    if kind != "loss" {
        return Err(format!("no template for `{kind}` yet: {usage}").into());
    }
    let name: String = args.free_from_str().map_err(|_| usage)?;
    finish(args)?;
    create(sh, &name)?;
    eprintln!("wrote      {FOLDER}/{name}.rs");
    eprintln!("registered {FOLDER}/lib.rs");
    eprintln!("goldens    {GOLDENS}/goldens.py, goldens.csv");
    eprintln!("next       put your loss where the files say REPLACE, run goldens.py, then `cargo xtask ci`");
    Ok(())
}

/// Writes nothing unless every file can be written correctly.
fn create(sh: &Shell, name: &str) -> Result<()> {
    check_name(name)?;
    let folder = sh.current_dir().join(FOLDER);
    let (lib, file) = (folder.join("lib.rs"), folder.join(format!("{name}.rs")));
    if file.exists() || folder.join(name).exists() {
        return Err(format!("`{name}` exists: {FOLDER}/{name}.rs; choose another name").into());
    }
    let text = fs::read_to_string(&lib).map_err(|error| format!("{FOLDER}/lib.rs: {error}"))?;
    let registered = register(&text, name)?;
    let goldens = sh.current_dir().join(GOLDENS);
    let (script, rows) = (goldens.join("goldens.py"), goldens.join("goldens.csv"));
    let read = |path: &std::path::Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (new_script, new_rows) =
        (golden_script(&read(&script)?, name)?, read(&rows)? + &render(GOLDEN_ROWS, name));
    fs::write(file, formatted(sh, render(TEMPLATE, name)))?;
    fs::write(script, new_script)?;
    fs::write(rows, new_rows)?;
    Ok(fs::write(lib, formatted(sh, registered))?)
}

/// goldens.py with the template's function and, last among the cases, its entry.
fn golden_script(script: &str, name: &str) -> Result<String> {
    let (before, cases) = script.split_once("ETAS = [").ok_or("goldens.py: no line `ETAS = [`")?;
    let (cases, after) =
        cases.split_once("\n]\n").ok_or("goldens.py: the list CASES does not end in a line `]`")?;
    let entry = format!("    (\"{}\", {name}, [-1.5, 0, 2.25]),", name.replace('_', "-"));
    Ok(format!("{before}{}ETAS = [{cases}\n{entry}\n]\n{after}", render(GOLDEN_SCRIPT, name)))
}

/// The text as rustfmt lays it out: names differ in length. Without rustfmt, the text as it is.
fn formatted(sh: &Shell, text: String) -> String {
    // Through stdin, rustfmt leaves the other modules of lib.rs alone.
    let laid_out = cmd!(sh, "rustfmt --edition 2024").stdin(&text).quiet().ignore_stderr().output();
    let laid_out = laid_out.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    laid_out.filter(|laid_out| !laid_out.is_empty()).unwrap_or(text)
}

fn check_name(name: &str) -> Result<()> {
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !name.split('_').all(word) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(format!("`{name}` is not snake_case: write it like `squared_hinge`").into());
    }
    if has_word(RESERVED, name) {
        return Err(format!("`{name}` is reserved in Rust: choose another name").into());
    }
    if has_word(TEMPLATE, &type_name(name)) {
        return Err(format!(
            "`{}` already means something in a loss file: choose another name",
            type_name(name)
        )
        .into());
    }
    Ok(())
}

/// `my_loss` -> `MyLoss`
fn type_name(name: &str) -> String {
    let capital = |part: &str| {
        part.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(part.chars().skip(1)).collect()
    };
    name.split('_').map(capital).collect::<Vec<String>>().concat()
}

fn render(template: &str, name: &str) -> String {
    template
        .replace("TemplateLoss", &type_name(name))
        .replace("template_loss", name)
        .replace("template-loss", &name.replace('_', "-"))
}

/// lib.rs with the module, its re-export and its catalogue line.
fn register(lib: &str, name: &str) -> Result<String> {
    let type_name = type_name(name);
    if has_word(lib, name) || has_word(lib, &type_name) {
        return Err(format!(
            "`{name}` or `{type_name}` already stands in {FOLDER}/lib.rs: choose another name"
        )
        .into());
    }
    let text = insert(lib, name, "mod NAME;", module_of, |prefix| format!("{prefix}{name};"))?;
    let text = insert(&text, name, "pub use NAME::Type;", export_of, |prefix| {
        format!("{prefix}{name}::{type_name};")
    })?;
    let text = one_entry_a_line(&text);
    insert(&text, name, "NAME::ENTRY,", entry_of, |prefix| format!("{prefix}{name}::ENTRY,"))
}

/// A line's prefix and the module it names, if it is of the wanted kind.
type Parse = fn(&str) -> Option<(&str, &str)>;

fn module_of(line: &str) -> Option<(&str, &str)> {
    let start = line.strip_suffix(';')?;
    let (prefix, name) = start.split_at(start.rfind("mod ")? + 4);
    let visibility = prefix.strip_suffix("mod ")?.trim();
    (visibility.is_empty() || visibility.starts_with("pub")).then_some((prefix, name))
}

fn export_of(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("pub use ").filter(|rest| rest.ends_with(';'))?;
    let rest = rest.strip_prefix("self::").or_else(|| rest.strip_prefix("crate::")).unwrap_or(rest);
    let (name, _) = rest.split_once("::")?;
    let is_own = !name.starts_with("thalweg") && !["std", "core"].contains(&name);
    is_own.then_some((&line[..line.len() - rest.len()], name))
}

fn entry_of(line: &str) -> Option<(&str, &str)> {
    let path = line.strip_suffix("::ENTRY,")?;
    let name = path.trim_start();
    Some((&path[..path.len() - name.len()], name))
}

/// Inserts a line among its kind: at its alphabetical place if the others are in order, else after the last.
fn insert(
    text: &str,
    name: &str,
    kind: &str,
    parse: Parse,
    render: impl Fn(&str) -> String,
) -> Result<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let kin: Vec<(usize, String, String)> = lines
        .iter()
        .enumerate()
        .filter_map(|(i, line)| parse(line).map(|(prefix, key)| (i, prefix.to_owned(), key.to_owned())))
        .collect();
    let Some((last, prefix, _)) = kin.last() else {
        return Err(
            format!("{FOLDER}/lib.rs has no line like `{kind}`: register the first loss by hand").into()
        );
    };
    let next = kin
        .iter()
        .find(|(_, _, key)| key.as_str() > name)
        .filter(|_| kin.is_sorted_by_key(|(_, _, key)| key));
    let at = next.map_or(last + 1, |(i, _, _)| above_comments(&lines, *i));
    lines.insert(at, render(prefix));
    Ok(lines.join("\n") + "\n")
}

/// The first of the comments and attributes that belong to line `i`.
fn above_comments(lines: &[String], i: usize) -> usize {
    let attached = lines[..i]
        .iter()
        .rev()
        .take_while(|line| line.trim().starts_with("///") || line.trim().starts_with("#["));
    i - attached.count()
}

/// The text with the catalogue's entries one a line, however rustfmt has packed them; a list with comments stays.
fn one_entry_a_line(text: &str) -> String {
    let opened = || {
        let name = text.find("CATALOGUE:")?;
        let value = name + text[name..].find('=')?;
        let open = value + text[value..].find('[')? + 1;
        let close = open + text[open..].find("];")?;
        let entries = text[open..close].split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let list: String = entries.map(|entry| format!("    {entry},\n")).collect();
        (!list.contains("//")).then(|| format!("{}\n{list}{}", &text[..open], &text[close..]))
    };
    opened().unwrap_or_else(|| text.to_owned())
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "\
//! Losses.

mod huber;
mod squared;

pub use huber::Huber;
pub use squared::Squared;
use thalweg_core::Entry;

pub static CATALOGUE: &[Entry<Make>] = &[
    huber::ENTRY,
    squared::ENTRY,
];
";

    #[test]
    fn lines_land_in_alphabetical_order() {
        let text = register(LIB, "my_loss").unwrap();
        let expected = LIB
            .replace("mod squared;", "mod my_loss;\nmod squared;")
            .replace("pub use squared", "pub use my_loss::MyLoss;\npub use squared")
            .replace("    squared::", "    my_loss::ENTRY,\n    squared::");
        assert_eq!(text, expected);
        let last = register(LIB, "tukey").unwrap();
        assert!(last.contains("mod squared;\nmod tukey;\n") && last.contains("    tukey::ENTRY,\n];"));
        let first = register(LIB, "absolute").unwrap();
        assert!(first.contains("mod absolute;\nmod huber;") && first.contains("&[\n    absolute::ENTRY,"));
    }

    #[test]
    fn a_list_on_one_line_is_opened_and_disorder_is_kept() {
        let line = "pub static CATALOGUE: &[Entry<Make>] = &[squared::ENTRY, huber::ENTRY];";
        let lib = format!("mod huber;\nmod squared;\npub use huber::Huber;\n{line}\n");
        let text = register(&lib, "a").unwrap();
        assert!(text.ends_with("&[\n    squared::ENTRY,\n    huber::ENTRY,\n    a::ENTRY,\n];\n"), "{text}");
    }

    #[test]
    fn documented_modules_keep_their_comments() {
        let lib = LIB.replace("mod squared;", "/// Half the square.\npub mod squared;");
        let text = register(&lib, "my_loss").unwrap();
        assert!(text.contains("pub mod my_loss;\n/// Half the square.\npub mod squared;"), "{text}");
    }

    #[test]
    fn names_that_cannot_work_are_refused() {
        for (name, reason) in [
            ("MyLoss", "snake_case"),
            ("my-loss", "snake_case"),
            ("_a", "snake_case"),
            ("1a", "snake_case"),
            ("", "snake_case"),
            ("type", "reserved"),
            ("core", "reserved"),
            ("scalar", "already means"),
        ] {
            assert!(check_name(name).is_err_and(|e| e.to_string().contains(reason)), "{name}");
        }
        assert!(check_name("my_loss").is_ok() && check_name("l1").is_ok());
        assert!(register(LIB, "huber").is_err_and(|e| e.to_string().contains("already stands")));
        assert!(register("//! Empty.\n", "a").is_err_and(|e| e.to_string().contains("by hand")));
    }

    #[test]
    fn the_template_is_filled_in_completely() {
        let text = render(TEMPLATE, "my_loss");
        assert!(text.contains("MyLoss") && text.contains("\"my-loss\""));
        assert!(!text.to_lowercase().contains("template"));
    }
}
