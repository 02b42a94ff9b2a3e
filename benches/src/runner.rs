//! [`run`]: picks the benchmarks, starts the peers and prints the rows; with outside optimizers, a ranking.

use std::time::Instant;

use thalweg_core::par;

use crate::{Benchmark, Contestant, Options, Peers, Ranking, Result, Session, host, suite, table};

/// Runs what the options ask for; returns how many benchmarks could not be run.
///
/// # Errors
/// No benchmark has the filter in its name.
pub fn run(options: &Options) -> Result<usize> {
    run_with(options, &[])
}

/// Races outside optimizers against the built-in ones, and nothing else, and prints the ranking; without any it is [`run`].
///
/// # Errors
/// As [`run`].
pub fn run_with(options: &Options, outside: &[Contestant]) -> Result<usize> {
    let mut chosen = suite::all(&[&Contestant::built_in(), outside].concat());
    chosen.retain(|b| outside.is_empty() || b.family == "optimizers");
    chosen.retain(|b| b.name().contains(&options.filter) && (b.quick || !options.quick || options.list));
    if chosen.is_empty() {
        return Err(format!("no benchmark has `{}` in its name; see --list", options.filter).into());
    }
    if options.list {
        for benchmark in &chosen {
            println!("{}{}", benchmark.name(), if benchmark.quick { "" } else { "  (not with --quick)" });
        }
        return Ok(0);
    }
    par::with_threads(options.threads, || run_in_pool(options, &chosen, !outside.is_empty()))?
}

fn run_in_pool(options: &Options, chosen: &[Benchmark], ranked: bool) -> Result<usize> {
    let peers = if options.peers { Peers::start() } else { Peers::default() };
    eprintln!("{}", host::facts(peers.versions()));
    let mut session = Session::new(options, peers)?;
    if !options.json {
        println!("{}", table::heading());
    }
    let started = Instant::now();
    let (mut failures, mut invalid) = (0, 0);
    for benchmark in chosen {
        eprintln!("{} …", benchmark.name());
        let rows = (benchmark.run)(&mut session).unwrap_or_else(|error| {
            eprintln!("{}: {error}", benchmark.name());
            failures += 1;
            Vec::new()
        });
        for mut row in rows {
            row.family = benchmark.family.to_owned();
            row.case.clone_from(&benchmark.case);
            invalid += usize::from(!row.valid);
            let text = if options.json { serde_json::to_string(&row)? } else { table::format(&row) };
            println!("{text}");
        }
    }
    if ranked {
        let ranking = Ranking::of(&session.heats);
        let text = if options.json { serde_json::to_string(&ranking)? + "\n" } else { ranking.to_string() };
        print!("{text}");
    }
    eprintln!("{} benchmarks in {:.0} s", chosen.len(), started.elapsed().as_secs_f64());
    if invalid > 0 {
        eprintln!("{invalid} row(s) invalid: a side missed the accuracy that the case demands");
    }
    Ok(failures)
}
