//! `bench`: the benchmarks, beside their peers or with the optimizers of an outside crate.

mod harness;
mod peers;

use pico_args::Arguments;
use xshell::{Shell, cmd};

use crate::{Result, finish};

const FLAGS: &[&str] = &["--peers", "--quick", "--json"];

pub(crate) fn run(sh: &Shell, mut args: Arguments) -> Result<()> {
    let with: Option<String> = args.opt_value_from_str("--with")?;
    let mut passed: Vec<String> = Vec::new();
    for &flag in FLAGS {
        if args.contains(flag) {
            passed.push(flag.to_owned());
        }
    }
    passed.splice(0..0, filter(&mut args)?);
    finish(args)?;
    if passed.iter().any(|flag| flag == "--peers") {
        peers::prepare(sh);
    }
    let cmd = match with {
        Some(path) => {
            let program = harness::build(sh, &path)?;
            cmd!(sh, "{program} {passed...}")
        }
        None => cmd!(sh, "cargo run --release --quiet --package thalweg-benches -- {passed...}"),
    };
    eprintln!("$ {cmd}");
    Ok(cmd.quiet().run()?)
}

/// The one free argument; an option that nobody knows is an error, never a filter.
fn filter(args: &mut Arguments) -> Result<Option<String>> {
    let free = args.opt_free_from_str::<String>()?;
    match &free {
        Some(option) if option.starts_with('-') => {
            Err(format!("unknown option `{option}`: bench takes [FILTER] [--with PATH] {}", FLAGS.join(" "))
                .into())
        }
        _ => Ok(free),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Option<String>, String> {
        filter(&mut Arguments::from_vec(words.iter().map(Into::into).collect())).map_err(|e| e.to_string())
    }

    #[test]
    fn the_filter_is_optional_and_unknown_options_are_refused() {
        assert_eq!(parsed(&[]), Ok(None));
        assert_eq!(parsed(&["glm"]), Ok(Some("glm".to_owned())));
        assert!(parsed(&["--save"]).is_err_and(|text| text.contains("unknown option `--save`")));
    }
}
