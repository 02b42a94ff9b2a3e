//! `bench --with PATH`: a program that races an outside crate's optimizers, written below cargo's target directory and built there. Nothing
//! of the workspace changes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use xshell::{Shell, cmd};

use crate::Result;
use crate::outside::{Fault, Outside, target};

/// Builds the program; returns its path.
pub(super) fn build(sh: &Shell, path: &str) -> Result<String> {
    // The shell stands in the repository's root, the process where the user called it.
    let outside = Outside::read(sh, &std::env::current_dir()?.join(path))?;
    let root = sh.current_dir();
    let needs_patch = outside.check(&root)?;
    let target = target(sh)?;
    let folder = target.join("bench-with");
    fs::create_dir_all(folder.join("src"))?;
    let manifest = folder.join("Cargo.toml");
    let program = main(&outside.minimizers);
    write_if_new(&manifest, &cargo_toml(&root, &outside, needs_patch))?;
    write_if_new(&folder.join("src/main.rs"), &program)?;
    // The versions that the workspace is tested with; cargo adds what the crate needs besides.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    eprintln!("laws first: cargo test --manifest-path {path}/Cargo.toml");
    let cmd = cmd!(
        sh,
        "cargo build --release --message-format json --manifest-path {manifest} --target-dir {target}"
    );
    eprintln!("$ {cmd}");
    // Errors come as messages on stdout; stderr shows what cargo is doing.
    let output = Command::from(cmd).stderr(Stdio::inherit()).output()?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if let Some(fault) = messages.iter().find_map(|message| fault(message, &outside, &manifest, &program)) {
        return Err(fault.into());
    }
    let built = messages.iter().filter(|m| stands_in(m, &manifest)).find_map(|m| m["executable"].as_str());
    let built = built.filter(|_| output.status.success()).map(str::to_owned);
    built.ok_or_else(|| Fault::NotBuilt { path: outside.folder.clone() }.into())
}

/// Cargo compares times: an unchanged program is not built again.
fn write_if_new(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    Ok(fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn cargo_toml(root: &Path, outside: &Outside, needs_patch: bool) -> String {
    let benches = root.join("benches");
    let mut text = format!(
        "# Written by `cargo xtask bench --with`.\n[package]\nname = \"thalweg-bench-with\"\nversion = \"0.0.0\"\n\
         edition = \"2024\"\npublish = false\n\n[dependencies]\nthalweg-benches = {{ path = {:?} }}\n{} = {{ path = {:?} }}\n\n\
         [workspace]\n\n[profile.release]\ndebug = false\n",
        benches.to_string_lossy(),
        outside.package,
        outside.folder.to_string_lossy()
    );
    if needs_patch {
        let core = root.join("crates/core");
        let core = core.to_string_lossy();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n[patch.crates-io]\nthalweg-core = {{ path = {core:?} }}\n");
    }
    text
}

/// One contestant a line, so that an error's line names it.
fn main(minimizers: &[String]) -> String {
    let contestants = minimizers
        .iter()
        .map(|path| format!("        thalweg_benches::Contestant::of::<{path}>(\"{path}\"),\n"))
        .collect::<String>();
    format!(
        "//! Written by `cargo xtask bench --with`.\n\nfn main() -> std::process::ExitCode {{\n    \
         thalweg_benches::command(&[\n{contestants}    ])\n}}\n"
    )
}

fn stands_in(message: &Value, manifest: &Path) -> bool {
    message["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest)
}

/// What a message of the compiler means to the author of the outside crate.
fn fault(message: &Value, outside: &Outside, manifest: &Path, program: &str) -> Option<Fault> {
    let diagnostic = &message["message"];
    if message["reason"] != "compiler-message" || diagnostic["level"] != "error" {
        return None;
    }
    let path = outside.folder.clone();
    let said = diagnostic["message"].as_str().unwrap_or_default().replace('\n', " ");
    if !stands_in(message, manifest) {
        return stands_in(message, &outside.folder.join("Cargo.toml"))
            .then_some(Fault::DoesNotCompile { path, said });
    }
    let line = diagnostic["spans"][0]["line_start"].as_u64()? as usize;
    let line = program.lines().nth(line.checked_sub(1)?)?;
    let minimizer = outside.minimizers.iter().find(|name| line.contains(&format!("<{name}>")))?.clone();
    // A bound that does not hold; everything else is about the name.
    if diagnostic["code"]["code"] == "E0277" {
        Some(Fault::NotAMinimizer { path, minimizer, said })
    } else {
        Some(Fault::Unknown { path, minimizer, said })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use serde_json::json;

    fn outside() -> Outside {
        Outside {
            folder: PathBuf::from("/a/mine"),
            package: "mine".to_owned(),
            library: Some("mine".to_owned()),
            minimizers: vec!["mine::A".to_owned(), "mine::B".to_owned()],
            breaks: Vec::new(),
            core: None,
        }
    }

    fn told(manifest: &str, code: &str, line: usize) -> Option<String> {
        let diagnostic = json!({"level": "error", "message": "no", "code": {"code": code}, "spans": [{"line_start": line}]});
        let message = json!({"reason": "compiler-message", "manifest_path": manifest, "message": diagnostic});
        let outside = outside();
        fault(&message, &outside, Path::new("/t/Cargo.toml"), &main(&outside.minimizers))
            .map(|f| f.to_string())
    }

    #[test]
    fn errors_of_the_compiler_name_the_optimizer_and_the_remedy() {
        let text = told("/t/Cargo.toml", "E0433", 6).unwrap();
        assert!(text.contains("mine::B") && text.contains("/a/mine") && text.contains("public"), "{text}");
        let text = told("/t/Cargo.toml", "E0277", 5).unwrap();
        assert!(text.contains("mine::A") && text.contains("Default") && text.contains("Minimizer"), "{text}");
        assert!(told("/a/mine/Cargo.toml", "E0308", 1).unwrap().contains("cargo check"));
        assert_eq!(told("/elsewhere/Cargo.toml", "E0308", 1), None);
    }

    #[test]
    fn the_manifest_patches_core_only_where_it_must() {
        let text = cargo_toml(Path::new("/w"), &outside(), false);
        assert!(text.contains("mine = { path = \"/a/mine\" }") && !text.contains("[patch"));
        assert!(
            cargo_toml(Path::new("/w"), &outside(), true)
                .contains("thalweg-core = { path = \"/w/crates/core\" }")
        );
    }
}
