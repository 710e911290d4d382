//! What a statement is given: one of three kinds of value, each of which may be absent.

use sqlx::{Database, Encode, SqlSafeStr, Type, query::Query};
use uuid::Uuid;

/// A value bound to `$1`, `$2`, ….
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// The values of a statement, in the order of `$1`, `$2`, ….
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

macro_rules! from {
    ($($kind:ident($from:ty) |$value:ident| $into:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$kind(Some($into))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|$value| $into))
            }
        }
    )*};
}

from! {
    Integer(i64) |value| value;
    Integer(bool) |value| i64::from(value);
    Text(String) |value| value;
    Text(&String) |value| value.clone();
    Text(&str) |value| value.to_owned();
    Text(Uuid) |value| value.to_string();
    Bytes(Vec<u8>) |value| value;
    Bytes(&[u8]) |value| value.to_vec();
}

/// A statement with its values, ready for one engine.
pub(crate) fn bind<'q, DB>(
    sql: impl SqlSafeStr,
    values: impl IntoIterator<Item = Value>,
) -> Query<'q, DB, DB::Arguments>
where
    DB: Database,
    Option<i64>: Encode<'q, DB> + Type<DB>,
    Option<String>: Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
{
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}
