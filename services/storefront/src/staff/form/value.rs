//! One field of the product form: how what was typed becomes a value, and how a value is written to be typed over.

use super::Mistake;
use chassis::text;

/// The highest price in minor units, as the product service sets it (its `domain/values.rs`).
const MAX_PRICE: i64 = 1_000_000_000_000;

/// The most pieces, as the product service sets it (its `domain/values.rs`).
const MAX_PIECES: i64 = 1_000_000_000;

/// The most characters of a slug and of a picture's address, as the product service sets them (its
/// `domain/values.rs`).
const MAX_SLUG: usize = 100;
const MAX_IMAGE: usize = 2_000;

/// An amount of minor units as it is typed: `14.50`, and `1450` where the currency has no decimals.
pub(super) fn written_price(minor: i64, decimals: u8) -> String {
    if decimals == 0 {
        return minor.to_string();
    }
    let unit = 10_u64.pow(u32::from(decimals.min(18)));
    let (sign, minor) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    format!("{sign}{}.{:0width$}", minor / unit, minor % unit, width = usize::from(decimals))
}

/// Pieces as they are typed; nothing if nobody counts.
pub(crate) fn written_pieces(pieces: Option<i64>) -> String {
    pieces.map_or_else(String::new, |pieces| pieces.to_string())
}

/// A price in minor units: digits, and after a point or a comma no more decimals than the currency has. Marks
/// between thousands are not taken: whether `1,450` is a thousand or a little more than one depends on who
/// reads it.
pub(super) fn price(typed: &str, decimals: u8) -> Result<i64, Mistake> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Mistake::Missing);
    }
    let (whole, fraction) = typed.split_once(['.', ',']).map_or((typed, None), |(a, b)| (a, Some(b)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return Err(Mistake::NotAPrice);
    }
    let fraction = fraction.unwrap_or_default();
    if fraction.len() > usize::from(decimals) {
        return Err(Mistake::TooManyDecimals(decimals));
    }
    let minor = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
    minor.parse().ok().filter(|price| *price <= MAX_PRICE).ok_or(Mistake::TooHigh)
}

/// A number of pieces; none if nothing was typed.
pub(crate) fn pieces(typed: &str) -> Result<Option<i64>, Mistake> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let is_digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_digits.then(|| typed.parse().ok()).flatten().filter(|number| *number <= MAX_PIECES);
    number.map(Some).ok_or(Mistake::NotPieces)
}

pub(super) fn slug(typed: &str) -> Result<String, Mistake> {
    let typed = typed.trim();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if typed.is_empty() {
        Err(Mistake::Missing)
    } else if typed.chars().count() > MAX_SLUG {
        Err(Mistake::TooLong(MAX_SLUG))
    } else if !typed.bytes().all(known) {
        Err(Mistake::NotASlug)
    } else if typed.bytes().all(|byte| byte.is_ascii_digit()) {
        Err(Mistake::DigitsOnly)
    } else {
        Ok(typed.to_owned())
    }
}

pub(super) fn link(typed: &str) -> Result<String, Mistake> {
    let typed = line(typed, MAX_IMAGE)?;
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        let start = typed.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && typed.len() > scheme.len()
    });
    let is_ours = typed.starts_with("/media/") || typed.starts_with("/assets/");
    if typed.is_empty() || ((is_web || is_ours) && !typed.contains([' ', '"', '<', '>', '\\'])) {
        Ok(typed)
    } else {
        Err(Mistake::NotALink)
    }
}

pub(super) fn required(text: String) -> Result<String, Mistake> {
    if text.is_empty() { Err(Mistake::Missing) } else { Ok(text) }
}

pub(super) fn line(typed: &str, max_chars: usize) -> Result<String, Mistake> {
    let is_long = typed.trim().chars().count() > max_chars;
    text::clean(typed, max_chars).map_err(|_| clean_mistake(is_long, max_chars))
}

pub(super) fn lines(typed: &str, max_chars: usize) -> Result<String, Mistake> {
    let is_long = typed.replace("\r\n", "\n").trim().chars().count() > max_chars;
    text::clean_lines(typed, max_chars).map_err(|_| clean_mistake(is_long, max_chars))
}

fn clean_mistake(is_long: bool, max_chars: usize) -> Mistake {
    if is_long { Mistake::TooLong(max_chars) } else { Mistake::Hidden }
}
