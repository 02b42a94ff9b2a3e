//! [`Name`]: what an item may be called, in its three spellings.

use crate::Result;

/// Keywords of Rust, and module names that would shadow a crate or a file with a meaning of its own.
const RESERVED: &str = "\
    abstract alloc as async await become box break const continue core crate do dyn else enum extern \
    false final fn for gen if impl in let lib loop macro main match mod move mut override priv pub ref \
    return self static std struct super tests thalweg_core trait true try type typeof union unsafe \
    unsized use virtual where while yield";

/// The placeholders of templates and edits: `TemplateItem`, `template_item`, `template-item`.
const TYPE: &str = "TemplateItem";
const SNAKE: &str = "template_item";
const KEBAB: &str = "template-item";

/// A name in snake_case that Rust and the template admit.
#[derive(Debug)]
pub(super) struct Name(String);

impl Name {
    /// `my_loss`, unless it or `MyLoss` means something already in the template's text.
    pub(super) fn new(snake: &str, template: &str) -> Result<Self> {
        let word = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if !snake.split('_').all(word) || !snake.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(format!("`{snake}` is not snake_case: write it like `my_item`").into());
        }
        if has_word(RESERVED, snake) {
            return Err(format!("`{snake}` is reserved in Rust: choose another name").into());
        }
        let name = Self(snake.to_owned());
        if has_word(template, &name.type_name()) {
            let type_name = name.type_name();
            return Err(
                format!("`{type_name}` already means something in such a file: choose another name").into()
            );
        }
        Ok(name)
    }

    /// `my_loss`
    pub(super) fn snake(&self) -> &str {
        &self.0
    }

    /// `MyLoss`
    pub(super) fn type_name(&self) -> String {
        let capital = |part: &str| {
            part.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(part.chars().skip(1)).collect()
        };
        self.0.split('_').map(capital).collect::<Vec<String>>().concat()
    }

    /// The text with its placeholders filled in.
    pub(super) fn render(&self, template: &str) -> String {
        template
            .replace(TYPE, &self.type_name())
            .replace(SNAKE, &self.0)
            .replace(KEBAB, &self.0.replace('_', "-"))
    }

    /// Refuses a name that stands in a file already.
    pub(super) fn check_absent(&self, file: &str, text: &str) -> Result<()> {
        if has_word(text, &self.0) || has_word(text, &self.type_name()) {
            let (snake, type_name) = (&self.0, self.type_name());
            return Err(
                format!("`{snake}` or `{type_name}` already stands in {file}: choose another name").into()
            );
        }
        Ok(())
    }
}

/// The literal texts before and after the first placeholder of a line, up to the next one.
pub(super) fn around(line: &str) -> Option<(&str, &str)> {
    let first = |text: &str| [TYPE, SNAKE, KEBAB].iter().filter_map(|p| Some((text.find(p)?, p.len()))).min();
    let (at, length) = first(line)?;
    let after = &line[at + length..];
    Some((&line[..at], &after[..first(after).map_or(after.len(), |(at, _)| at)]))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(Name::new(name, "use Scalar;").is_err_and(|e| e.to_string().contains(reason)), "{name}");
        }
        assert!(Name::new("my_loss", "").is_ok() && Name::new("l1", "").is_ok());
    }

    #[test]
    fn every_spelling_is_filled_in() {
        let name = Name::new("my_loss", "").unwrap();
        let text = name.render("TemplateItem template_item::X \"template-item:a=1\"");
        assert_eq!(text, "MyLoss my_loss::X \"my-loss:a=1\"");
        assert!(
            name.check_absent("a", "huber my_loss;").is_err() && name.check_absent("a", "my_losses").is_ok()
        );
    }

    #[test]
    fn a_line_is_known_by_what_surrounds_its_name() {
        assert_eq!(around("pub use template_item::TemplateItem;"), Some(("pub use ", "::")));
        assert_eq!(around("mod template_item;"), Some(("mod ", ";")));
        assert_eq!(around("TemplateItem,"), Some(("", ",")));
        assert_eq!(around("none"), None);
    }
}
