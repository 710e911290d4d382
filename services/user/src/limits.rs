//! How often somebody may try: against guessed passwords, listed usernames and floods of accounts.
//!
//! Each replica counts by itself. Whoever shows the Shop's secret (the storefront) counts under the address
//! of the shopper that it speaks for.

use crate::account;
use chassis::{
    address::ClientAddress,
    args::parse_duration,
    clock::Clock,
    problem::ApiError,
    rate_limit::{Rate, RateLimiter},
};
use clap::Args;
use std::{net::IpAddr, str::FromStr};

/// The most bytes of a name that are remembered; no account has a longer name.
const MAX_KEY_CHARS: usize = 64;

/// The settings.
#[derive(Clone, Debug, Args)]
pub struct LimitArgs {
    /// Wrong passwords per account: so many at once, then so many per time; off for no limit
    #[arg(
        long,
        env = "SHOPKEEPER_FAILED_LOGINS_PER_ACCOUNT",
        value_name = "BURST,N/TIME",
        default_value = "10,1/6s"
    )]
    pub failed_logins_per_account: Limit,
    /// Questions whether a username is taken, per client address
    #[arg(
        long,
        env = "SHOPKEEPER_USERNAME_CHECKS_PER_ADDRESS",
        value_name = "BURST,N/TIME",
        default_value = "100,10/1s"
    )]
    pub username_checks_per_address: Limit,
    /// Logins and registrations per client address
    #[arg(
        long,
        env = "SHOPKEEPER_LOGINS_PER_ADDRESS",
        value_name = "BURST,N/TIME",
        default_value = "500,20/1s"
    )]
    pub logins_per_address: Limit,
}

/// So many at once, then so many per time: `10,1/6s`, or `off`.
#[derive(Clone, Copy, Debug)]
pub struct Limit(Rate);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(Rate::per_second(0)));
        }
        let form = "is written BURST,N/TIME, such as 10,1/6s, or off";
        let (burst, rate) = text.split_once(',').ok_or(form)?;
        let (number, time) = rate.split_once('/').ok_or(form)?;
        let whole = |text: &str| text.parse().ok().filter(|number| *number > 0).ok_or(form);
        Ok(Self(Rate::new(whole(number)?, parse_duration(time)?, whole(burst)?)))
    }
}

/// Counts attempts.
pub(crate) struct Limits {
    failed_logins: RateLimiter<String>,
    username_checks: RateLimiter<IpAddr>,
    logins: RateLimiter<IpAddr>,
}

impl Limits {
    pub(crate) fn new(args: &LimitArgs, clock: &Clock) -> Self {
        Self {
            failed_logins: RateLimiter::new(args.failed_logins_per_account.0, clock.clone()),
            username_checks: RateLimiter::new(args.username_checks_per_address.0, clock.clone()),
            logins: RateLimiter::new(args.logins_per_address.0, clock.clone()),
        }
    }

    /// Counts a password that is about to be checked as wrong; [`Limits::password_was_right`] takes it back.
    /// Names that nobody has are counted alike.
    pub(crate) fn password_shown(&self, username: &str) -> Result<(), ApiError> {
        self.failed_logins.check(key(username))
    }

    pub(crate) fn password_was_right(&self, username: &str) {
        self.failed_logins.give_back(&key(username));
    }

    pub(crate) fn username_checked(&self, client: ClientAddress) -> Result<(), ApiError> {
        self.username_checks.check(client.limit_key())
    }

    pub(crate) fn login_or_registration(&self, client: ClientAddress) -> Result<(), ApiError> {
        self.logins.check(client.limit_key())
    }
}

fn key(username: &str) -> String {
    account::lower(username).chars().take(MAX_KEY_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn a_limit_is_a_burst_and_a_rate() {
        for good in ["10,1/6s", "500,20/1s", "1,1/24h", "off"] {
            assert!(good.parse::<Limit>().is_ok(), "{good}");
        }
        for wrong in ["", "10", "10,1", "0,1/1s", "10,0/1s", "10,1/x", "-1,1/1s", "10;1/1s"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }
}
