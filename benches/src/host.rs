//! The line of facts about this machine: without it a number means nothing.

use std::collections::BTreeMap;
use std::process::Command;

/// Processor, cores, instruction set, compiler, versions, load.
#[must_use]
pub fn facts(peers: &BTreeMap<String, String>) -> String {
    let mut facts = vec![
        processor(),
        format!(
            "{} threads of {} cores",
            thalweg_core::par::threads(),
            std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get)
        ),
        instructions().to_owned(),
        compiler(),
        format!("thalweg {}", env!("CARGO_PKG_VERSION")),
    ];
    facts.extend(load());
    facts.extend(peers.iter().map(|(name, version)| format!("{name} {version}")));
    facts.join(" · ")
}

/// What else the machine is doing: beside other work no ratio means much.
fn load() -> Option<String> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    Some(format!("load {} before the run", text.split_whitespace().next()?))
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        line.split_once(':').map(|(_, value)| value.trim())
    };
    let Some(name) = field("model name") else { return std::env::consts::ARCH.to_owned() };
    match (field("cpu family"), field("model")) {
        (Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        _ => name.to_owned(),
    }
}

#[cfg(target_arch = "x86_64")]
fn instructions() -> &'static str {
    if is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "SSE2"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn instructions() -> &'static str {
    "no x86 vectors"
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default();
    if text.is_empty() { "rustc unknown".to_owned() } else { text }
}
