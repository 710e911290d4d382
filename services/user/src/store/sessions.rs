//! Sessions: opened, refreshed, forgotten.

use super::{
    Credentials, Store, lock_user,
    revocations::{Which, end_sessions},
};
use crate::{
    session::{Exchange, ShownToken, decide},
    tokens::Digest,
};
use contract::user::User;
use database::{Error, Row, Transaction, values};
use uuid::Uuid;

/// Rows that one write of the upkeep deletes at most, so that others need not wait for long.
const PRUNED_AT_ONCE: i64 = 500;

/// A session that begins, for somebody whose password was right.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: Uuid,
    /// The account as it was when the password was checked.
    pub checked: Credentials,
    /// The hash to be kept from now on, if it was made anew.
    pub renewed_hash: Option<String>,
    pub token: Successor,
}

/// A refresh token that is given out, and how long what goes with it holds. Times are unix milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Successor {
    pub digest: Digest,
    pub expires_at: i64,
    /// When the key that is given out with it expires.
    pub key_expires_at: i64,
}

/// What came of showing a refresh token.
#[derive(Clone, Debug)]
pub enum Refreshed {
    Renewed {
        user: User,
        session_id: Uuid,
    },
    Refused,
    /// It was exchanged long ago; the session has ended.
    Reused,
}

impl Store {
    /// Begins a session, unless the account was deactivated or got another password meanwhile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_session(&self, session: NewSession) -> Result<Option<User>, Error> {
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let NewSession { id, checked, renewed_hash, token } = session;
                    let account = lock_user(transaction, checked.user.id).await?;
                    let unchanged = |account: &Credentials| {
                        account.user.is_active && account.password_changes == checked.password_changes
                    };
                    let Some(account) = account.filter(unchanged) else { return Ok(None) };
                    if let Some(hash) = renewed_hash {
                        let sql = "UPDATE users SET password_hash = $2 WHERE id = $1";
                        transaction.execute(sql, values![account.user.id, hash]).await?;
                    }
                    transaction
                        .execute(
                            "INSERT INTO sessions (id, user_id, keys_expire_at, expires_at) \
                             VALUES ($1, $2, $3, $4)",
                            values![id, account.user.id, token.key_expires_at, token.expires_at],
                        )
                        .await?;
                    insert_token(transaction, id, token, None).await?;
                    Ok(Some(account.user))
                })
            })
            .await
    }

    /// Exchanges the refresh token of that digest for another, as [`decide`] decides.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refresh(&self, shown: Digest, successor: Successor, now: i64) -> Result<Refreshed, Error> {
        let traceparent = chassis::trace::traceparent();
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let Some(owner) = owner_of(transaction, shown).await? else {
                        return Ok(Refreshed::Refused);
                    };
                    let Some(account) = lock_user(transaction, owner).await? else {
                        return Ok(Refreshed::Refused);
                    };
                    // Read once the account is locked: until then it may change.
                    let Some(known) = KnownToken::find(transaction, shown).await? else {
                        return Ok(Refreshed::Refused);
                    };
                    match decide(known.shown_token(account.user.is_active), now) {
                        Exchange::Refuse => Ok(Refreshed::Refused),
                        Exchange::EndSession => {
                            let which = Which::One(known.session_id);
                            end_sessions(transaction, owner, which, now, traceparent).await?;
                            Ok(Refreshed::Reused)
                        }
                        Exchange::Renew => {
                            exchange(transaction, &known, shown, successor, now).await?;
                            Ok(Refreshed::Renewed { user: account.user, session_id: known.session_id })
                        }
                    }
                })
            })
            .await
    }

    /// Forgets what can no longer matter at `now`, a bounded part of it; true if there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn prune(&self, now: i64) -> Result<bool, Error> {
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let tokens = "DELETE FROM refresh_tokens WHERE digest IN \
                                  (SELECT digest FROM refresh_tokens WHERE expires_at < $1 LIMIT $2)";
                    let tokens = transaction.execute(tokens, values![now, PRUNED_AT_ONCE]).await?;
                    let sessions = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions \
                                    WHERE (expires_at < $1 OR ended_at IS NOT NULL) AND keys_expire_at < $1 \
                                    LIMIT $2)";
                    let sessions = transaction.execute(sessions, values![now, PRUNED_AT_ONCE]).await?;
                    Ok(tokens.max(sessions) >= PRUNED_AT_ONCE.unsigned_abs())
                })
            })
            .await
    }
}

