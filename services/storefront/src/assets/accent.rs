//! The one colour that a shop chooses, made readable on every surface of the pages, light and dark.

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accent {
    red: u8,
    green: u8,
    blue: u8,
}

impl Default for Accent {
    fn default() -> Self {
        Self { red: 0x2f, green: 0x6f, blue: 0x4f }
    }
}

impl Accent {
    /// Reads `#` and six hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    /// `#` and six hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// The custom properties that the style builds on.
    pub(crate) fn css(self) -> String {
        format!(":root{{--accent:{}}}\n", self.hex())
    }
}
