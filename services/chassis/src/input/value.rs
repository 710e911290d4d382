//! How one field becomes a value.

use crate::text;
use serde_json::Value;
use uuid::Uuid;

/// The most characters of a plain `String`; types of their own set closer bounds.
const MAX_CHARS: usize = 10_000;

/// A type that a field can be read as. Forms and query strings give texts; JSON gives any value.
pub trait FieldValue: Sized {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong, in words that follow the field's name ("must be …").
    fn from_text(text: &str) -> Result<Self, String>;

    /// Reads a JSON value; by default only a text will do.
    ///
    /// # Errors
    /// What is wrong, in words that follow the field's name.
    fn from_value(value: &Value) -> Result<Self, String> {
        Self::from_text(value.as_str().ok_or("must be a text")?)
    }
}

/// One line of text without hidden characters, blanks around it taken off.
impl FieldValue for String {
    fn from_text(text: &str) -> Result<Self, String> {
        text::clean(text, MAX_CHARS)
    }
}

/// Text of several lines without hidden characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines(pub String);

impl FieldValue for Lines {
    fn from_text(text: &str) -> Result<Self, String> {
        text::clean_lines(text, MAX_CHARS).map(Self)
    }
}

/// Text exactly as it was sent, as passwords are.
#[derive(Clone)]
pub struct Verbatim(pub String);

impl FieldValue for Verbatim {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// A whole number: digits, perhaps with a minus sign, or a JSON number.
impl FieldValue for i64 {
    fn from_text(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // Rust reads "+1" too; JSON does not.
        let number = (!text.starts_with('+')).then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| "must be a whole number".into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Number(number) => number.as_i64().ok_or_else(|| "must be a whole number".into()),
            Value::String(text) => Self::from_text(text),
            _ => Err("must be a whole number".into()),
        }
    }
}

/// A whole number with bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> Within<MIN, MAX> {
    /// Takes the number if it is within the bounds.
    ///
    /// # Errors
    /// Names the bounds, in words that follow the field's name.
    pub fn check(number: i64) -> Result<Self, String> {
        match (MIN..=MAX).contains(&number) {
            true => Ok(Self(number)),
            false if MAX == i64::MAX => Err(format!("must be at least {MIN}")),
            false => Err(format!("must be from {MIN} to {MAX}")),
        }
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

impl FieldValue for bool {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false".into()),
        }
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(truth) => Ok(*truth),
            Value::String(text) => Self::from_text(text),
            _ => Err("must be true or false".into()),
        }
    }
}

impl FieldValue for Uuid {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "must be a UUID".into())
    }
}
