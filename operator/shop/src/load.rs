//! Reading a Shop from YAML and judging it as an API server would, every fault at once.

use std::fmt;

use kube::core::cel::{ValidationErrors, Validator};
use serde_json::Value;

use crate::{Shop, crd, structure};

/// One reason why a Shop is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path of the field, for example `spec.currency`; empty where the whole document is meant.
    pub field: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// Everything that is wrong with a Shop; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

/// Reads one Shop. Null counts as absent, as the API server has it.
///
/// # Errors
/// All fields that are unknown, missing, of the wrong type or out of bounds, or else all rules that are broken.
pub fn from_yaml(text: &str) -> Result<Shop, Problems> {
    let mut value: Value =
        serde_saphyr::from_str(text).map_err(|error| whole_document(format!("this is not YAML: {error}")))?;
    structure::remove_nulls(&mut value);
    for (field, wanted) in [("apiVersion", "shopkeeper.dev/v1alpha1"), ("kind", "Shop")] {
        if value[field] != wanted {
            return Err(Problems(vec![Problem {
                field: field.to_owned(),
                message: format!("this is not a Shop: write {field}: {wanted}"),
            }]));
        }
    }
    let schema = crd::schema();
    let problems = structure::problems(&schema, &value);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    broken_rules(Validator::new().validate(&schema, &value, None))?;
    serde_json::from_value(value).map_err(|error| whole_document(error.to_string()))
}

/// Judges a Shop as if it were created.
///
/// # Errors
/// Every rule that it breaks.
pub fn check(shop: &Shop) -> Result<(), Problems> {
    judge(shop, None)
}

/// Judges a Shop that replaces `old`, which brings the rules about what never changes.
///
/// # Errors
/// Every rule that it breaks.
pub fn check_update(shop: &Shop, old: &Shop) -> Result<(), Problems> {
    judge(shop, Some(old))
}

fn judge(shop: &Shop, old: Option<&Shop>) -> Result<(), Problems> {
    let as_json = |shop: &Shop| serde_json::to_value(shop).expect("a Shop is plain JSON");
    let (schema, new) = (crd::schema(), as_json(shop));
    let problems = structure::problems(&schema, &new);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    broken_rules(Validator::new().validate(&schema, &new, old.map(as_json).as_ref()))
}

fn broken_rules(result: Result<(), ValidationErrors>) -> Result<(), Problems> {
    result.map_err(|errors| {
        Problems(
            errors
                .into_iter()
                .map(|error| Problem { field: error.field_path, message: error.message })
                .collect(),
        )
    })
}

fn whole_document(message: String) -> Problems {
    Problems(vec![Problem { field: String::new(), message }])
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { field, message }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            // Rules name their field themselves.
            let prefix = if field.is_empty() || message.contains(field.as_str()) {
                String::new()
            } else {
                format!("{field}: ")
            };
            write!(formatter, "{separator}{prefix}{message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
