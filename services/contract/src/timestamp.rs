//! A point in time: unix milliseconds inside, RFC 3339 in UTC on the wire.

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// A point in time, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00.000Z")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time that many milliseconds after 1970-01-01T00:00:00Z, held within the years -9999 to 9999.
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        let earliest = jiff::Timestamp::MIN.as_millisecond();
        let latest = jiff::Timestamp::MAX.as_millisecond();
        Self(unix_ms.clamp(earliest, latest))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_ms(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_millisecond(self.0).expect("clamped when it was made");
        write!(formatter, "{instant:.3}")
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse::<jiff::Timestamp>().map(|instant| Self::from_unix_ms(instant.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn a_timestamp_is_rfc_3339_with_milliseconds_in_utc() {
        let timestamp = Timestamp::from_unix_ms(1_795_253_400_007);
        assert_eq!(serde_json::to_string(&timestamp).unwrap(), "\"2026-11-21T09:30:00.007Z\"");
        assert_eq!(
            serde_json::from_str::<Timestamp>("\"2026-11-21T10:30:00.007+01:00\"").unwrap(),
            timestamp
        );
    }
}
