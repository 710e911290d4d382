//! The facts of a product, each read once at the edge: whoever holds one holds a right one.

use chassis::{input::FieldValue, text};
use serde_json::Value;

/// The highest price, in minor units: 100 lines of 999 pieces at this price still fit into 64 bits.
pub const MAX_PRICE: i64 = 1_000_000_000_000;

/// The most pieces that a product may have.
pub const MAX_QUANTITY: i64 = 1_000_000_000;

/// Names that the routes under `/api/product/` have taken for themselves.
const RESERVED_SLUGS: [&str; 2] = ["create", "docs"];

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident |$text:ident| $read:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FieldValue for $name {
            fn from_text($text: &str) -> Result<Self, String> {
                $read.map(Self)
            }
        }
    )*};
}

texts! {
    /// What a product is called in addresses: letters, digits, hyphens and underscores of ASCII, not digits
    /// alone, which would be an id.
    Slug |text| slug(text);
    /// What a product is called.
    Name |text| required(text::clean(text, 200)?);
    /// The category, if any.
    Category |text| text::clean(text, 100);
    /// What there is to say, in several lines.
    Description |text| text::clean_lines(text, 10_000);
    /// A link to the picture: empty, an http(s) URL, `/media/<hash>`, or `/assets/<path>` for a picture that
    /// the storefront brings along.
    Image |text| image(text);
}

impl Name {
    /// In lower case: two products may not differ in case alone, and lists are sorted by it.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl Image {
    /// The link to a picture that was sent to us.
    pub fn of_media(hash: &str) -> Self {
        Self(format!("/media/{hash}"))
    }
}

/// Minor units of the Shop's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price(pub i64);

impl FieldValue for Price {
    fn from_text(text: &str) -> Result<Self, String> {
        i64::from_text(text).ok().and_then(price).ok_or_else(wrong_price)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        i64::from_value(value).ok().and_then(price).ok_or_else(wrong_price)
    }
}

/// Pieces that nobody has ordered; none if nobody counts them. An empty text means the latter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity(pub Option<i64>);

impl FieldValue for Quantity {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        i64::from_text(text).ok().and_then(quantity).ok_or_else(wrong_quantity)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        if let Some(text) = value.as_str() {
            return Self::from_text(text);
        }
        i64::from_value(value).ok().and_then(quantity).ok_or_else(wrong_quantity)
    }
}

/// All facts of a product that is to be.
#[derive(Clone, Debug)]
pub struct Draft {
    pub slug: Slug,
    pub name: Name,
    pub price: Price,
    pub category: Category,
    pub description: Description,
    pub image: Image,
    pub quantity: Quantity,
}

/// The facts that an edit changes.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub slug: Option<Slug>,
    pub name: Option<Name>,
    pub price: Option<Price>,
    pub category: Option<Category>,
    pub description: Option<Description>,
    pub image: Option<Image>,
    pub quantity: Option<Quantity>,
}

fn slug(text: &str) -> Result<String, String> {
    let text = text.trim();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > 100 || !text.bytes().all(known) {
        return Err("must be 1 to 100 letters, digits, hyphens or underscores".into());
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("must not be digits only, since those are an id".into());
    }
    if RESERVED_SLUGS.contains(&text) {
        return Err("is a word that addresses use for something else".into());
    }
    Ok(text.to_owned())
}

fn required(text: String) -> Result<String, String> {
    if text.is_empty() { Err("is required".into()) } else { Ok(text) }
}

fn image(text: &str) -> Result<String, String> {
    let text = text::clean(text, 2_000)?;
    let is_link = ["https://", "http://"].iter().any(|scheme| {
        let rest = text.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme));
        rest.is_some() && text.len() > scheme.len() && !text.contains([' ', '"', '<', '>', '\\'])
    });
    let is_media = text.strip_prefix("/media/").is_some_and(is_hash);
    let is_asset = text.strip_prefix("/assets/").is_some_and(is_plain_path);
    if text.is_empty() || is_link || is_media || is_asset {
        Ok(text)
    } else {
        Err("must be empty, an http(s) URL, /media/ and the hash of a picture, or /assets/ and a path".into())
    }
}

/// Whether a text is file names with slashes between them, none hidden and none a step upwards.
fn is_plain_path(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.split('/').all(|name| !name.is_empty() && !name.starts_with('.') && name.bytes().all(known))
}

/// Whether a text is a SHA-256 digest in lower-case hexadecimal digits.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn price(number: i64) -> Option<Price> {
    (0..=MAX_PRICE).contains(&number).then_some(Price(number))
}

fn wrong_price() -> String {
    format!("must be a whole number of minor units from 0 to {MAX_PRICE}")
}

fn quantity(number: i64) -> Option<Quantity> {
    (0..=MAX_QUANTITY).contains(&number).then_some(Quantity(Some(number)))
}

fn wrong_quantity() -> String {
    format!("must be a whole number from 0 to {MAX_QUANTITY}, or empty if nobody counts")
}

#[cfg(test)]
mod tests {
    use super::{Image, Name, Price, Quantity, Slug};
    use chassis::input::FieldValue;
    use serde_json::json;

    #[test]
    fn a_slug_fits_into_an_address_and_is_no_id() {
        for right in ["tea-pot", "Tea_Pot-2", "2-cups", "a"] {
            assert_eq!(Slug::from_text(right).unwrap().as_str(), right);
        }
        for wrong in ["", "12", "tea pot", "tee/kanne", "käse", "create", "docs", "a.b", &"a".repeat(101)] {
            assert!(Slug::from_text(wrong).is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_name_hides_nothing() {
        assert_eq!(Name::from_text(" Ölkanne ").unwrap().folded(), "ölkanne");
        for wrong in ["", "  ", "tea\u{202e}pot", "tea\npot", "tea\u{200b}pot"] {
            assert!(Name::from_text(wrong).is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_picture_is_linked_from_the_web_or_from_here() {
        let hash = "0a".repeat(32);
        for right in [
            "",
            "https://example.com/tea.jpg",
            "HTTP://example.com",
            &format!("/media/{hash}"),
            "/assets/tea-house/green_tea-2.webp",
        ] {
            assert!(Image::from_text(right).is_ok(), "{right:?} was refused");
        }
        for wrong in [
            "tea.jpg",
            "javascript:alert(1)",
            "//example.com",
            "/media/x",
            "https://",
            "http://a b",
            "/assets/",
            "/assets/../api/orders",
            "/assets/tea/.hidden",
            "/assets//tea.webp",
            "/assets/tea.webp?x",
            "/assets/%2e%2e/x",
        ] {
            assert!(Image::from_text(wrong).is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn prices_and_quantities_are_whole_and_not_negative() {
        for wrong in [json!(-1), json!("1.5"), json!("1,50"), json!(1e3), json!(1_000_000_000_001_i64)] {
            assert!(Price::from_value(&wrong).is_err(), "{wrong} was taken");
        }
        assert_eq!(Price::from_value(&json!("0")), Ok(Price(0)));
        assert_eq!(Quantity::from_value(&json!("")), Ok(Quantity(None)));
        assert_eq!(Quantity::from_value(&json!(7)), Ok(Quantity(Some(7))));
        assert!(Quantity::from_text("-1").is_err());
    }
}