pub(super) fn read_id(row: &Row, name: &str, column: &'static str) -> Result<Uuid, Error> {
    row.get::<String>(name)?.parse().map_err(|_| Error::Corrupt { column })
}

/// Whose token it is; that never changes.
async fn owner_of(transaction: &mut Transaction, shown: Digest) -> Result<Option<i64>, Error> {
    let sql =
        "SELECT user_id FROM refresh_tokens JOIN sessions ON sessions.id = session_id WHERE digest = $1";
    transaction.fetch_optional(sql, values![shown.to_vec()]).await?.map(|row| row.get("user_id")).transpose()
}

/// A refresh token and its session, as stored.
struct KnownToken {
    session_id: Uuid,
    predecessor: Option<Vec<u8>>,
    expires_at: i64,
    successor_used_at: Option<i64>,
    session_ended_at: Option<i64>,
    session_expires_at: i64,
    keys_expire_at: i64,
}

impl KnownToken {
    async fn find(transaction: &mut Transaction, shown: Digest) -> Result<Option<Self>, Error> {
        let row = transaction
            .fetch_optional(
                "SELECT session_id, predecessor, refresh_tokens.expires_at AS expires_at, successor_used_at, \
                 ended_at, sessions.expires_at AS session_expires_at, keys_expire_at \
                 FROM refresh_tokens JOIN sessions ON sessions.id = session_id WHERE digest = $1",
                values![shown.to_vec()],
            )
            .await?;
        row.map(|row| {
            Ok(Self {
                session_id: read_id(&row, "session_id", "refresh_tokens.session_id")?,
                predecessor: row.get("predecessor")?,
                expires_at: row.get("expires_at")?,
                successor_used_at: row.get("successor_used_at")?,
                session_ended_at: row.get("ended_at")?,
                session_expires_at: row.get("session_expires_at")?,
                keys_expire_at: row.get("keys_expire_at")?,
            })
        })
        .transpose()
    }

    fn shown_token(&self, user_is_active: bool) -> ShownToken {
        ShownToken {
            expires_at: self.expires_at,
            successor_used_at: self.successor_used_at,
            session_ended: self.session_ended_at.is_some(),
            user_is_active,
        }
    }
}

/// Gives out a successor of `shown`, whose own predecessor now has a successor that was used.
async fn exchange(
    transaction: &mut Transaction,
    known: &KnownToken,
    shown: Digest,
    successor: Successor,
    now: i64,
) -> Result<(), Error> {
    if let Some(predecessor) = &known.predecessor {
        let sql = "UPDATE refresh_tokens SET successor_used_at = $2 \
                   WHERE digest = $1 AND successor_used_at IS NULL";
        transaction.execute(sql, values![predecessor.clone(), now]).await?;
    }
    insert_token(transaction, known.session_id, successor, Some(shown)).await?;
    let sql = "UPDATE sessions SET keys_expire_at = $2, expires_at = $3 WHERE id = $1";
    let keys_expire_at = known.keys_expire_at.max(successor.key_expires_at);
    let expires_at = known.session_expires_at.max(successor.expires_at);
    transaction.execute(sql, values![known.session_id, keys_expire_at, expires_at]).await?;
    Ok(())
}

async fn insert_token(
    transaction: &mut Transaction,
    session_id: Uuid,
    token: Successor,
    predecessor: Option<Digest>,
) -> Result<(), Error> {
    let sql =
        "INSERT INTO refresh_tokens (digest, session_id, predecessor, expires_at) VALUES ($1, $2, $3, $4)";
    let predecessor = predecessor.map(|digest| digest.to_vec());
    let values = values![token.digest.to_vec(), session_id, predecessor, token.expires_at];
    transaction.execute(sql, values).await.map(drop)
}
