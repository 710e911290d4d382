//! Fields with the bounds that the domain sets, and conditions in headers.

use crate::{
    domain::search::{self, Words},
    store::{SnapshotPlace, Sort},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use chassis::{input::FieldValue, text};
use serde_json::Value;
use std::convert::Infallible;

/// A whole number with bounds, both included.
#[derive(Clone, Copy)]
pub(super) struct Within<const MIN: i64, const MAX: i64>(pub(super) i64);

impl<const MIN: i64, const MAX: i64> Within<MIN, MAX> {
    fn check(number: i64) -> Result<Self, String> {
        let is_within = (MIN..=MAX).contains(&number);
        is_within.then_some(Self(number)).ok_or_else(|| format!("must be from {MIN} to {MAX}"))
    }
}

impl<const MIN: i64, const MAX: i64> FieldValue for Within<MIN, MAX> {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::check(i64::from_text(text)?)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        Self::check(i64::from_value(value)?)
    }
}

/// The words of a search, and the text as it was sent; none if it is blank.
pub(super) struct Searched(pub(super) Option<(String, Words)>);

impl FieldValue for Searched {
    fn from_text(text: &str) -> Result<Self, String> {
        let text = text::clean(text, search::MAX_CHARS)?;
        let words = Words::of(&text);
        Ok(Self((!text.is_empty()).then_some((text, words))))
    }
}

/// The orders of a list that can be asked for, and their names.
const SORTS: [(&str, Sort); 4] = [
    ("name", Sort::Name),
    ("price", Sort::Price),
    ("-price", Sort::PriceDescending),
    ("newest", Sort::Newest),
];

impl FieldValue for Sort {
    fn from_text(text: &str) -> Result<Self, String> {
        let named = SORTS.iter().find(|(name, _)| *name == text);
        named.map(|(_, sort)| *sort).ok_or_else(|| "must be name, price, -price or newest".into())
    }
}

/// The name of an order that can be asked for.
pub(super) fn sort_name(sort: Sort) -> Option<&'static str> {
    SORTS.iter().find(|(_, known)| *known == sort).map(|(name, _)| *name)
}

impl FieldValue for SnapshotPlace {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
    }
}

/// What `If-Match` or `If-None-Match` names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`
    Any,
    /// The tags without quotes. A weak one names a version as well as a strong one does: proxies that
    /// compress make them weak.
    These(Vec<String>),
}

impl Tags {
    /// What the header names; none if it was not sent.
    pub(super) fn of(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut tags = Vec::new();
        for value in headers.get_all(name) {
            let text = value.to_str().unwrap_or_default();
            tags.extend(text.split(',').map(|tag| {
                let tag = tag.trim();
                tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned()
            }));
        }
        match tags.as_slice() {
            [] => None,
            [any] if any == "*" => Some(Self::Any),
            _ => Some(Self::These(tags)),
        }
    }

    /// Whether the tag, which may have quotes, is among them.
    pub(super) fn hold(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|known| known == tag.trim_matches('"')),
        }
    }
}

/// The answers that the client has already, by their tags.
pub(super) struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    /// Whether the answer with this tag, which may have quotes, is among them.
    pub(super) fn has(&self, tag: &str) -> bool {
        self.0.as_ref().is_some_and(|tags| tags.hold(tag))
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Tags::of(&parts.headers, &header::IF_NONE_MATCH)))
    }
}

#[cfg(test)]
mod tests {
    use super::Tags;
    use axum::http::{HeaderMap, HeaderValue, header::IF_MATCH};

    #[test]
    fn versions_are_named_in_every_form() {
        for (sent, holds_3) in [
            ("\"3\"", true),
            ("W/\"3\"", true),
            ("3", true),
            ("\"2\", \"3\"", true),
            ("*", true),
            ("\"33\"", false),
            ("\"\"", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(Tags::of(&headers, &IF_MATCH).unwrap().hold("\"3\""), holds_3, "{sent}");
        }
        assert_eq!(Tags::of(&HeaderMap::new(), &IF_MATCH), None);
    }
}
