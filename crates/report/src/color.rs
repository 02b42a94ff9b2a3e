//! [`Color`]: named colours, each with a value for light and one for dark paper.
//!
//! The six for data follow Okabe and Ito (2008), *Color universal design*, apart for every common kind of colour blindness, darkened
//! until each has a contrast of 3 with the paper (WCAG 2.2, 1.4.11); text has 4.5 (1.4.3). Series also differ in their dashes.

/// A colour of a picture. A picture names it by class, so that style sheets decide; the value for light paper is written beside as an attribute
/// for programs that know no style sheets with variables.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    Paper,
    Ink,
    Muted,
    Grid,
    Blue,
    Vermilion,
    Green,
    Purple,
    Ochre,
    Slate,
}

pub(crate) const ALL: [Color; 10] = [
    Color::Paper,
    Color::Ink,
    Color::Muted,
    Color::Grid,
    Color::Blue,
    Color::Vermilion,
    Color::Green,
    Color::Purple,
    Color::Ochre,
    Color::Slate,
];

const SERIES: [Color; 6] =
    [Color::Blue, Color::Vermilion, Color::Green, Color::Purple, Color::Ochre, Color::Slate];
const DASHES: [&str; 4] = ["", "6 3", "2 3", "8 3 2 3"];

impl Color {
    /// Colour and dashes of a series: 24 different pairs.
    pub(crate) fn of_series(index: usize) -> (Self, &'static str) {
        let color = SERIES.get(index % SERIES.len()).copied().unwrap_or(Self::Blue);
        (color, DASHES.get(index / SERIES.len() % DASHES.len()).copied().unwrap_or(""))
    }

    pub(crate) const fn name(self) -> &'static str {
        self.values().0
    }

    pub(crate) const fn light(self) -> &'static str {
        self.values().1
    }

    pub(crate) const fn dark(self) -> &'static str {
        self.values().2
    }

    const fn values(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Paper => ("paper", "#ffffff", "#14181d"),
            Self::Ink => ("ink", "#1c2126", "#e6e9ec"),
            Self::Muted => ("muted", "#57606a", "#a0aab4"),
            Self::Grid => ("grid", "#e3e7eb", "#2b323a"),
            Self::Blue => ("blue", "#0072b2", "#56b4e9"),
            Self::Vermilion => ("vermilion", "#d55e00", "#f5894a"),
            Self::Green => ("green", "#008f68", "#2ec79a"),
            Self::Purple => ("purple", "#aa4499", "#e39ac7"),
            Self::Ochre => ("ochre", "#a06a00", "#f0c040"),
            Self::Slate => ("slate", "#5b6570", "#a3adb8"),
        }
    }
}

/// The style sheet of every picture: variables for light and dark, print always light, and a class a colour for stroke and fill.
pub(crate) fn style() -> String {
    let variables = |value: fn(Color) -> &'static str| -> String {
        ALL.iter().map(|c| format!("--tw-{}:{};", c.name(), value(*c))).collect()
    };
    let (light, dark) = (variables(Color::light), variables(Color::dark));
    let classes: String = ALL
        .iter()
        .map(|c| {
            let name = c.name();
            format!(".tw-s-{name}{{stroke:var(--tw-{name})}}.tw-f-{name}{{fill:var(--tw-{name})}}")
        })
        .collect();
    format!(
        ".tw-plot{{{light}}}@media screen and (prefers-color-scheme:dark){{.tw-plot{{{dark}}}}}{classes}\
         .tw-halo{{stroke:var(--tw-paper);stroke-width:3px;stroke-linejoin:round;paint-order:stroke}}"
    )
}

#[cfg(test)]
mod tests {
    use super::{ALL, Color};

    /// Relative luminance by WCAG 2.2.
    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn every_colour_stands_out_from_its_paper() {
        for value in [Color::light, Color::dark] {
            for color in ALL.into_iter().filter(|c| !matches!(c, Color::Paper | Color::Grid)) {
                let (a, b) = (luminance(value(color)), luminance(value(Color::Paper)));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                let least = if matches!(color, Color::Ink | Color::Muted) { 4.5 } else { 3.0 };
                assert!(contrast >= least, "{}: {contrast:.2}", color.name());
            }
        }
    }

    #[test]
    fn series_repeat_only_after_24() {
        let mut seen: Vec<_> = (0..24).map(Color::of_series).map(|(c, d)| (c.name(), d)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 24);
        assert_eq!(Color::of_series(24), Color::of_series(0));
    }
}
