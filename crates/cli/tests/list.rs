//! `thalweg list` and `thalweg completions`.

mod support;

use support::thalweg;

#[test]
fn everything_is_listed_by_kind() {
    let ran = thalweg(&["list"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let kinds =
        ["losses", "families", "links", "penalties", "optimizers", "training", "problems", "datasets"];
    let places: Vec<_> = kinds.iter().map(|kind| ran.stdout.find(&format!("{kind}\n"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn one_kind_shows_parameters_and_example() {
    let losses = thalweg(&["list", "losses"]).stdout;
    assert!(losses.starts_with("losses\n  absolute "), "{losses}");
    assert!(losses.contains("delta (default 1.345)") && losses.contains("example: huber:delta=1.345"));
    assert!(!losses.contains("families"));
    let families = thalweg(&["list", "families"]).stdout;
    assert!(
        families.contains("theta (default 0)") && families.contains("example: negative-binomial:theta=2.5")
    );
    assert!(families.contains("power (default 0)") && families.contains("example: tweedie:power=1.6"));
    let training = thalweg(&["list", "training"]).stdout;
    for method in thalweg::regularization::training::CATALOGUE {
        assert!(training.contains(&format!("\n  {} ", method.name)), "{} is not in\n{training}", method.name);
    }
    assert!(training.contains("rate (default 0.5)") && training.contains("example: dropout:rate="));
    let optimizers = thalweg(&["list", "optimizers"]).stdout;
    for method in ["lbfgs", "levenberg-marquardt", "nelder-mead", "fista", "adamw"] {
        assert!(optimizers.contains(&format!("\n  {method} ")), "{method} is not in\n{optimizers}");
    }
    let problems = thalweg(&["list", "problems"]).stdout;
    for problem in thalweg::problems::CATALOGUE {
        assert!(problems.contains(&format!("  {} ", problem.name)), "{} is not in\n{problems}", problem.name);
    }
    let links = thalweg(&["list", "links"]).stdout;
    assert!(links.contains("example: power:"), "{links}");
    assert!(thalweg(&["list", "datasets"]).stdout.contains("randhie"));
}

#[test]
fn json_is_one_object() {
    let ran = thalweg(&["list", "--json"]);
    assert_eq!(ran.stdout.lines().count(), 1);
    let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let huber = object["losses"].as_array().unwrap().iter().find(|loss| loss["name"] == "huber").unwrap();
    assert_eq!(huber["parameters"][0]["default"], 1.345);
    assert!(object["datasets"].as_array().unwrap().iter().any(|set| set["target"] == "vote"));
    let one: serde_json::Value = serde_json::from_str(&thalweg(&["list", "links", "--json"]).stdout).unwrap();
    assert_eq!(one.as_object().unwrap().len(), 1);
}

#[test]
fn completions_know_commands_options_and_names() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = thalweg(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for word in ["completions", "family", "quiet", "predict", "unknown-levels", "test-fraction"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
    }
    let zsh = thalweg(&["completions", "zsh"]).stdout;
    assert!(zsh.contains("gaussian") && zsh.contains("breast_cancer"));
}

#[test]
fn help_and_version() {
    let version = thalweg(&["--version"]);
    assert_eq!((version.code, version.stdout), (0, format!("thalweg {}\n", env!("CARGO_PKG_VERSION"))));
    let help = thalweg(&["fit", "--help"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Exit code: 0 Certified or Stationary"));
}

#[test]
fn penalties_have_a_page_of_pictures() {
    let path = support::file("penalties.html", "");
    let ran = thalweg(&["list", "penalties", "--report", &path]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = std::fs::read_to_string(&path).unwrap();
    roxmltree::Document::parse(&page.replacen("<!DOCTYPE html>", "", 1)).unwrap();
    // Diamond and disc, then two pictures a penalty that acts on two coefficients.
    assert!(page.matches("<figure>").count() >= 16, "{}", page.matches("<figure>").count());
    for phrase in [
        "L1, the lasso: a diamond",
        "L2, ridge: a disc",
        "<h2>mcp</h2>",
        "Small coefficients become exactly 0. Large ones are left alone.",
    ] {
        assert!(page.contains(phrase), "`{phrase}` is not on the page");
    }
    let ran = thalweg(&["list", "losses", "--report", &path]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("thalweg list penalties --report"), "{}", ran.stderr);
}
