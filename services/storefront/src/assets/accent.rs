//! The one colour that a shop chooses, made readable on every surface of the pages, light and dark.
//!
//! Whatever a Shop sets, text in it and text on it keep a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3): the
//! colour is mixed with black or white until they do.

#[cfg(test)]
mod tests;

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accent([u8; 3]);

const BLACK: Accent = Accent([0, 0, 0]);
const WHITE: Accent = Accent([255, 255, 255]);

/// The least contrast of text (WCAG 2.2, 1.4.3), and a little for rounding.
const READABLE: f64 = 4.6;

/// What the pages look like in one scheme.
struct Scheme {
    /// Every background that text in the accent colour stands on; the same as in `shop.css`.
    surfaces: [Accent; 3],
    /// How much of the accent is in the tint, in percent.
    tint_percent: u32,
    /// Text in the accent colour is mixed with this until it is readable.
    towards: Accent,
}

const LIGHT: Scheme = Scheme {
    surfaces: [Accent([0xff, 0xff, 0xff]), Accent([0xfb, 0xf8, 0xf3]), Accent([0xf3, 0xed, 0xe2])],
    tint_percent: 11,
    towards: BLACK,
};

const DARK: Scheme = Scheme {
    surfaces: [Accent([0x21, 0x1d, 0x19]), Accent([0x17, 0x14, 0x11]), Accent([0x2b, 0x26, 0x21])],
    tint_percent: 20,
    towards: WHITE,
};

impl Default for Accent {
    /// A deep green.
    fn default() -> Self {
        Self([0x2f, 0x6f, 0x4f])
    }
}

impl Accent {
    /// Reads `#` and six hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// `#` and six hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The custom properties that the style builds on, for both schemes.
    pub(crate) fn css(self) -> String {
        format!(
            ":root{{{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            self.properties(&LIGHT),
            self.properties(&DARK)
        )
    }

    fn properties(self, scheme: &Scheme) -> String {
        let Palette { fill, on_fill, link, tint } = self.palette(scheme);
        format!(
            "--accent:{};--on-accent:{};--link:{};--tint:{}",
            fill.hex(),
            on_fill.hex(),
            link.hex(),
            tint.hex()
        )
    }

    fn palette(self, scheme: &Scheme) -> Palette {
        let [card, paper, _] = scheme.surfaces;
        let tint = paper.mixed(self, scheme.tint_percent);
        let is_readable = |link: Self| {
            scheme.surfaces.iter().chain([&tint]).all(|surface| link.contrast(*surface) >= READABLE)
        };
        let link = self.until(scheme.towards, is_readable);
        // A button must be seen against the page as well (WCAG 2.2, 1.4.11: 3 : 1).
        let fill = self.until(scheme.towards, |fill| {
            fill.contrast(paper) >= 3.0
                && fill.contrast(card) >= 3.0
                && fill.text_on().contrast(fill) >= READABLE
        });
        Palette { fill, on_fill: fill.text_on(), link, tint }
    }

    /// This colour, mixed with another one as little as it takes.
    fn until(self, towards: Self, is_good: impl Fn(Self) -> bool) -> Self {
        (0..=100)
            .map(|percent| self.mixed(towards, percent))
            .find(|colour| is_good(*colour))
            .unwrap_or(towards)
    }

    /// Black or white, whichever reads better on this colour; white if both do.
    fn text_on(self) -> Self {
        let dark = Self([0x14, 0x11, 0x0e]);
        if WHITE.contrast(self) >= READABLE || WHITE.contrast(self) >= dark.contrast(self) {
            WHITE
        } else {
            dark
        }
    }

    /// `percent` of the other colour in this one.
    fn mixed(self, other: Self, percent: u32) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(other) * percent;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        let ([r, g, b], [other_r, other_g, other_b]) = (self.0, other.0);
        Self([mix(r, other_r), mix(g, other_g), mix(b, other_b)])
    }

    /// Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// The colours that come from the accent in one scheme.
struct Palette {
    /// Of buttons.
    fill: Accent,
    /// Of the text on them.
    on_fill: Accent,
    /// Of links, focus rings and other text in the accent colour.
    link: Accent,
    /// A breath of the accent, for backgrounds.
    tint: Accent,
}
