//! The command line.

use crate::limits::LimitArgs;
use chassis::args::{ServeArgs, parse_duration};
use clap::{ArgAction, Args, Subcommand};
use database::{BackupArgs, DatabaseArgs, RestoreArgs};
use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

/// How long a key may be asked to last: shorter, and clients would do nothing but refresh; longer, and a
/// revoked session could be used for more than a day where its revocation has not been heard of.
const TOKEN_LIFETIMES: RangeInclusive<Duration> =
    Duration::from_secs(5 * 60)..=Duration::from_secs(24 * 60 * 60);

/// What the user service can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve accounts and sessions
    Serve(Box<Settings>),
    /// Copy the database into a file, while the service goes on
    Backup(BackupArgs),
    /// Replace the database by a copy; the service must be stopped
    Restore(RestoreArgs),
    /// Write the OpenAPI document
    Openapi,
}

/// How to serve accounts and sessions.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub serve: ServeArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub shop: ShopSettings,
}

/// What this service has to know of its shop.
#[derive(Clone, Debug, Args)]
pub struct ShopSettings {
    /// Private key that access tokens are signed with (Ed25519, PKCS#8, PEM)
    #[arg(long, env = "SHOPKEEPER_SIGNING_KEY_FILE", value_name = "FILE")]
    pub signing_key_file: PathBuf,
    /// Login of the first staff account: a JSON file {"username", "password"} (and "email", if it has one), or
    /// a folder with a file for each; enforced when it changes
    #[arg(long, env = "SHOPKEEPER_STAFF_LOGIN", value_name = "PATH")]
    pub staff_login: Option<PathBuf>,
    /// How long an access token lasts (5m to 24h)
    #[arg(long, env = "SHOPKEEPER_TOKEN_LIFETIME", value_name = "TIME", default_value = "15m",
        value_parser = parse_token_lifetime)]
    pub token_lifetime: Duration,
    /// Whether anybody may ask whether a username is taken
    #[arg(long, env = "SHOPKEEPER_USERNAME_CHECK", value_name = "BOOL", default_value_t = true,
        action = ArgAction::Set)]
    pub username_check: bool,
    /// Passwords that are hashed at the same time, each in 19 MiB of memory [default: the number of cores]
    #[arg(long, env = "SHOPKEEPER_HASH_PARALLELISM", value_name = "N")]
    pub hash_parallelism: Option<usize>,
    #[command(flatten)]
    pub limits: LimitArgs,
}

fn parse_token_lifetime(text: &str) -> Result<Duration, String> {
    let lifetime = parse_duration(text)?;
    if TOKEN_LIFETIMES.contains(&lifetime) { Ok(lifetime) } else { Err("must be from 5m to 24h".into()) }
}

#[cfg(test)]
mod tests {
    use super::parse_token_lifetime;

    #[test]
    fn a_key_lasts_from_5_minutes_to_a_day() {
        for good in ["5m", "15m", "24h"] {
            assert!(parse_token_lifetime(good).is_ok(), "{good}");
        }
        for wrong in ["4m", "25h", "0s", "long"] {
            assert!(parse_token_lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
