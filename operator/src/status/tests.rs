//! What is said of a Shop, from one state of its objects to the next.

use serde_json::json;
use shop::ShopStatus;

use super::trouble;
use crate::apply::Outcome;
use crate::kind::Kind;
use crate::observe::Observed;
use crate::plan::Plan;
use crate::settings::tests::defaults;
use crate::testing::{decide, tea, time, told};

/// The conditions that hold, in a word: `Ready Browse …`; those that do not are left out.
fn holding(status: &ShopStatus) -> String {
    let holds = status.conditions.iter().filter(|condition| condition.status == "True");
    holds.map(|condition| condition.type_.as_str()).collect::<Vec<_>>().join(" ")
}

fn condition<'a>(status: &'a ShopStatus, about: &str) -> (&'a str, &'a str, &'a str) {
    let found = status.conditions.iter().find(|condition| condition.type_ == about).expect("it is there");
    (&found.status, &found.reason, &found.message)
}

fn well() -> Observed {
    tea("locale: en").all_well()
}

#[test]
fn in_health_all_holds() {
    let status = told(&well());
    assert_eq!(holding(&status), "Ready DatabasesReady Exposed Browse Register LogIn Order");
    assert_eq!(status.version.as_deref(), Some("0.1.0"));
    assert_eq!(status.url.as_deref(), Some("http://tea-storefront.shops.svc"));
    assert!(status.parts.iter().all(|part| part.ready == 1 && part.desired == 1));
    assert_eq!(status.volumes.len(), 3);
}

#[test]
fn what_shoppers_can_do_follows_the_rules_of_the_shop() {
    for (down, expected) in [
        (&["product"][..], "Browse Register LogIn Order"),
        (&["order"], "Browse Register LogIn"),
        (&["user"], "Browse Order"),
        (&["storefront"], ""),
        (&["user", "product", "order"], "Browse"),
    ] {
        let mut observed = well();
        down.iter().for_each(|part| observed.down(part));
        let status = told(&observed);
        let can =
            holding(&status).replace("DatabasesReady Exposed ", "").replace("DatabasesReady Exposed", "");
        assert_eq!(can, expected, "{down:?}");
    }
}

#[test]
fn without_the_product_service_the_last_known_catalogue_is_shown_and_orders_are_confirmed_later() {
    let mut observed = well();
    observed.down("product");
    let status = told(&observed);
    assert_eq!(condition(&status, "Browse").1, "LastKnownCatalogue");
    assert_eq!(condition(&status, "Order").1, "ConfirmedLater");
}

#[test]
fn a_part_that_was_taken_away_is_named_with_the_way_back() {
    let mut observed = tea("parts: {order: {replicas: 0}}").all_well();
    observed.status = told(&observed);
    let (status, reason, message) = condition(&observed.status, "Ready");
    assert_eq!((status, reason), ("False", "PartsRemoved"));
    assert!(message.contains("order") && message.contains("replicas"), "{message}");
}

#[test]
fn a_transition_keeps_its_time_until_the_next() {
    let mut observed = well();
    observed.status = told(&observed);
    observed.now = time("2026-11-01T13:00:00Z");
    assert_eq!(told(&observed), observed.status);
    observed.down("order");
    let later = told(&observed);
    let since = |about: &str| {
        let found = later.conditions.iter().find(|condition| condition.type_ == about);
        found.map(|condition| condition.last_transition_time.0)
    };
    assert_eq!(since("Order"), Some(time("2026-11-01T13:00:00Z")));
    assert_eq!(since("Browse"), Some(time("2026-11-01T12:00:00Z")));
}

#[test]
fn what_needs_a_person_is_stalled_and_says_what_to_do() {
    let mut missing = well();
    missing.misses("spec.staff.secretRef", "Secret tea-staff", "has no key password");
    let mut lost = well();
    lost.status = told(&lost);
    lost.remove(Kind::PersistentVolumeClaim, "tea-order");
    let mut failing = well();
    failing.down("user");
    failing.edit(Kind::Pod, "tea-user-0", |pod| {
        let waiting = json!({"waiting": {"reason": "ImagePullBackOff"}});
        pod["status"]["containerStatuses"] = json!([{"image": "shopkeeper-user:9", "state": waiting}]);
    });
    for (observed, reason, words) in [
        (missing, "MissingReference", ["has no key password", "spec.staff.secretRef"]),
        (lost, "VolumeLost", ["tea-order", "accept-lost-volume=uid-of-tea-order"]),
        (failing, "PodsFailing", ["shopkeeper-user:9", "spec.version"]),
    ] {
        let status = told(&observed);
        let (stalled, told_reason, message) = condition(&status, "Stalled");
        assert_eq!((stalled, told_reason), ("True", reason));
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
        assert_eq!(condition(&status, "Ready").0, "False");
        assert_eq!(condition(&status, "Reconciling").0, "False");
    }
}

