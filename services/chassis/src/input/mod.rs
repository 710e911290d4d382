//! What clients send, read once at the edge: fields of forms, JSON and query strings; paths; raw bodies.

mod body;
mod fields;
mod json;
mod path;
mod value;

pub use body::{Body, BodyLimit, Query, RawBody, TimeLimit};
pub use fields::{Fields, Required};
pub use json::Json;
pub use path::PathParam;
pub use value::{FieldValue, Lines, Verbatim, Within};
