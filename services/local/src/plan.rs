//! Which processes a shop consists of, and what each is told: a pure function of Shop and options.

use std::path::{Path, PathBuf};

use shop::{Shop, ShopSpec};

use crate::arguments::LogFormat;
use crate::folder::Folder;
use crate::part::Part;

/// What the plan depends on besides the Shop.
pub(crate) struct Options<'a> {
    pub(crate) folder: &'a Folder,
    /// The storefront's port.
    pub(crate) port: u16,
    /// First products, as CSV.
    pub(crate) catalogue: Option<PathBuf>,
    /// Whether the data lies in PostgreSQL; each part's address is then a file in the data folder.
    pub(crate) postgres: bool,
    /// What the parts log: a level, or levels by module.
    pub(crate) log_level: &'a str,
    pub(crate) log_format: LogFormat,
}

/// One process to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) part: Part,
    pub(crate) public_port: u16,
    pub(crate) internal_port: u16,
    /// What follows `shopkeeper part <name>`.
    pub(crate) arguments: Vec<String>,
}

impl Process {
    pub(crate) fn url(&self) -> String {
        loopback(self.public_port)
    }

    pub(crate) fn internal_url(&self) -> String {
        loopback(self.internal_port)
    }
}

/// The name of the Shop, which is also what its tokens are for.
pub(crate) fn shop_name(shop: &Shop) -> &str {
    shop.metadata.name.as_deref().unwrap_or_default()
}

/// The processes in the order of their ports. A part with 0 replicas has none; one with more has one here,
/// since a port has room for one.
pub(crate) fn plan(shop: &Shop, options: &Options) -> Vec<Process> {
    Part::ALL
        .into_iter()
        .filter(|part| replicas(&shop.spec, *part) > 0)
        .map(|part| Process {
            part,
            public_port: part.public_port(options.port),
            internal_port: part.internal_port(options.port),
            arguments: arguments(part, shop, options),
        })
        .collect()
}

fn replicas(spec: &ShopSpec, part: Part) -> i32 {
    let size = match part {
        Part::Storefront => &spec.parts.storefront,
        Part::User => &spec.parts.user,
        Part::Product => &spec.parts.product,
        Part::Order => &spec.parts.order,
    };
    match size {
        Some(size) if size.autoscaling.is_none() => size.replicas.unwrap_or(1),
        _ => 1,
    }
}

fn arguments(part: Part, shop: &Shop, options: &Options) -> Vec<String> {
    let (folder, spec) = (options.folder, &shop.spec);
    let public_url = |part: Part| loopback(part.public_port(options.port));
    let internal_url = |part: Part| loopback(part.internal_port(options.port));

    let mut line = Line(vec!["serve".to_owned()]);
    line.set("--listen", format!("127.0.0.1:{}", part.public_port(options.port)));
    line.set("--internal-listen", format!("127.0.0.1:{}", part.internal_port(options.port)));
    line.set("--shop", shop_name(shop));
    line.set("--jwks-file", text(&folder.jwks()));
    line.set("--shop-secret-file", text(&folder.shop_secret()));
    line.set("--log-format", options.log_format.name());
    line.set("--log-level", options.log_level);
    // Only clients of this very machine reach loopback, and all of them share one address.
    line.set("--requests-per-second", "0");
    match (part.has_database(), options.postgres) {
        (false, _) => {}
        (true, true) => line.set("--database-url-file", text(&folder.database_url(part))),
        (true, false) => line.set("--database-url", format!("sqlite:{}", text(&folder.database(part)))),
    }
    match part {
        Part::Storefront => {
            line.set("--user-url", public_url(Part::User));
            line.set("--product-url", public_url(Part::Product));
            line.set("--order-url", public_url(Part::Order));
            line.set("--user-internal-url", internal_url(Part::User));
            line.set("--product-internal-url", internal_url(Part::Product));
            line.set("--public-url", public_url(Part::Storefront));
            line.set("--title", &spec.title);
            line.set("--locale", &spec.locale);
            line.set("--currency", &spec.currency);
            line.set("--accent-color", &spec.theme.accent_color);
            line.set("--cookie-key-file", text(&folder.cookie_keys()));
            line.set("--cache-dir", text(&folder.storefront()));
        }
        Part::User => {
            line.set("--signing-key-file", text(&folder.signing_key()));
            line.set("--staff-login", text(&folder.staff_login()));
            let lifetime = spec.accounts.token_lifetime().expect("a valid Shop's lifetime is a duration");
            line.set("--token-lifetime", format!("{}s", lifetime.as_secs()));
            line.set("--username-check", spec.accounts.username_check.to_string());
            // For the same reason as above; limits per account stay.
            line.set("--username-checks-per-address", "off");
            line.set("--logins-per-address", "off");
        }
        Part::Product => {
            line.set("--currency", &spec.currency);
            line.set("--order-internal-url", internal_url(Part::Order));
            line.set("--user-internal-url", internal_url(Part::User));
            if let Some(catalogue) = &options.catalogue {
                line.set("--catalogue", text(catalogue));
            }
        }
        Part::Order => {
            line.set("--currency", &spec.currency);
            line.set("--product-internal-url", internal_url(Part::Product));
            line.set("--user-internal-url", internal_url(Part::User));
        }
    }
    line.0
}

