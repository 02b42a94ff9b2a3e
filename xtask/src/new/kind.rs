//! [`KINDS`]: what can be made. A kind is data: a template, the folder of its items, and the edits that register one.

use super::edit::{Edit, Place};

/// A kind of item.
#[derive(Debug)]
pub(super) struct Kind {
    /// As typed.
    pub(super) name: &'static str,
    /// Where its items live.
    pub(super) folder: &'static str,
    /// A small item that is correct as it stands, with the placeholders of [`Name`](super::name::Name).
    pub(super) template: &'static str,
    /// What registers an item, so that its crate's laws cover it.
    pub(super) edits: &'static [Edit],
    /// What to do with the files.
    pub(super) next: &'static str,
}

const LOSSES: &str = "crates/losses/src/pointwise/mod.rs";
const LIKELIHOOD: &str = "crates/likelihood/src/lib.rs";
const LINK: &str = "crates/likelihood/src/link.rs";
const REGULARIZATION: &str = "crates/regularization/src/lib.rs";
const OPTIMIZERS: &str = "crates/optimizers/src/lib.rs";
const OPTIMIZER_LAWS: &str = "crates/optimizers/tests/laws.rs";
const ALLOCATION: &str = "crates/optimizers/tests/allocation.rs";
const UPDATES: &str = "crates/optimizers/src/updates/mod.rs";
const UPDATE_LAWS: &str = "crates/optimizers/tests/updates.rs";
const COMPOSITE_LAWS: &str = "crates/optimizers/tests/composite.rs";
const PROBLEMS: &str = "crates/problems/src/lib.rs";

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "loss",
        folder: "crates/losses/src/pointwise",
        template: include_str!("../../templates/loss.rs"),
        edits: &[
            Edit::Line {
                file: LOSSES,
                within: "",
                text: "pub(crate) mod template_item;",
                place: Place::Sorted,
            },
            export(LOSSES, ""),
            entry(LOSSES, "CATALOGUE: &[LossEntry] = &[", "template_item::ENTRY,"),
            Edit::Before {
                file: "crates/losses/tests/fixtures/goldens.py",
                anchor: "ETAS = [",
                text: include_str!("../../templates/loss_golden.py"),
            },
            Edit::Line {
                file: "crates/losses/tests/fixtures/goldens.py",
                within: "CASES = [",
                text: "(\"template-item\", template_item, [-1.5, 0, 2.25]),",
                place: Place::EndOfList,
            },
            Edit::Append {
                file: "crates/losses/tests/fixtures/goldens.csv",
                text: include_str!("../../templates/loss_goldens.csv"),
            },
        ],
        next: "put your loss where the files say REPLACE and run goldens.py",
    },
    Kind {
        name: "family",
        folder: "crates/likelihood/src/families",
        template: include_str!("../../templates/family.rs"),
        edits: &[
            module(LIKELIHOOD, "pub mod families {"),
            export(LIKELIHOOD, "pub mod families {"),
            entry(LIKELIHOOD, "CATALOGUE: &[FamilyEntry] = &[", "families::template_item::ENTRY,"),
        ],
        next: "put your family where the file says REPLACE and add reference values to tests/fixtures/goldens.py",
    },
    Kind {
        name: "link",
        folder: "crates/likelihood/src/links",
        template: include_str!("../../templates/link.rs"),
        edits: &[
            module(LIKELIHOOD, "pub mod links {"),
            export(LIKELIHOOD, "pub mod links {"),
            entry(LIKELIHOOD, "LINKS: &[LinkEntry] = &[", "links::template_item::ENTRY,"),
            entry(LINK, "use crate::links::{", "TemplateItem,"),
            Edit::Line {
                file: LINK,
                within: "pub enum LinkFunction {",
                text: "/// REPLACE: η as a function of μ.\nTemplateItem,",
                place: Place::Sorted,
            },
            Edit::Line {
                file: LINK,
                within: "match self {",
                text: "Self::TemplateItem => visitor.visit(TemplateItem),",
                place: Place::Sorted,
            },
            Edit::Line {
                file: LINK,
                within: "match (self, other) {",
                text: "(Self::TemplateItem, Self::TemplateItem) => true,",
                place: Place::Sorted,
            },
            // The canonical link comes first. A link is tested through the families that take it.
            Edit::Line {
                file: "crates/likelihood/src/families/binomial.rs",
                within: "const LINKS: &'static [LinkFunction] = &[",
                text: "LinkFunction::TemplateItem,",
                place: Place::EndOfList,
            },
        ],
        next: "put your link where the files say REPLACE; families/binomial.rs takes it: list it in every family it suits, and \
               check their is_convex_in",
    },
    Kind {
        name: "penalty",
        folder: "crates/regularization/src",
        template: include_str!("../../templates/penalty.rs"),
        edits: &[
            module(REGULARIZATION, ""),
            export(REGULARIZATION, ""),
            entry(REGULARIZATION, "CATALOGUE: &[PenaltyEntry] = &[", "template_item::ENTRY,"),
        ],
        next: "put your penalty where the file says REPLACE",
    },
    Kind {
        name: "minimizer",
        folder: "crates/optimizers/src",
        template: include_str!("../../templates/minimizer.rs"),
        edits: &[
            module(OPTIMIZERS, ""),
            export(OPTIMIZERS, ""),
            entry(OPTIMIZERS, "CATALOGUE: &[MinimizerEntry] = &[", "template_item::ENTRY,"),
            // The laws of states and memory need the type, which the catalogue does not know.
            entry(OPTIMIZER_LAWS, "use thalweg_optimizers::{", "TemplateItem,"),
            Edit::Line {
                file: OPTIMIZER_LAWS,
                within: "fn states_resume_on_problems() {",
                text: "resumes(&TemplateItem::default());",
                place: Place::Sorted,
            },
            entry(ALLOCATION, "use thalweg_optimizers::{", "TemplateItem,"),
            Edit::Line {
                file: ALLOCATION,
                within: "let every = |par: Par| {",
                text: "check(&TemplateItem::default(), par, 12);",
                place: Place::Sorted,
            },
        ],
        next: "put your method where the file says REPLACE",
    },
    Kind {
        name: "composite-solver",
        folder: "crates/optimizers/src",
        template: include_str!("../../templates/composite_solver.rs"),
        edits: &[
            module(OPTIMIZERS, ""),
            export(OPTIMIZERS, ""),
            entry(OPTIMIZERS, "COMPOSITE: &[CompositeEntry] = &[", "template_item::ENTRY,"),
            entry(COMPOSITE_LAWS, "use thalweg_optimizers::{", "TemplateItem,"),
            Edit::Line {
                file: COMPOSITE_LAWS,
                within: "fn states_resume_to_the_bit() {",
                text: "resumes(&TemplateItem::default());",
                place: Place::Sorted,
            },
            entry(ALLOCATION, "use thalweg_optimizers::{", "TemplateItem,"),
            Edit::Line {
                file: ALLOCATION,
                within: "let every = |par: Par| {",
                text: "check_composite(&TemplateItem::default(), par, 8);",
                place: Place::Sorted,
            },
        ],
        next: "put your method where the file says REPLACE",
    },
    Kind {
        name: "update",
        folder: "crates/optimizers/src/updates",
        template: include_str!("../../templates/update.rs"),
        edits: &[
            // The list of recipes is one level up.
            Edit::Line {
                file: UPDATES,
                within: "",
                text: "pub(crate) mod template_item;",
                place: Place::Sorted,
            },
            export(UPDATES, ""),
            entry(OPTIMIZERS, "pub use updates::{", "TemplateItem,"),
            entry(OPTIMIZERS, "UPDATES: &[UpdateEntry] = &[", "updates::template_item::ENTRY,"),
            entry(UPDATE_LAWS, "use thalweg_optimizers::{", "TemplateItem,"),
            Edit::Line {
                file: UPDATE_LAWS,
                within: "thalweg_testkit::update_laws! {",
                text: "template_item: part Fused(TemplateItem::default()), 0.1;",
                place: Place::Sorted,
            },
            entry(ALLOCATION, "use thalweg_optimizers::{", "TemplateItem,"),
            Edit::Line {
                file: ALLOCATION,
                within: "fn check_rules(par: Par) {",
                text: "check_rule(\"template-item\", &Fused((TemplateItem::default(), rate)), par);",
                place: Place::Sorted,
            },
        ],
        next: "put your rule where the file says REPLACE, and 200 steps beside a peer in tests/traces.rs",
    },
    Kind {
        name: "problem",
        folder: "crates/problems/src",
        template: include_str!("../../templates/problem.rs"),
        edits: &[
            module(PROBLEMS, ""),
            export(PROBLEMS, ""),
            entry(PROBLEMS, "CATALOGUE: &[ProblemEntry] = &[", "template_item::ENTRY,"),
        ],
        next: "put your problem where the file says REPLACE; every optimizer runs it",
    },
];

const fn module(file: &'static str, within: &'static str) -> Edit {
    Edit::Line { file, within, text: "mod template_item;", place: Place::Sorted }
}

const fn export(file: &'static str, within: &'static str) -> Edit {
    Edit::Line { file, within, text: "pub use template_item::TemplateItem;", place: Place::Sorted }
}

const fn entry(file: &'static str, within: &'static str, text: &'static str) -> Edit {
    Edit::Line { file, within, text, place: Place::InList }
}

#[cfg(test)]
mod tests {
    use super::super::name::Name;
    use super::*;

    #[test]
    fn templates_are_filled_in_completely_and_say_what_to_replace() {
        for kind in KINDS {
            let text = Name::new("my_own", kind.template).unwrap().render(kind.template);
            assert!(text.contains("MyOwn") && text.contains("\"my-own"), "{}", kind.name);
            assert!(!text.to_lowercase().contains("template"), "{}", kind.name);
            assert!(text.matches("REPLACE").count() >= 3 && text.starts_with("//!"), "{}", kind.name);
        }
    }
}
