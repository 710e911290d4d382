//! Who the shopper is, and whether the keys still prove it.

use std::fmt;

use contract::{
    Timestamp,
    user::{Keys, User},
};

/// Somebody who has logged in. Once the keys are dead the name stays: the pages still greet, and the basket
/// is still this person's, but nothing can be asked of the services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) user_id: i64,
    /// Cut after [`MAX_USERNAME_BYTES`]: it is for greeting only.
    pub(crate) username: String,
    /// Cut after [`MAX_FIRST_NAME_BYTES`]; may be empty.
    pub(crate) first_name: String,
    /// What the account was at the login. It decides which links are shown; the services decide what may be
    /// done.
    pub(crate) is_staff: bool,
    /// None once the user service has said that they are worth nothing.
    pub(crate) tokens: Option<Tokens>,
}

/// The keys of a session.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// Proves who it is until it expires.
    pub(crate) access_token: String,
    pub(crate) access_expires_at: Timestamp,
    /// How long the access token lived when it was given, in milliseconds.
    pub(crate) access_lifetime_ms: i64,
    /// To be exchanged for the next pair.
    pub(crate) refresh_token: String,
}

/// Longest username in a cookie. 64 characters are allowed: all of them fit in most scripts.
pub(super) const MAX_USERNAME_BYTES: usize = 128;
/// Longest first name in a cookie.
pub(super) const MAX_FIRST_NAME_BYTES: usize = 64;

impl Session {
    /// A session that begins with this login.
    pub(crate) fn begin(user: &User, keys: &Keys, now: Timestamp) -> Self {
        Self {
            user_id: user.id,
            username: cut(&user.username, MAX_USERNAME_BYTES),
            first_name: cut(&user.first_name, MAX_FIRST_NAME_BYTES),
            is_staff: user.is_admin,
            tokens: Some(Tokens::given(keys, now)),
        }
    }

    /// The session goes on with the pair that its refresh token was exchanged for.
    pub(crate) fn renew(&mut self, keys: &Keys, now: Timestamp) {
        self.tokens = Some(Tokens::given(keys, now));
    }

    /// The user service refused the refresh token: only the name stays.
    pub(crate) fn lose_tokens(&mut self) {
        self.tokens = None;
    }

    /// The access token, if it still proves something.
    #[cfg(test)]
    pub(crate) fn token(&self, now: Timestamp) -> Option<&str> {
        self.tokens.as_ref().filter(|tokens| tokens.is_alive(now)).map(|tokens| tokens.access_token.as_str())
    }

    /// Whether the services would still believe it.
    #[cfg(test)]
    pub(crate) fn is_alive(&self, now: Timestamp) -> bool {
        self.token(now).is_some()
    }

    /// What to exchange for the next pair, as long as there is something to exchange.
    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.tokens.as_ref().map(|tokens| tokens.refresh_token.as_str())
    }

    /// Whether it is time for the next pair: less than half of the access token's life is left, or nothing.
    /// So there is time for several attempts while the user service is away.
    pub(crate) fn wants_refresh(&self, now: Timestamp) -> bool {
        self.tokens.as_ref().is_some_and(|tokens| {
            let left = tokens.access_expires_at.unix_ms().saturating_sub(now.unix_ms());
            left.saturating_mul(2) < tokens.access_lifetime_ms
        })
    }
}

impl Tokens {
    /// A pair that the user service gives at `now`.
    pub(crate) fn given(keys: &Keys, now: Timestamp) -> Self {
        let access_lifetime_ms = i64::try_from(keys.expires_in).unwrap_or(i64::MAX).saturating_mul(1_000);
        Self {
            access_token: keys.api_key.clone(),
            access_expires_at: Timestamp::from_unix_ms(now.unix_ms().saturating_add(access_lifetime_ms)),
            access_lifetime_ms,
            refresh_token: keys.refresh_token.clone(),
        }
    }

    /// Whether the access token has not expired.
    pub(crate) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.access_expires_at
    }
}

/// Tokens are as good as passwords, and never printed.
impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tokens")
            .field("access_expires_at", &self.access_expires_at)
            .field("access_lifetime_ms", &self.access_lifetime_ms)
            .finish_non_exhaustive()
    }
}

/// The text, or as much of its beginning as fits with an ellipsis.
fn cut(text: &str, max_bytes: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max_bytes - ELLIPSIS.len());
    format!("{}{ELLIPSIS}", &text[..end])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Session, cut};
    use contract::{
        Timestamp,
        user::{Keys, User},
    };

    /// Fifteen minutes, in seconds.
    const LIFETIME: u64 = 900;

    pub(crate) fn at(unix_ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(unix_ms)
    }

    pub(crate) fn user(id: i64) -> User {
        User {
            api_key: None,
            email: "ada@example.com".into(),
            first_name: "Ada".into(),
            id,
            is_active: true,
            is_admin: false,
            last_name: "Lovelace".into(),
            username: "ada".into(),
        }
    }

    pub(crate) fn keys(api_key: &str, refresh_token: &str) -> Keys {
        Keys {
            message: "Logged in".into(),
            api_key: api_key.into(),
            token_type: "Bearer".into(),
            expires_in: LIFETIME,
            refresh_token: refresh_token.into(),
        }
    }

    #[test]
    fn a_session_wants_the_next_pair_when_less_than_half_of_the_time_is_left() {
        let session = Session::begin(&user(7), &keys("key", "refresh"), at(1_000));
        for (now_ms, wants_refresh, is_alive) in [
            (1_000, false, true),
            (451_000, false, true),
            (451_001, true, true),
            (900_999, true, true),
            (901_000, true, false),
            (i64::MAX, true, false),
            (-5_000_000, false, true),
        ] {
            assert_eq!(session.wants_refresh(at(now_ms)), wants_refresh, "at {now_ms}");
            assert_eq!(session.is_alive(at(now_ms)), is_alive, "at {now_ms}");
            assert_eq!(session.token(at(now_ms)), is_alive.then_some("key"), "at {now_ms}");
            assert_eq!(session.refresh_token(), Some("refresh"));
        }
    }

    #[test]
    fn when_the_tokens_are_dead_the_name_stays_and_nothing_is_asked_for_any_more() {
        let mut session = Session::begin(&user(7), &keys("key", "refresh"), at(0));
        session.lose_tokens();
        assert_eq!((session.user_id, session.username.as_str()), (7, "ada"));
        assert_eq!((session.token(at(0)), session.refresh_token()), (None, None));
        assert!(!session.wants_refresh(at(i64::MAX)) && !session.is_alive(at(0)));
        session.renew(&keys("next key", "next refresh"), at(0));
        assert_eq!(session.token(at(0)), Some("next key"));
    }

    #[test]
    fn a_lifetime_beyond_measure_does_not_wrap_around() {
        let mut endless = keys("key", "refresh");
        endless.expires_in = u64::MAX;
        let session = Session::begin(&user(7), &endless, at(0));
        assert!(session.is_alive(at(0)));
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(cut("Ada", 3), "Ada");
        assert_eq!(cut("茶茶茶茶", 11), "茶茶…");
        assert!(cut(&"é".repeat(200), 64).len() <= 64);
    }

    #[test]
    fn tokens_are_not_printed() {
        let session = Session::begin(&user(7), &keys("the-key", "the-refresh-token"), at(0));
        let printed = format!("{session:?}");
        assert!(!printed.contains("the-key") && !printed.contains("the-refresh-token"), "{printed}");
    }
}
