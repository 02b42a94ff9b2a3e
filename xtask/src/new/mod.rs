//! `new KIND NAME`: a working item to start from, registered where its crate's laws find it; `new optimizer-crate PATH`: a crate.
//!
//! | you want to … | start at |
//! |---|---|
//! | add a kind | a template in `xtask/templates/` and a row of [`kind::KINDS`] |
//! | know what may be called how | [`name`] |
//! | know how a line finds its place | [`edit`] |

mod edit;
mod kind;
mod name;
mod outside;

use std::collections::BTreeMap;
use std::fs;

use pico_args::Arguments;
use xshell::{Shell, cmd};

use crate::{Result, finish};
use kind::{KINDS, Kind};
use name::Name;

pub(crate) fn run(sh: &Shell, mut args: Arguments) -> Result<()> {
    let usage = format!(
        "usage: cargo xtask new {}|{} NAME, or cargo xtask new {} PATH",
        KINDS[0].name,
        KINDS[1..].iter().map(|kind| kind.name).collect::<Vec<_>>().join("|"),
        outside::KIND
    );
    let word: String = args.free_from_str().map_err(|_| usage.as_str())?;
    if word == outside::KIND {
        let path: String = args.free_from_str().map_err(|_| usage)?;
        finish(args)?;
        return outside::create(sh, &path);
    }
    let kind = KINDS.iter().find(|kind| kind.name == word);
    let kind = kind.ok_or_else(|| format!("no template for `{word}`: {usage}"))?;
    let name: String = args.free_from_str().map_err(|_| usage)?;
    finish(args)?;
    let written = create(sh, kind, &name)?;
    eprintln!("wrote      {}", written.join("\n           "));
    eprintln!("next       {}, then `cargo xtask ci`", kind.next);
    Ok(())
}

/// Writes nothing unless every file can be written correctly; returns the files.
fn create(sh: &Shell, kind: &Kind, name: &str) -> Result<Vec<String>> {
    let name = Name::new(name, kind.template)?;
    let root = sh.current_dir();
    let item = format!("{}/{}.rs", kind.folder, name.snake());
    if root.join(&item).exists() || root.join(kind.folder).join(name.snake()).exists() {
        return Err(format!("`{}` exists: {item}; choose another name", name.snake()).into());
    }
    let mut files = BTreeMap::new();
    for edit in kind.edits {
        let file = edit.file();
        if !files.contains_key(file) {
            let text = fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
            name.check_absent(file, &text)?;
            files.insert(file.to_owned(), text);
        }
        if let Some(text) = files.get_mut(file) {
            *text = edit.apply(text, &name)?;
        }
    }
    files.insert(item, name.render(kind.template));
    for (file, text) in &files {
        let text = if file.ends_with(".rs") { formatted(sh, text) } else { text.clone() };
        fs::write(root.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(files.into_keys().collect())
}

/// The text as rustfmt lays it out: names differ in length. Without rustfmt, the text as it is.
fn formatted(sh: &Shell, text: &str) -> String {
    // Through stdin, rustfmt leaves the other modules of lib.rs alone.
    let laid_out = cmd!(sh, "rustfmt --edition 2024").stdin(text).quiet().ignore_stderr().output();
    let laid_out = laid_out.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    laid_out.filter(|laid_out| !laid_out.is_empty()).unwrap_or_else(|| text.to_owned())
}
