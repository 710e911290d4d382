//! Where a page of the copy ended.
//!
//! A cursor of the copy never reaches the product service, which would refuse it: it begins with a mark that
//! no cursor of that service has, and whoever holds one goes on in the copy. The other way round, a shopper
//! in the middle of a live list when the product service goes down goes on at the same place: the copy reads
//! the live cursor as that service writes it today. One that it cannot read begins at the start.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// What the cursors of the copy begin with; no character of base64url is a full stop.
const MARK: &str = "copy.";

/// Longer than the cursor after the longest name (200 characters of 4 bytes, escaped, in base64).
const MAX_BYTES: usize = 4_096;

/// What a list is ordered by. Equals are told apart by the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// As the products came, oldest first.
    Age,
    Newest,
    Name,
    Price,
    PriceDescending,
    /// Best first; only for searches.
    Relevance,
}

impl Order {
    /// Whether a page goes on below the cursor, not above it.
    pub(super) fn is_descending(self) -> bool {
        matches!(self, Self::Newest | Self::PriceDescending | Self::Relevance)
    }
}

/// A product as the order of a list sees it; the text is in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'p> {
    /// The price, or how well it fits a search; 0 where neither orders the list.
    pub(super) number: i64,
    /// The name, where it orders the list.
    pub(super) text: &'p str,
    pub(super) id: i64,
}

/// A place as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    number: i64,
    text: String,
    id: i64,
    /// Whether the product service wrote it: its ranking of a search is not the copy's.
    #[serde(skip)]
    pub(super) is_live: bool,
}

impl Cursor {
    pub(super) fn of(place: Place<'_>) -> Self {
        Self { number: place.number, text: place.text.to_owned(), id: place.id, is_live: false }
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place { number: self.number, text: &self.text, id: self.id }
    }

    pub(super) fn text(&self, order: Order) -> String {
        let written = serde_json::to_vec(&(order, self)).expect("a cursor is JSON");
        format!("{MARK}{}", BASE64_URL_SAFE_NO_PAD.encode(written))
    }

    /// The cursor that was written for a list of this order, by the copy or by the product service.
    pub(super) fn parse(text: &str, order: Order) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let is_live = !is_of_copy(text);
        let written = BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(MARK).unwrap_or(text)).ok()?;
        let (written_for, cursor): (Order, Self) = serde_json::from_slice(&written).ok()?;
        (written_for == order).then_some(Self { is_live, ..cursor })
    }
}

/// Whether the copy, not the product service, wrote this `after`: the list goes on in the copy, whether or
/// not the product service is up.
pub(crate) fn is_of_copy(after: &str) -> bool {
    after.starts_with(MARK)
}

#[cfg(test)]
mod tests {
    use super::{BASE64_URL_SAFE_NO_PAD, Cursor, Order, Place, is_of_copy};
    use base64::Engine as _;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_for_its_order_only() {
        let cursor = Cursor::of(Place { number: 7, text: "ölkanne \"2\"", id: 3 });
        let text = cursor.text(Order::Name);
        assert!(is_of_copy(&text));
        assert_eq!(Cursor::parse(&text, Order::Name), Some(cursor));
        assert_eq!(Cursor::parse(&text, Order::Price), None);
        for garbage in ["", "copy.", "copy.!", "AAAA", &"A".repeat(5_000), "copy.bnVsbA"] {
            assert_eq!(Cursor::parse(garbage, Order::Name), None, "{garbage}");
        }
    }

    #[test]
    fn a_cursor_of_the_product_service_is_understood() {
        let live = BASE64_URL_SAFE_NO_PAD.encode(r#"["price_descending",{"number":1450,"text":"","id":12}]"#);
        assert!(!is_of_copy(&live));
        let cursor = Cursor::parse(&live, Order::PriceDescending).expect("it is readable");
        assert_eq!(cursor.place(), Place { number: 1450, text: "", id: 12 });
        assert!(cursor.is_live);
    }
}
