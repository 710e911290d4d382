//! Errors on the wire: RFC 9457 problem details, with the `message` that older clients read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What went wrong, as `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A stable URI that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:shopkeeper:problem:validation")]
    pub type_: String,
    /// The kind of problem in a few words; the same for every occurrence.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// This occurrence, in a sentence that names the remedy where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The path of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The sentence for clients that only know `{"message": …}`.
    pub message: String,
    /// Every field that is wrong, all at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The trace of the request: the code to give to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Members that belong to one kind of problem only, such as the two totals of a changed price.
    #[serde(flatten, default)]
    pub extensions: Map<String, Value>,
}

/// One field that is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's name as it was sent, such as `email` or `changes[2].add`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}
