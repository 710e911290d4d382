//! Accounts: made, found, listed, changed.

use super::{
    Store, lock_user, read_user,
    revocations::{Which, end_sessions},
    select_user,
};
use crate::account::{LastStaff, Registration, StandingChange, change_standing};
use contract::user::User;
use database::{Engine, Error, Row, Transaction, values};
use uuid::Uuid;

/// An account with what its password is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub user: User,
    pub password_hash: String,
    /// Counts the passwords this account had.
    pub password_changes: i64,
}

impl Credentials {
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            user: read_user(row)?,
            password_hash: row.get("password_hash")?,
            password_changes: row.get("password_changes")?,
        })
    }
}

/// An account that is to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub registration: Registration,
    pub password_hash: String,
    /// Unix milliseconds.
    pub now: i64,
}

impl Store {
    /// Makes the account, or returns `None` if its username or address is taken.
    ///
    /// # Errors
    /// The database failed.
    pub async fn create(&self, account: NewAccount) -> Result<Option<User>, Error> {
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let NewAccount {
                        registration: Registration { username, email, first_name, last_name },
                        ..
                    } = &account;
                    let row = transaction
                        .fetch_optional(
                            "INSERT INTO users (username, username_lower, email, email_lower, first_name, \
                             last_name, password_hash, password_changes, is_active, is_admin, created_at) \
                             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 1, 0, $8) ON CONFLICT DO NOTHING \
                             RETURNING id, username, email, first_name, last_name, is_active, is_admin",
                            values![
                                username.as_str(),
                                username.lower(),
                                email.as_str(),
                                email.lower(),
                                first_name.as_str(),
                                last_name.as_str(),
                                account.password_hash,
                                account.now,
                            ],
                        )
                        .await?;
                    row.as_ref().map(read_user).transpose()
                })
            })
            .await
    }

    /// Whether the username and the address are taken, in lower case both.
    ///
    /// # Errors
    /// The database failed.
    pub async fn taken(&self, username_lower: &str, email_lower: &str) -> Result<(bool, bool), Error> {
        let rows = self
            .database
            .fetch_all(
                "SELECT username_lower, email_lower FROM users WHERE username_lower = $1 OR email_lower = $2",
                values![username_lower, email_lower],
            )
            .await?;
        let mut taken = (false, false);
        for row in &rows {
            taken.0 |= row.get::<String>("username_lower")? == username_lower;
            taken.1 |= row.get::<String>("email_lower")? == email_lower;
        }
        Ok(taken)
    }

    /// The account of that name, in lower case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_username(&self, username_lower: &str) -> Result<Option<Credentials>, Error> {
        let sql = select_user!("WHERE username_lower = $1");
        let row = self.database.fetch_optional(sql, values![username_lower]).await?;
        row.as_ref().map(Credentials::read).transpose()
    }

    /// The account of a live session, if both belong together and the account is active.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_session(&self, session_id: Uuid, user_id: i64) -> Result<Option<Credentials>, Error> {
        let sql = select_user!(
            "JOIN sessions ON sessions.user_id = users.id \
             WHERE sessions.id = $1 AND users.id = $2 AND ended_at IS NULL AND is_active = 1"
        );
        let row = self.database.fetch_optional(sql, values![session_id, user_id]).await?;
        row.as_ref().map(Credentials::read).transpose()
    }

    /// At most `limit` accounts with greater ids than `after`, in the order of ids.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users(&self, after: i64, limit: i64) -> Result<Vec<User>, Error> {
        let sql = select_user!("WHERE id > $1 ORDER BY id LIMIT $2");
        self.database.fetch_all(sql, values![after, limit]).await?.iter().map(read_user).collect()
    }

    /// Gives the account another password and ends its sessions, all but `kept`. Returns false if there is
    /// no such account, or if it no longer has the password that `password_changes` counts up to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_password(
        &self,
        user_id: i64,
        password_changes: Option<i64>,
        password_hash: String,
        kept: Option<Uuid>,
        now: i64,
    ) -> Result<bool, Error> {
        let traceparent = chassis::trace::traceparent();
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let Some(account) = lock_user(transaction, user_id).await? else { return Ok(false) };
                    if password_changes.is_some_and(|expected| expected != account.password_changes) {
                        return Ok(false);
                    }
                    transaction
                        .execute(
                            "UPDATE users SET password_hash = $2, password_changes = password_changes + 1 \
                             WHERE id = $1",
                            values![user_id, password_hash],
                        )
                        .await?;
                    let which = kept.map_or(Which::All, Which::AllBut);
                    end_sessions(transaction, user_id, which, now, traceparent).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Changes what an account may do. Its sessions end if that is less than before.
    ///
    /// # Errors
    /// There is no such account, it is the last active staff, or the database failed.
    pub async fn change_standing(
        &self,
        user_id: i64,
        change: StandingChange,
        now: i64,
    ) -> Result<User, crate::Error> {
        let traceparent = chassis::trace::traceparent();
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let concerned = lock_staff_and(transaction, user_id).await?;
                    let user =
                        concerned.iter().find(|user| user.id == user_id).ok_or(crate::Error::UnknownUser)?;
                    let changed = change_standing(user, change, concerned.len() - 1)
                        .map_err(|LastStaff| crate::Error::LastStaff)?;
                    transaction
                        .execute(
                            "UPDATE users SET is_active = $2, is_admin = $3 WHERE id = $1",
                            values![user_id, changed.is_active, changed.is_admin],
                        )
                        .await?;
                    let loses =
                        (user.is_active && !changed.is_active) || (user.is_admin && !changed.is_admin);
                    if loses {
                        end_sessions(transaction, user_id, Which::All, now, traceparent).await?;
                    }
                    Ok(changed)
                })
            })
            .await
    }
}

/// Locks all active staff and one account besides, in the order of ids.
async fn lock_staff_and(transaction: &mut Transaction, user_id: i64) -> Result<Vec<User>, Error> {
    let sql = match transaction.engine() {
        Engine::Sqlite => select_user!("WHERE (is_admin = 1 AND is_active = 1) OR id = $1 ORDER BY id"),
        Engine::Postgres => {
            select_user!("WHERE (is_admin = 1 AND is_active = 1) OR id = $1 ORDER BY id FOR UPDATE")
        }
    };
    transaction.fetch_all(sql, values![user_id]).await?.iter().map(read_user).collect()
}
