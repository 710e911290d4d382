//! The user service.

use crate::{
    answer::{Answer, Unreadable},
    call::{Call, Kind},
    caller::Caller,
    error::CallError,
    page::{self, Page},
    peer::Peer,
    probe::Question,
};
use contract::user::{Keys, Message, User, UserAdded, UserResult};
use reqwest::Method;
use serde::Serialize;
use std::{fmt, sync::Arc};

/// Accounts and sessions. Clones are one.
#[derive(Clone)]
pub struct UserService(pub(crate) Arc<Peer>);

/// Somebody who wants an account.
#[derive(Clone, Serialize)]
pub struct Registration {
    pub username: String,
    pub password: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
}

/// A session that has begun.
#[derive(Clone)]
pub struct LoggedIn {
    pub keys: Keys,
    /// Whose session it is.
    pub user: User,
}

/// Without the keys, which are nobody's to see.
impl fmt::Debug for LoggedIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LoggedIn").field("user_id", &self.user.id).finish_non_exhaustive()
    }
}

/// Asked without a key: a service that reads keys and answers as one.
pub(crate) const PROBE: Question =
    Question { call: || Call::probe(&["api", "user"]), is_good: Answer::is_unauthorized };

/// Every call ends with [`CallError`] if the service refuses or does not answer as it should.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl UserService {
    /// 409 names the fields that are taken, 400 those that are wrong.
    pub async fn register(&self, caller: Caller<'_>, registration: &Registration) -> Result<User, CallError> {
        let call = Call::post(Kind::Password, &["api", "user", "create"]).json(registration);
        self.0.call(caller, call, |answer| Ok(answer.json::<UserAdded>()?.result)).await
    }

    /// Begins a session and asks whose it is; 401 if there is no such account and password.
    pub async fn log_in(
        &self,
        caller: Caller<'_>,
        username: &str,
        password: &str,
    ) -> Result<LoggedIn, CallError> {
        let login = serde_json::json!({"username": username, "password": password});
        let call = Call::post(Kind::Password, &["api", "user", "login"]).json(&login);
        let keys = self.0.call(caller, call, Answer::json::<Keys>).await?;
        // Whoever has waited for the password does not lose the session to a deadline.
        let caller = Caller { token: Some(&keys.api_key), deadline: None, ..caller };
        let user = self.current(caller).await?;
        Ok(LoggedIn { keys, user })
    }

    /// The next pair of keys; 401 ends the session. A repeated exchange is safe.
    pub async fn refresh(&self, caller: Caller<'_>, refresh_token: &str) -> Result<Keys, CallError> {
        let shown = serde_json::json!({"refresh_token": refresh_token});
        let call = Call::post(Kind::RepeatableWrite, &["api", "user", "refresh"]).json(&shown);
        self.0.call(Caller { token: None, ..caller }, call, Answer::json).await
    }

    /// Ends the session of the caller's token. A token that is not valid any more is no error.
    pub async fn log_out(&self, caller: Caller<'_>) -> Result<(), CallError> {
        let call = Call::post(Kind::RepeatableWrite, &["api", "user", "logout"]);
        self.0.call(caller, call, said).await
    }

    /// The caller's account.
    pub async fn current(&self, caller: Caller<'_>) -> Result<User, CallError> {
        self.0.call(caller, Call::get(&["api", "user"]), user).await
    }

    /// Changes the caller's password, which ends the other sessions; 400 names `current_password` or
    /// `new_password`.
    pub async fn change_password(
        &self,
        caller: Caller<'_>,
        current_password: &str,
        new_password: &str,
    ) -> Result<(), CallError> {
        let change = serde_json::json!({"current_password": current_password, "new_password": new_password});
        let call = Call::new(Kind::Password, Method::PUT, &["api", "user", "password"]).json(&change);
        self.0.call(caller, call, said).await
    }

    /// Accounts in the order of their ids, 1 to 100 on a page; staff only.
    pub async fn users(
        &self,
        caller: Caller<'_>,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<User>, CallError> {
        let limit = limit.to_string();
        let call = Call::get(&["api", "users"]).query("limit", Some(&limit)).query("after", after).listing();
        self.0
            .call(caller, call, |answer| Ok(Page { items: answer.json()?, next: page::next(answer)? }))
            .await
    }

    /// Gives an account a new password, which ends its sessions; staff only.
    pub async fn reset_password(
        &self,
        caller: Caller<'_>,
        id: i64,
        new_password: &str,
    ) -> Result<(), CallError> {
        let (id, reset) = (id.to_string(), serde_json::json!({"new_password": new_password}));
        let call = Call::post(Kind::Password, &["api", "users", &id, "reset-password"]).json(&reset);
        self.0.call(caller, call, said).await
    }

    /// Lets an account rest, which ends its sessions; staff only.
    pub async fn deactivate(&self, caller: Caller<'_>, id: i64) -> Result<User, CallError> {
        self.0.act(caller, "users", id, "deactivate", user).await
    }

    /// Wakes an account that rests; staff only.
    pub async fn activate(&self, caller: Caller<'_>, id: i64) -> Result<User, CallError> {
        self.0.act(caller, "users", id, "activate", user).await
    }

    /// Makes somebody staff; staff only.
    pub async fn grant_staff(&self, caller: Caller<'_>, id: i64) -> Result<User, CallError> {
        self.0.act(caller, "users", id, "grant-staff", user).await
    }

    /// Makes somebody a customer again, which ends their sessions; staff only.
    pub async fn revoke_staff(&self, caller: Caller<'_>, id: i64) -> Result<User, CallError> {
        self.0.act(caller, "users", id, "revoke-staff", user).await
    }
}

fn user(answer: &Answer) -> Result<User, Unreadable> {
    Ok(answer.json::<UserResult>()?.result)
}

fn said(answer: &Answer) -> Result<(), Unreadable> {
    answer.json::<Message>().map(|_| ())
}
