//! The staff login that was last enforced, and enforcing another.

use super::{
    Store,
    revocations::{Which, end_sessions},
};
use crate::account::{Email, Username};
use database::{Engine, Error, Transaction, values};

/// A staff login as it was, or is to be, enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffLogin {
    pub username: String,
    pub email: String,
    /// Of the password in the file, which the account may have changed since.
    pub password_hash: String,
}

/// What came of enforcing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforced {
    /// The account has the login's password now, is staff and is active.
    Done,
    /// Another replica enforced a login meanwhile; look again.
    Overtaken,
    /// The address belongs to another account.
    EmailTaken,
}

impl Store {
    /// The login that was last enforced.
    ///
    /// # Errors
    /// The database failed.
    pub async fn staff_login(&self) -> Result<Option<StaffLogin>, Error> {
        let sql = "SELECT username, email, password_hash FROM staff_login";
        let row = self.database.fetch_optional(sql, []).await?;
        row.map(|row| {
            Ok(StaffLogin {
                username: row.get("username")?,
                email: row.get("email")?,
                password_hash: row.get("password_hash")?,
            })
        })
        .transpose()
    }

    /// Makes the account of a staff login what the login says, if `last` is still the one that was enforced
    /// last. Sessions of an account that was there before end.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enforce_staff_login(
        &self,
        last: Option<StaffLogin>,
        username: Username,
        email: Email,
        password_hash: String,
        now: i64,
    ) -> Result<Enforced, Error> {
        let outcome = self
            .database
            .write(move |transaction| {
                Box::pin(async move {
                    let login = StaffLogin {
                        username: username.as_str().to_owned(),
                        email: email.as_str().to_owned(),
                        password_hash,
                    };
                    if !remember(transaction, last, &login).await? {
                        return Ok(Enforced::Overtaken);
                    }
                    if !create(transaction, &username, &email, &login, now).await? {
                        overwrite(transaction, &username, &email, &login, now).await?;
                    }
                    Ok(Enforced::Done)
                })
            })
            .await;
        match outcome {
            Err(error) if Error::violates_unique(&error, "users", "email_lower") => Ok(Enforced::EmailTaken),
            outcome => outcome,
        }
    }
}

/// Puts `login` in the place of `last`; false if another is there by now.
async fn remember(
    transaction: &mut Transaction,
    last: Option<StaffLogin>,
    login: &StaffLogin,
) -> Result<bool, Error> {
    let (username, email, hash) = (&login.username, &login.email, &login.password_hash);
    let row = match last {
        None => {
            let sql = "INSERT INTO staff_login (only_row, username, email, password_hash) \
                       VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING RETURNING only_row";
            transaction.fetch_optional(sql, values![username, email, hash]).await?
        }
        Some(last) => {
            // Hashes have random salts, so an equal one is the same one.
            let sql = "UPDATE staff_login SET username = $1, email = $2, password_hash = $3 \
                       WHERE password_hash = $4 RETURNING only_row";
            transaction.fetch_optional(sql, values![username, email, hash, last.password_hash]).await?
        }
    };
    Ok(row.is_some())
}

/// Makes the account; false if there is one of that name.
async fn create(
    transaction: &mut Transaction,
    username: &Username,
    email: &Email,
    login: &StaffLogin,
    now: i64,
) -> Result<bool, Error> {
    let row = transaction
        .fetch_optional(
            "INSERT INTO users (username, username_lower, email, email_lower, first_name, last_name, \
             password_hash, password_changes, is_active, is_admin, created_at) \
             VALUES ($1, $2, $3, $4, 'Shop', 'Staff', $5, 0, 1, 1, $6) \
             ON CONFLICT (username_lower) DO NOTHING RETURNING id",
            values![
                username.as_str(),
                username.lower(),
                email.as_str(),
                email.lower(),
                &login.password_hash,
                now
            ],
        )
        .await?;
    Ok(row.is_some())
}

async fn overwrite(
    transaction: &mut Transaction,
    username: &Username,
    email: &Email,
    login: &StaffLogin,
    now: i64,
) -> Result<(), Error> {
    let select = match transaction.engine() {
        Engine::Sqlite => "SELECT id FROM users WHERE username_lower = $1",
        Engine::Postgres => "SELECT id FROM users WHERE username_lower = $1 FOR UPDATE",
    };
    let user_id: i64 = transaction.fetch_one(select, values![username.lower()]).await?.get("id")?;
    transaction
        .execute(
            "UPDATE users SET password_hash = $2, password_changes = password_changes + 1, is_active = 1, \
             is_admin = 1 WHERE id = $1",
            values![user_id, &login.password_hash],
        )
        .await?;
    if !email.is_reserved() {
        let sql = "UPDATE users SET email = $2, email_lower = $3 WHERE id = $1";
        transaction.execute(sql, values![user_id, email.as_str(), email.lower()]).await?;
    }
    end_sessions(transaction, user_id, Which::All, now, chassis::trace::traceparent()).await.map(drop)
}