struct Line(Vec<String>);

impl Line {
    /// In one argument: a title may begin with a hyphen, and is no flag then.
    fn set(&mut self, flag: &str, value: impl Into<String>) {
        self.0.push(format!("{flag}={}", value.into()));
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn loopback(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

#[cfg(test)]
mod tests {
    use super::{Options, Process, plan};
    use crate::arguments::LogFormat;
    use crate::folder::Folder;
    use crate::part::Part;

    fn planned(spec: &str, postgres: bool) -> Vec<Process> {
        let text = format!(
            "apiVersion: shopkeeper.dev/v1alpha1\nkind: Shop\nmetadata: {{name: tea-house}}\nspec: {{title: Tea, currency: USD, {spec}}}"
        );
        let shop = shop::from_yaml(&text).expect("a valid Shop");
        let directory = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::make(directory.path()).expect("it can be made");
        plan(
            &shop,
            &Options {
                folder: &folder,
                port: 8080,
                catalogue: Some("/tea.csv".into()),
                postgres,
                log_level: "info",
                log_format: LogFormat::Json,
            },
        )
    }

    /// The value that a part is given for a flag.
    fn value<'a>(processes: &'a [Process], part: Part, flag: &str) -> Option<&'a str> {
        let process = processes.iter().find(|process| process.part == part)?;
        let mut arguments = process.arguments.iter();
        arguments.find_map(|argument| argument.strip_prefix(flag)?.strip_prefix('='))
    }

    #[test]
    fn every_part_runs_once_whatever_its_replicas() {
        let processes = planned("database: {postgres: {}}, parts: {order: {replicas: 3}}", false);
        assert_eq!(processes.iter().map(|process| process.part).collect::<Vec<_>>(), Part::ALL);
    }

    #[test]
    fn a_part_with_no_replicas_is_left_out() {
        let processes = planned("parts: {order: {replicas: 0}}", false);
        assert!(processes.iter().all(|process| process.part != Part::Order));
        assert_eq!(processes.len(), 3);
    }

    #[test]
    fn settings_of_the_shop_reach_its_parts() {
        let processes = planned("accounts: {usernameCheck: false, tokenLifetime: 1h30m}", false);
        assert_eq!(value(&processes, Part::User, "--token-lifetime"), Some("5400s"));
        assert_eq!(value(&processes, Part::User, "--username-check"), Some("false"));
        assert_eq!(value(&processes, Part::Product, "--currency"), Some("USD"));
        assert_eq!(value(&processes, Part::Order, "--currency"), Some("USD"));
        assert_eq!(value(&processes, Part::Product, "--catalogue"), Some("/tea.csv"));
        assert_eq!(value(&processes, Part::Order, "--shop"), Some("tea-house"));
        assert_eq!(value(&processes, Part::Storefront, "--log-format"), Some("json"));
    }

    #[test]
    fn the_storefront_looks_as_the_shop_says() {
        let processes = planned("locale: en-IE, theme: {accentColor: '#aa3300'}", false);
        for (flag, expected) in [
            ("--public-url", "http://127.0.0.1:8080"),
            ("--title", "Tea"),
            ("--locale", "en-IE"),
            ("--currency", "USD"),
            ("--accent-color", "#aa3300"),
            ("--user-internal-url", "http://127.0.0.1:9081"),
            ("--product-internal-url", "http://127.0.0.1:9082"),
        ] {
            assert_eq!(value(&processes, Part::Storefront, flag), Some(expected));
        }
        let files =
            ["--cookie-key-file", "--cache-dir"].map(|flag| value(&processes, Part::Storefront, flag));
        assert!(files[0].is_some_and(|file| file.ends_with("/keys/cookie-keys")), "{files:?}");
        assert!(files[1].is_some_and(|folder| folder.ends_with("/storefront")), "{files:?}");
    }

    #[test]
    fn parts_find_each_other_and_listen_on_loopback_only() {
        let processes = planned("", false);
        assert_eq!(value(&processes, Part::Product, "--order-internal-url"), Some("http://127.0.0.1:9083"));
        assert_eq!(value(&processes, Part::Order, "--product-internal-url"), Some("http://127.0.0.1:9082"));
        assert_eq!(value(&processes, Part::Storefront, "--user-url"), Some("http://127.0.0.1:8081"));
        for part in Part::ALL {
            assert!(
                value(&processes, part, "--listen").is_some_and(|address| address.starts_with("127.0.0.1:"))
            );
            assert!(
                value(&processes, part, "--internal-listen")
                    .is_some_and(|address| address.starts_with("127.0.0.1:"))
            );
        }
    }

    #[test]
    fn nobody_is_limited_by_an_address_that_all_share() {
        let processes = planned("", false);
        assert!(Part::ALL.iter().all(|part| value(&processes, *part, "--requests-per-second") == Some("0")));
        assert_eq!(value(&processes, Part::User, "--logins-per-address"), Some("off"));
        assert_eq!(value(&processes, Part::User, "--failed-logins-per-account"), None);
    }

    #[test]
    fn only_the_storefront_is_given_the_keys_of_cookies() {
        let processes = planned("", false);
        let has_keys = |part: &Part| value(&processes, *part, "--cookie-key-file").is_some();
        assert_eq!(Part::ALL.into_iter().filter(has_keys).collect::<Vec<_>>(), [Part::Storefront]);
    }

    #[test]
    fn only_the_user_service_is_given_the_signing_key() {
        let processes = planned("", false);
        let holders: Vec<Part> = Part::ALL
            .into_iter()
            .filter(|part| value(&processes, *part, "--signing-key-file").is_some())
            .collect();
        assert_eq!(holders, [Part::User]);
    }

    #[test]
    fn each_service_has_its_own_database_and_no_password_is_on_a_command_line() {
        let on_sqlite = planned("", false);
        let files: Vec<_> =
            Part::ALL.iter().filter_map(|part| value(&on_sqlite, *part, "--database-url")).collect();
        assert_eq!(files.len(), 3);
        assert!(
            files.iter().all(|url| url.starts_with("sqlite:"))
                && files[0] != files[1]
                && files[1] != files[2]
        );

        let on_postgres = planned("", true);
        for part in [Part::User, Part::Product, Part::Order] {
            assert_eq!(value(&on_postgres, part, "--database-url"), None);
            assert!(value(&on_postgres, part, "--database-url-file").is_some());
        }
    }
}
