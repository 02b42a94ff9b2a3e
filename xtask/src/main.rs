//! `cargo xtask COMMAND`: everything a contributor or a CI machine runs, with no tool beyond cargo.
//!
//! One module per command. This binary shells out to cargo and imports nothing of the workspace, so it builds in
//! seconds and still works while a library does not compile.

mod bench;
mod check;
mod ci;
mod docs;
mod new;
mod outside;
mod step;
mod test;
mod tidy;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pico_args::Arguments;
use xshell::Shell;

/// Failures reach only a person at a terminal, so a boxed error with a good text is enough.
pub(crate) type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

const HELP: &str = "\
cargo xtask COMMAND

  ci                     check, then test: what the CI machine runs
  check                  fmt, tidy, clippy, docs (cheapest first)
  test                   all tests (cargo-nextest when installed, else cargo test), then doctests
  tidy                   dependency edges, catalogues, faer bans, text rules
  docs                   build the API documentation and print its path
  bench [FILTER]         benchmarks; --peers against other libraries, --quick, --json (one object a line)
  bench --with PATH      races the optimizers of an outside crate against the built-in ones and ranks them
  new KIND NAME          write a working item and register it (NAME in snake_case), so that its laws cover it;
                         KIND is loss, family, link, penalty, minimizer or problem
  new optimizer-crate PATH
                         write a complete crate with an optimizer and its laws, outside the workspace
  help                   this text

example: cargo xtask new loss my_loss && cargo xtask ci
";

fn main() -> ExitCode {
    match run(Arguments::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Arguments) -> Result<()> {
    if args.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(());
    }
    let command = args.subcommand()?;
    let sh = Shell::new()?;
    sh.change_dir(root());
    match command.as_deref() {
        Some("bench") => bench::run(&sh, args),
        Some("new") => new::run(&sh, args),
        Some("ci") => finish(args).and_then(|()| ci::run(&sh)),
        Some("check") => finish(args).and_then(|()| check::run(&sh)),
        Some("test") => finish(args).and_then(|()| test::run(&sh)),
        Some("tidy") => finish(args).and_then(|()| tidy::run(&sh)),
        Some("docs") => finish(args).and_then(|()| docs::run(&sh)),
        None | Some("help") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("unknown command `{other}`: `cargo xtask help` lists them").into()),
    }
}

/// Refuses whatever is left on the command line: no argument is ignored silently.
pub(crate) fn finish(args: Arguments) -> Result<()> {
    let rest = args.finish();
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(format!("unexpected argument {extra:?}: see `cargo xtask help`").into()),
    }
}

/// The repository's root: the parent of this package, also when the binary was built elsewhere and run by cargo.
fn root() -> PathBuf {
    let package =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let package = Path::new(&package);
    package.parent().unwrap_or(package).to_owned()
}