#[test]
fn what_the_api_server_refuses_is_told() {
    let observed = well();
    let plan = Plan::of(&observed, &defaults());
    let refused = vec![("Deployment tea-storefront".to_owned(), "apply: invalid quantity".to_owned())];
    let outcome = Outcome { refused, ..Outcome::default() };
    let status = super::of(&observed, &plan, &decide(&observed), &outcome);
    let (_, reason, message) = condition(&status, "Stalled");
    assert_eq!(reason, "Refused");
    assert!(message.contains("tea-storefront") && message.contains("invalid quantity"), "{message}");
}

#[test]
fn while_a_version_rolls_out_the_shop_is_reconciling() {
    let mut observed = well();
    observed.spec.version = Some("2.0.0".into());
    let status = told(&observed);
    let (is_so, reason, message) = condition(&status, "Reconciling");
    assert_eq!((is_so, reason), ("True", "RollingOut"));
    assert!(message.contains("user") && message.contains("after that"), "{message}");
    assert_eq!(condition(&status, "Ready").0, "False");
    assert_eq!(condition(&status, "Order").0, "True");
}

#[test]
fn a_pod_is_in_trouble_only_after_a_while() {
    let pod = |condition: serde_json::Value, restarts: i32| {
        let object = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "tea-user-0"},
            "status": {"conditions": [condition], "containerStatuses": [{"restartCount": restarts, "state": {}}]},
        });
        serde_json::from_value::<kube::core::DynamicObject>(object).expect("a Pod")
    };
    let since = |about: &str, status: &str| json!({"type": about, "status": status, "lastTransitionTime": "2026-11-01T12:00:00Z"});
    for (condition, restarts, now, is_trouble) in [
        (since("Ready", "False"), 0, "2026-11-01T12:01:00Z", false),
        (since("Ready", "False"), 0, "2026-11-01T12:03:00Z", true),
        (since("Ready", "False"), 3, "2026-11-01T12:00:05Z", true),
        (since("Ready", "True"), 9, "2026-11-01T12:03:00Z", false),
        (since("PodScheduled", "False"), 0, "2026-11-01T12:00:10Z", false),
        (since("PodScheduled", "False"), 0, "2026-11-01T12:01:00Z", true),
    ] {
        let pod = pod(condition.clone(), restarts);
        let found = trouble::of_pods(std::iter::once(&pod), time(now));
        assert_eq!(found.is_some(), is_trouble, "{condition} {restarts} {now}: {found:?}");
    }
}

#[test]
fn an_ingress_without_its_certificate_is_no_way_in() {
    let fields = "host: tea.example.com, exposure: {ingress: {tlsSecretName: tea-tls}}";
    let mut observed = tea(fields).all_well();
    observed.references.certificate = Some(false);
    let status = told(&observed);
    let (is_so, reason, message) = condition(&status, "Exposed");
    assert_eq!((is_so, reason), ("False", "TlsSecretMissing"));
    assert!(message.contains("kubectl create secret tls tea-tls"), "{message}");
}

#[test]
fn a_route_counts_once_a_gateway_takes_it() {
    let fields = "host: tea.example.com, exposure: {gateway: {parentRefs: [{name: public}]}}";
    let mut observed = tea(fields).all_well();
    assert_eq!(condition(&told(&observed), "Exposed").1, "RouteNotAccepted");
    observed.edit(Kind::HttpRoute, "tea", |route| {
        route["status"] = json!({"parents": [{"conditions": [{"type": "Accepted", "status": "True"}]}]});
    });
    assert_eq!(condition(&told(&observed), "Exposed").1, "RouteAccepted");
    observed.optional_kinds.clear();
    assert_eq!(condition(&told(&observed), "Exposed").1, "ApiMissing");
}
