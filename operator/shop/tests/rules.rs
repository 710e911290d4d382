//! What a Shop may hold: each rule refuses what it should, and its message names field and remedy.

use serde_json::json;
use shop::{DeletionPolicy, Problems, Shop, check, check_update, from_yaml};

const SMALLEST: &str = "
apiVersion: shopkeeper.dev/v1alpha1
kind: Shop
metadata: {name: tea-house}
spec:
  title: Tea House
  currency: EUR
";

/// The smallest Shop with more lines below `spec`.
fn with(lines: &str) -> Result<Shop, Problems> {
    let indented: String = lines.trim().lines().map(|line| format!("  {line}\n")).collect();
    from_yaml(&format!("{SMALLEST}{indented}"))
}

fn shop(lines: &str) -> Shop {
    with(lines).unwrap_or_else(|problems| panic!("{lines} is refused: {problems}"))
}

/// Asserts that the lines are refused, with all the given words in what is said.
fn refused(lines: &str, words: &[&str]) {
    let problems = with(lines).expect_err(lines).to_string();
    for word in words {
        assert!(problems.contains(word), "{lines}: {word:?} is missing in: {problems}");
    }
}

#[test]
fn the_smallest_shop_gets_every_default() {
    let spec = shop("").spec;
    assert_eq!(spec.locale, "en");
    assert_eq!(spec.theme.accent_color, "#2f6f4f");
    assert!(spec.exposure.api && spec.exposure.none.is_some());
    assert_eq!(spec.database.sqlite.expect("sqlite is the default").storage.0, "1Gi");
    assert!(spec.accounts.username_check);
    assert_eq!(spec.accounts.token_lifetime, "15m");
    assert_eq!(spec.deletion_policy, DeletionPolicy::Retain);
    assert_eq!((spec.slo.browse.success.as_str(), spec.slo.order.latency_millis), ("99.9", 500));
    assert!(!spec.paused);
}

#[test]
fn a_shop_with_everything_is_accepted() {
    shop(
        r##"
locale: en-IE
theme: {accentColor: "#123abc"}
version: 0.1.0
host: tea.example.com
exposure: {api: false, ingress: {className: traefik, tlsSecretName: tea-house-tls}}
database: {postgres: {storage: 2Gi}}
catalogue: {configMapRef: {name: tea-house-catalogue}}
staff: {secretRef: {name: tea-house-staff}}
accounts: {usernameCheck: false, tokenLifetime: 1h30m}
parts:
  storefront: {replicas: 2, autoscaling: {maxReplicas: 6}}
  user: {replicas: 2, resources: {requests: {cpu: 50m, memory: 64Mi}}}
  order: {replicas: 0}
monitoring: {enabled: false}
slo: {order: {success: "99.5", latencyMillis: 800}}
deletionPolicy: Delete
paused: true
"##,
    );
}

#[test]
fn a_shop_that_was_read_and_is_sent_again_is_accepted_and_unchanged() {
    let read = shop("host: tea.example.com\nexposure: {gateway: {parentRefs: [{name: public}]}}");
    let sent = serde_json::to_string(&read).expect("a Shop is plain JSON");
    assert!(!sent.contains("null"), "{sent}");
    assert_eq!(from_yaml(&sent).expect("JSON is YAML"), read);
    check(&read).expect("it keeps its own rules");
}

#[test]
fn null_counts_as_absent() {
    let nulls = shop(
        "locale: null\nhost: null\nexposure: null\ndatabase: {sqlite: {}, postgres: null}\nparts: {user: null}",
    );
    assert_eq!(nulls, shop("database: {sqlite: {}}"));
    refused("database: {sqlite: null}", &["spec.database", "exactly one of"]);
}

#[test]
fn exactly_one_exposure_is_named() {
    refused("exposure: {api: true}", &["spec.exposure", "exactly one of ingress, gateway and none"]);
    refused("exposure: {none: {}, ingress: {}}", &["spec.exposure", "keep one"]);
    shop("exposure: {none: {}}");
}

#[test]
fn a_volume_has_a_size() {
    for (engine, size) in
        [("sqlite", "0"), ("sqlite", "0Gi"), ("postgres", "-1Gi"), ("postgres", "many"), ("sqlite", "''")]
    {
        let field = format!("spec.database.{engine}.storage");
        refused(&format!("database: {{{engine}: {{storage: {size}}}}}"), &[&field, "for example 1Gi"]);
    }
    shop("database: {sqlite: {storage: 1.5Gi}}");
}

