//! Named values from a client, read with every error at once.

use super::value::FieldValue;
use crate::problem::ApiError;
use contract::FieldError;
use serde_json::Value;

/// The fields of a body or a query string.
///
/// ```
/// # use chassis::{input::Fields, problem::ApiError};
/// # fn handle(mut fields: Fields) -> Result<(String, i64, Option<i64>), ApiError> {
/// let name = fields.required::<String>("name");
/// let price = fields.required::<i64>("price");
/// let stock = fields.optional::<i64>("stock_quantity");
/// let (name, price) = fields.finish((name, price))?;
/// # Ok((name, price, stock)) }
/// ```
#[derive(Debug, Default)]
pub struct Fields {
    values: serde_json::Map<String, Value>,
    errors: Vec<FieldError>,
}

/// A field that must be there; `Fields::finish` hands it out.
#[must_use = "pass it to Fields::finish"]
pub struct Required<T>(Option<T>);

impl Fields {
    /// Fields from a JSON object.
    pub fn new(values: serde_json::Map<String, Value>) -> Self {
        Self { values, errors: Vec::new() }
    }

    /// Fields from pairs; the last of one name wins.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::new(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
    }

    /// Whether the field was sent, other than as null.
    pub fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether the field was sent as null, which JSON alone can say.
    pub fn is_null(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(Value::is_null)
    }

    /// Whether no field was sent.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Reads a field that must be there.
    pub fn required<T: FieldValue>(&mut self, name: &str) -> Required<T> {
        if !self.has(name) {
            self.wrong(name, "is required");
        }
        Required(self.optional(name))
    }

    /// Reads a field that may be missing or null. A wrong one is remembered as an error.
    pub fn optional<T: FieldValue>(&mut self, name: &str) -> Option<T> {
        let value = self.values.get(name).filter(|value| !value.is_null())?;
        match T::from_value(value) {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(name, message);
                None
            }
        }
    }

    /// Remembers that a field is wrong; the message follows the field's name ("must be …").
    pub fn wrong(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError { field: field.into(), message: message.into() });
    }

    /// The required values, if every field was right. Takes one `Required`, a tuple of them, or `()`.
    ///
    /// # Errors
    /// 400 with every error at once.
    pub fn finish<R: Complete>(self, required: R) -> Result<R::Values, ApiError> {
        match required.complete() {
            Some(values) if self.errors.is_empty() => Ok(values),
            _ => Err(ApiError::validation(self.errors)),
        }
    }
}

/// Required fields that are handed out together.
pub trait Complete {
    type Values;

    /// All of them, or none.
    fn complete(self) -> Option<Self::Values>;
}

impl<T> Complete for Required<T> {
    type Values = T;

    fn complete(self) -> Option<T> {
        self.0
    }
}

impl Complete for () {
    type Values = ();

    fn complete(self) -> Option<()> {
        Some(())
    }
}

macro_rules! complete_tuples {
    ($(($($name:ident)+))*) => {
        $(impl<$($name),+> Complete for ($(Required<$name>,)+) {
            type Values = ($($name,)+);

            #[allow(non_snake_case, reason = "the names are those of the type parameters")]
            fn complete(self) -> Option<Self::Values> {
                let ($($name,)+) = self;
                Some(($($name.0?,)+))
            }
        })*
    };
}

complete_tuples! { (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }

#[cfg(test)]
mod tests {
    use super::Fields;
    use serde_json::json;

    fn fields(value: serde_json::Value) -> Fields {
        Fields::new(value.as_object().unwrap().clone())
    }

    #[test]
    fn numbers_come_as_numbers_or_decimal_texts() {
        for quantity in [json!(12), json!("12"), json!(" 12 ")] {
            let mut fields = fields(json!({"quantity": quantity}));
            let quantity = fields.required::<i64>("quantity");
            assert_eq!(fields.finish(quantity).unwrap(), 12);
        }
        for quantity in
            [json!(1.5), json!("1.5"), json!("1e3"), json!("+1"), json!(true), json!([]), json!("")]
        {
            let mut fields = fields(json!({"quantity": quantity}));
            let read = fields.required::<i64>("quantity");
            assert!(fields.finish(read).is_err(), "{quantity}");
        }
    }

    #[test]
    fn every_wrong_field_is_told_at_once_and_the_first_in_words() {
        let mut fields = fields(json!({"name": "a\u{200b}b", "price": "dear", "slug": null}));
        let name = fields.required::<String>("name");
        let slug = fields.required::<String>("slug");
        let price = fields.optional::<i64>("price");
        assert_eq!(price, None);
        let refusal = fields.finish((name, slug)).unwrap_err();
        let problem = refusal.problem();
        assert_eq!(problem.status, 400);
        assert_eq!(problem.message, "name must not contain control or invisible characters");
        let wrong: Vec<&str> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(wrong, ["name", "slug", "price"]);
    }
}
