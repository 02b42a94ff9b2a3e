//! [`Color`]: named colours, each with a value for light and one for dark paper.
//!
//! The six for data begin with the blue and the vermilion of Okabe and Ito (2008), *Color universal design*. The others were chosen by a search so that all are
//! at least 20 apart in CIELAB for readers without red, green or blue cones (Okabe and Ito's own six: 16), each with a contrast of 3 with the paper
//! (WCAG 2.2, 1.4.11); text has 4.5 (1.4.3). The tests compute all three. Series also differ in their dashes.

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
            Self::Green => ("green", "#02a96b", "#32f295"),
            Self::Purple => ("purple", "#70194c", "#eacbe1"),
            Self::Ochre => ("ochre", "#3e3105", "#f5b917"),
            Self::Slate => ("slate", "#8c94a0", "#6f7a80"),
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
    use super::{ALL, Color, SERIES};

    /// Linear red, green and blue of a colour of sRGB.
    fn linear(hex: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(m: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|i| m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2])
    }

    /// Relative luminance by WCAG 2.2.
    fn luminance(hex: &str) -> f64 {
        let [r, g, b] = linear(hex);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// CIELAB under daylight D65.
    fn lab(linear: [f64; 3]) -> [f64; 3] {
        const XYZ: [[f64; 3]; 3] = [
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175_0],
            [0.019_333_9, 0.119_192_0, 0.950_304_1],
        ];
        let [x, y, z] = times(&XYZ, linear.map(|c| c.clamp(0.0, 1.0)));
        let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let (x, y, z) = (f(x / 0.950_47), f(y), f(z / 1.088_83));
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// Colours without one kind of cones, in linear sRGB: Machado, Oliveira and Fernandes (2009), table 1, severity 1.
    const VISIONS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    #[test]
    fn colours_of_data_are_apart_for_every_kind_of_vision() {
        for value in [Color::light, Color::dark] {
            for vision in &VISIONS {
                let seen = SERIES.map(|c| (c.name(), lab(times(vision, linear(value(c))))));
                for (i, (name, a)) in seen.iter().enumerate() {
                    for (other, b) in &seen[..i] {
                        let apart = (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt();
                        assert!(apart >= 20.0, "{name} and {other}: {apart:.1}");
                    }
                }
            }
        }
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
