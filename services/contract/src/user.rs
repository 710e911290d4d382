//! The user service's wire shapes: accounts, sessions and their keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys.
    Customer,
    /// Sells: edits products, sees all orders and accounts.
    Staff,
}

/// An account as the API shows it; never with a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Always null: a key is given at login only. Older clients expect the member.
    pub api_key: Option<String>,
    pub email: String,
    pub first_name: String,
    pub id: i64,
    /// False once staff have deactivated the account; such an account cannot log in.
    pub is_active: bool,
    /// True for staff.
    pub is_admin: bool,
    pub last_name: String,
    pub username: String,
}

/// The answer to a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserAdded {
    #[schema(example = "User added")]
    pub message: String,
    pub result: User,
}

/// The answer to a login or a refresh: a short-lived key and the token that renews it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Keys {
    #[schema(example = "Logged in")]
    pub message: String,
    /// The access token (a JWT), to be sent as `Authorization: Bearer <api_key>`.
    pub api_key: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until `api_key` expires.
    pub expires_in: u64,
    /// To be exchanged at `POST /api/user/refresh` for the next pair.
    pub refresh_token: String,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserResult {
    pub result: User,
}

/// A username is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsernameExists {
    pub result: bool,
}

/// An answer that is only a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    pub message: String,
}