#[test]
fn exactly_one_database_engine_is_named() {
    refused("database: {}", &["spec.database", "exactly one of sqlite, postgres and external"]);
    refused("database: {sqlite: {}, postgres: {}}", &["spec.database", "remove the others"]);
    refused(
        "database: {external: {user: {secretRef: {name: a}}}}",
        &["spec.database.external.product", "missing"],
    );
}

#[test]
fn an_exposed_shop_needs_its_host() {
    refused("exposure: {ingress: {}}", &["set spec.host"]);
    refused("host: https://tea.example.com\nexposure: {ingress: {}}", &["spec.host", "without scheme"]);
    shop("host: tea.example.com\nexposure: {ingress: {}}");
}

#[test]
fn on_sqlite_a_service_runs_at_most_once_and_the_storefront_is_free() {
    for part in ["user", "product", "order"] {
        let field = format!("spec.parts.{part}.replicas");
        refused(&format!("parts: {{{part}: {{replicas: 2}}}}"), &[&field, "spec.database.postgres"]);
        refused(&format!("parts: {{{part}: {{autoscaling: {{maxReplicas: 1}}}}}}"), &[&field]);
        shop(&format!("parts: {{{part}: {{replicas: 0}}}}"));
        shop(&format!("database: {{postgres: {{}}}}\nparts: {{{part}: {{replicas: 3}}}}"));
    }
    shop("parts: {storefront: {replicas: 5}}");
}

#[test]
fn values_have_their_forms() {
    refused("locale: English", &["spec.locale", "en-IE"]);
    refused("theme: {accentColor: green}", &["spec.theme.accentColor", "#2f6f4f"]);
    refused("version: latest", &["spec.version", "0.1.0"]);
    refused("slo: {browse: {success: \"100\"}}", &["spec.slo.browse", "99.9"]);
    refused(
        "parts: {storefront: {autoscaling: {minReplicas: 3, maxReplicas: 2}}}",
        &["minReplicas", "lower"],
    );
    for lifetime in ["4m", "25h", "soon", "\"\""] {
        refused(
            &format!("accounts: {{tokenLifetime: {lifetime}}}"),
            &["spec.accounts.tokenLifetime", "5m to 24h"],
        );
    }
    for lifetime in ["5m", "24h", "1h30m", "900s"] {
        shop(&format!("accounts: {{tokenLifetime: {lifetime}}}"));
    }
}

#[test]
fn unknown_fields_wrong_types_and_bounds_are_named_all_at_once() {
    refused(
        "curency: EUR\npaused: maybe\nparts: {user: {replicas: 101}}\ndeletionPolicy: Keep",
        &[
            "spec.curency: this field is not known",
            "spec.paused: this must be true or false",
            "spec.parts.user.replicas: 101 is too large",
            "spec.deletionPolicy: \"Keep\" is not known: choose one of Retain, Delete",
        ],
    );
}

#[test]
fn what_is_no_shop_is_told_so() {
    let problem = |text: &str| from_yaml(text).expect_err(text).to_string();
    assert!(problem("kind: [").contains("not YAML"));
    assert!(problem("apiVersion: v1\nkind: ConfigMap").contains("write apiVersion: shopkeeper.dev/v1alpha1"));
    assert!(
        problem(&SMALLEST.replace("  title: Tea House\n", "")).contains("spec.title: this field is missing")
    );
    assert!(problem(&SMALLEST.replace("EUR", "euro")).contains("spec.currency"));
    assert!(problem(&SMALLEST.replace("tea-house", "Tea_House")).contains("metadata.name"));
}

#[test]
fn currency_and_engine_never_change_and_the_rest_may() {
    let old = shop("");
    let changed = |lines: &str| check_update(&shop(lines), &old).map_err(|problems| problems.to_string());
    assert_eq!(
        changed("paused: true\ntheme: {accentColor: \"#000000\"}\ndatabase: {sqlite: {storage: 5Gi}}"),
        Ok(())
    );
    assert!(changed("database: {postgres: {}}").expect_err("the engine changed").contains("cannot change"));

    let mut other_currency = old.clone();
    other_currency.spec.currency = "USD".to_owned();
    let problems = check_update(&other_currency, &old).expect_err("the currency changed").to_string();
    assert!(problems.contains("spec.currency cannot change"), "{problems}");
    check(&other_currency).expect("a new Shop may have any currency");
}

#[test]
fn the_token_lifetime_is_a_duration() {
    assert_eq!(
        shop("accounts: {tokenLifetime: 1h30m}").spec.accounts.token_lifetime().expect("valid").as_secs(),
        5400
    );
}

#[test]
fn the_sample_shop_is_valid() {
    let sample = from_yaml(include_str!("../../../manifests/shop.yaml")).expect("the sample is valid");
    assert_eq!(json!(sample.spec.title), "Tea House");
}
