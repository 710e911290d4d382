//! How long a session lasts, and what exchanging a refresh token leads to.

use std::time::Duration;

/// How long a session lasts without a refresh. A month lets a regular shopper stay logged in; a device that
/// was lost or sold is out after it.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long an exchanged refresh token still yields a pair once a successor of it has been used. Two tabs or
/// replicas that refresh at once, or a client whose answer was lost, are done well within a minute.
pub const REUSE_GRACE: Duration = Duration::from_secs(60);

/// How much longer a key may be taken than it says: clocks differ, and it is signed a moment after its
/// expiry was stored. Until then a revocation must not be forgotten.
pub const KEY_MARGIN: Duration = Duration::from_secs(30);

/// What is known of a refresh token that somebody shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownToken {
    /// Unix milliseconds.
    pub expires_at: i64,
    /// When a token that this one was exchanged for was first exchanged itself, in unix milliseconds.
    pub successor_used_at: Option<i64>,
    /// Whether the session was ended.
    pub session_ended: bool,
    /// Whether the account may be used.
    pub user_is_active: bool,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// Give a further pair of the same session.
    Renew,
    /// Say no; nothing changes.
    Refuse,
    /// Somebody else has it too: say no and end the session.
    EndSession,
}

/// Decides about a refresh token that is shown at `now_ms` (unix milliseconds).
pub fn decide(token: ShownToken, now_ms: i64) -> Exchange {
    if token.session_ended || !token.user_is_active || token.expires_at <= now_ms {
        return Exchange::Refuse;
    }
    match token.successor_used_at {
        Some(used_at) if now_ms >= used_at.saturating_add(in_ms(REUSE_GRACE)) => Exchange::EndSession,
        _ => Exchange::Renew,
    }
}

/// Whole milliseconds, as times are kept.
pub fn in_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Exchange, ShownToken, decide};

    #[test]
    fn an_exchanged_token_yields_pairs_until_a_successor_was_used_and_a_minute_has_passed() {
        let fresh = ShownToken {
            expires_at: 1_000_000,
            successor_used_at: None,
            session_ended: false,
            user_is_active: true,
        };
        let used_at = |at| ShownToken { successor_used_at: Some(at), ..fresh };
        for (case, token, now_ms, expected) in [
            ("fresh, or exchanged but no successor was seen", fresh, 999_999, Exchange::Renew),
            ("expired", fresh, 1_000_000, Exchange::Refuse),
            ("a successor was used just now", used_at(5_000), 5_000, Exchange::Renew),
            ("the last moment of grace", used_at(5_000), 64_999, Exchange::Renew),
            ("after the grace", used_at(5_000), 65_000, Exchange::EndSession),
            ("another replica's clock is ahead", used_at(5_000), 4_000, Exchange::Renew),
            ("expired and used", used_at(5_000), 1_000_000, Exchange::Refuse),
            ("ended session", ShownToken { session_ended: true, ..fresh }, 1, Exchange::Refuse),
            ("ended and reused", ShownToken { session_ended: true, ..used_at(1) }, 99_999, Exchange::Refuse),
            ("deactivated account", ShownToken { user_is_active: false, ..fresh }, 1, Exchange::Refuse),
        ] {
            assert_eq!(decide(token, now_ms), expected, "{case}");
        }
    }
}
