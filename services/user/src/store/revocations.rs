//! Sessions that end before their time, and telling the other services of it.

use super::{Store, lock_user, sessions::read_id};
use contract::{
    Timestamp,
    event::{SessionRevoked, Snapshot, UserEvent},
};
use database::{Error, Row, Transaction, values};
use uuid::Uuid;

/// Which sessions of an account.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    All,
    AllBut(Uuid),
    One(Uuid),
}

impl Store {
    /// Ends a session; false if it had ended before or there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_session(&self, session_id: Uuid, user_id: i64, now: i64) -> Result<bool, Error> {
        let traceparent = chassis::trace::traceparent();
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    lock_user(transaction, user_id).await?;
                    let which = Which::One(session_id);
                    Ok(end_sessions(transaction, user_id, which, now, traceparent).await? > 0)
                })
            })
            .await
    }

    /// A page of the revoked sessions whose keys have not expired at `now`, by id, as events.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revocations(&self, after: &str, limit: i64, now: i64) -> Result<Snapshot<UserEvent>, Error> {
        let mut transaction = self.database.snapshot().await?;
        let head = feed::head(&mut transaction).await?;
        let rows = transaction
            .fetch_all(
                "SELECT id, keys_expire_at FROM sessions \
                 WHERE ended_at IS NOT NULL AND keys_expire_at > $1 AND id > $2 ORDER BY id LIMIT $3",
                values![now, after, limit],
            )
            .await?;
        let revoked = rows.iter().map(read_revoked).collect::<Result<Vec<_>, Error>>()?;
        let is_full = i64::try_from(revoked.len()).is_ok_and(|length| length >= limit);
        let next = revoked.last().filter(|_| is_full).map(|last| last.session_id.to_string());
        let events = revoked.into_iter().map(UserEvent::SessionRevoked).collect();
        Ok(Snapshot { epoch: head.epoch, position: head.position, events, next })
    }
}

/// Ends sessions of a locked account and tells the other services, if a key may still be around.
pub(super) async fn end_sessions(
    transaction: &mut Transaction,
    user_id: i64,
    which: Which,
    now: i64,
    traceparent: Option<String>,
) -> Result<usize, Error> {
    let rows = match which {
        Which::One(session_id) => {
            let sql = "UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id = $2 AND ended_at IS NULL \
                       RETURNING id, keys_expire_at";
            transaction.fetch_all(sql, values![user_id, session_id, now]).await?
        }
        Which::All | Which::AllBut(_) => {
            let kept = if let Which::AllBut(kept) = which { kept } else { Uuid::nil() };
            let sql = "UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL \
                       RETURNING id, keys_expire_at";
            transaction.fetch_all(sql, values![user_id, kept, now]).await?
        }
    };
    for row in &rows {
        let revoked = read_revoked(row)?;
        if revoked.expires_at.unix_ms() > now {
            feed::publish(transaction, &UserEvent::SessionRevoked(revoked), traceparent.clone());
        }
    }
    Ok(rows.len())
}

fn read_revoked(row: &Row) -> Result<SessionRevoked, Error> {
    Ok(SessionRevoked {
        session_id: read_id(row, "id", "sessions.id")?,
        expires_at: Timestamp::from_unix_ms(row.get("keys_expire_at")?),
    })
}
