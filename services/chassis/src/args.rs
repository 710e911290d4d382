//! The settings that every part is served with: a flag each, and its twin in the environment.

use crate::telemetry::Format;
use clap::Args;
use ipnet::IpNet;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// How to serve a part.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Address of the public port
    #[arg(long, env = "SHOPKEEPER_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address of the internal port: health, metrics, events
    #[arg(long, env = "SHOPKEEPER_INTERNAL_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:9080")]
    pub internal_listen: SocketAddr,
    /// Name of the Shop; keys are made by and for urn:shopkeeper:NAME
    #[arg(long, env = "SHOPKEEPER_SHOP", value_name = "NAME", default_value = "shop")]
    pub shop: String,
    /// Public keys that access tokens are verified with (a JWK Set); read again when it changes
    #[arg(long, env = "SHOPKEEPER_JWKS_FILE", value_name = "FILE")]
    pub jwks_file: PathBuf,
    /// Secret that the parts of one Shop show each other
    #[arg(long, env = "SHOPKEEPER_SHOP_SECRET_FILE", value_name = "FILE")]
    pub shop_secret_file: PathBuf,
    /// How long to go on serving after SIGTERM, not ready any more
    #[arg(long, env = "SHOPKEEPER_DRAIN_DELAY", value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    pub drain_delay: Duration,
    /// Longest time that a request may take
    #[arg(long, env = "SHOPKEEPER_REQUEST_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub request_timeout: Duration,
    /// Networks whose X-Forwarded-For is believed
    #[arg(long, env = "SHOPKEEPER_TRUSTED_PROXIES", value_name = "CIDR,…", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    /// Requests per second and client address, with bursts of five times as many; 0 turns the limit off
    #[arg(long, env = "SHOPKEEPER_REQUESTS_PER_SECOND", value_name = "N", default_value_t = 200)]
    pub requests_per_second: u32,
    /// How log lines are written; auto: text on a terminal, else json
    #[arg(long, env = "SHOPKEEPER_LOG_FORMAT", value_name = "FORMAT", default_value = "auto")]
    pub log_format: Format,
    /// What is logged: a level, or levels by module (info,sqlx=warn)
    #[arg(long, env = "SHOPKEEPER_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    pub log_level: String,
}

impl ServeArgs {
    /// Ports that the system chooses, no rate limit, all else as by default: for tests.
    pub fn on_free_ports(shop: &str, jwks_file: PathBuf, shop_secret_file: PathBuf) -> Self {
        let free_port = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            listen: free_port,
            internal_listen: free_port,
            shop: shop.to_owned(),
            jwks_file,
            shop_secret_file,
            drain_delay: Duration::ZERO,
            request_timeout: Duration::from_secs(10),
            trusted_proxies: Vec::new(),
            requests_per_second: 0,
            log_format: Format::Auto,
            log_level: "info".into(),
        }
    }
}

/// A length of time such as `250ms`, `5s`, `15m` or `24h`.
///
/// # Errors
/// Says how a length of time is written.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits_end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("a time is a number and a unit (ms, s, m, h, d), such as 15m".into()),
    };
    let number: u64 = number.parse().map_err(|_| "a time begins with a whole number, such as 15m")?;
    number.checked_mul(unit_ms).map(Duration::from_millis).ok_or_else(|| "the time is too long".into())
}

#[cfg(test)]
mod tests {
    use super::{ServeArgs, parse_duration};
    use clap::{CommandFactory, FromArgMatches, Parser};
    use std::time::Duration;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        serve: ServeArgs,
    }

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(parse_duration("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        for wrong in ["", "15", "m", "-1s", "1.5s", "1w", "99999999999999999999h", "9999999999999999d"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_flag_has_a_twin_in_the_environment() {
        for argument in Program::command().get_arguments().filter(|argument| argument.get_id() != "help") {
            let flag = argument.get_long().expect("a flag").replace('-', "_").to_uppercase();
            let twin = argument.get_env().expect("a variable").to_str().unwrap();
            assert_eq!(twin, format!("SHOPKEEPER_{flag}"));
        }
    }

    #[test]
    fn networks_are_separated_by_commas() {
        let line = ["part", "--jwks-file=a", "--shop-secret-file=b", "--trusted-proxies=10.0.0.0/8,::1/128"];
        let matches = Program::command().try_get_matches_from(line).unwrap();
        assert_eq!(Program::from_arg_matches(&matches).unwrap().serve.trusted_proxies.len(), 2);
    }
}
