//! How long something took or lies back.

use std::time::Duration;

/// "12 seconds", "1 minute", "3 hours", "2 days": the greatest unit that fits, rounded down.
pub(crate) fn span(length: Duration) -> String {
    let seconds = length.as_secs();
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// "a moment ago" below five seconds, then "12 seconds ago".
pub(crate) fn ago(length: Duration) -> String {
    if length.as_secs() < 5 { "a moment ago".to_owned() } else { format!("{} ago", span(length)) }
}

#[cfg(test)]
mod tests {
    use super::{ago, span};
    use std::time::Duration;

    #[test]
    fn an_age_is_said_in_its_greatest_unit() {
        for (seconds, said) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (119, "1 minute"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (86_399, "23 hours"),
            (86_400, "1 day"),
            (20 * 86_400, "20 days"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), said);
        }
        assert_eq!(ago(Duration::from_secs(4)), "a moment ago");
        assert_eq!(ago(Duration::from_secs(90)), "1 minute ago");
    }
}
