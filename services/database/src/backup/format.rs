//! The lines of a backup file.

use crate::{Error, Row, Value};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Tells our files from others, and later formats from this one.
pub(super) const FORMAT: &str = "shopkeeper-backup/1";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) service: String,
    /// The newest migration of each schema.
    pub(super) schemas: BTreeMap<String, i64>,
    pub(super) created_at_ms: u64,
}

/// Before the rows of a table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) table: String,
    pub(super) columns: Vec<Field>,
}

/// A column and what it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Integer,
    Text,
    Bytes,
}

/// The last line: how many rows there are, and the digest of all lines before it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) rows: u64,
    pub(super) sha256: String,
}

impl Kind {
    /// From a column's declared type, of either engine.
    pub(super) fn of(declared: &str) -> Option<Self> {
        match declared.to_ascii_lowercase().as_str() {
            "integer" | "bigint" => Some(Self::Integer),
            "text" => Some(Self::Text),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

impl Table {
    /// One row as a line.
    pub(super) fn write(&self, row: &Row) -> Result<Json, Error> {
        let value = |field: &Field| {
            Ok(match field.kind {
                Kind::Integer => json!(row.get::<Option<i64>>(&field.name)?),
                Kind::Text => json!(row.get::<Option<String>>(&field.name)?),
                Kind::Bytes => {
                    json!(row.get::<Option<Vec<u8>>>(&field.name)?.map(|bytes| BASE64_STANDARD.encode(bytes)))
                }
            })
        };
        self.columns.iter().map(value).collect::<Result<Vec<_>, Error>>().map(Json::Array)
    }

    /// One line as the values of a row; `None` if it does not fit the columns.
    pub(super) fn read(&self, line: &str) -> Option<Vec<Value>> {
        let row: Vec<Json> = serde_json::from_str(line).ok()?;
        let value = |(field, value): (&Field, Json)| match (field.kind, value) {
            (Kind::Integer, Json::Null) => Some(Value::Integer(None)),
            (Kind::Text, Json::Null) => Some(Value::Text(None)),
            (Kind::Bytes, Json::Null) => Some(Value::Bytes(None)),
            (Kind::Integer, Json::Number(number)) => Some(Value::Integer(Some(number.as_i64()?))),
            (Kind::Text, Json::String(text)) => Some(Value::Text(Some(text))),
            (Kind::Bytes, Json::String(text)) => Some(Value::Bytes(Some(BASE64_STANDARD.decode(text).ok()?))),
            _ => None,
        };
        (row.len() == self.columns.len()).then(|| self.columns.iter().zip(row).map(value).collect())?
    }
}
