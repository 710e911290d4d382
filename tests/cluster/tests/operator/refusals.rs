//! What the API server takes for a Shop and what not: every rule and every bound, when a Shop is made and when it is
//! changed. What it says names the field and what to do.

use cluster::{Cluster, Shop};
use serde_json::{Value, json};

use crate::town::{namespace, together};

/// The smallest spec.
fn smallest() -> Value {
    json!({"title": "Tea House", "currency": "EUR"})
}

/// What is merged into the smallest spec, and words of what is said about it.
fn refused() -> Vec<(Value, &'static [&'static str])> {
    let long = |length: usize| "a".repeat(length);
    let part = |part: &str, what: Value| json!({"parts": {part: what}});
    let scaled = |how: Value| json!({"parts": {"storefront": {"autoscaling": how}}});
    let gateway = |parents: Value| {
        let gateway = json!({"parentRefs": parents});
        json!({"host": "tea.example.com", "exposure": {"none": null, "gateway": gateway}})
    };
    let resources = |what: Value| json!({"parts": {"storefront": {"resources": what}}});
    let reference = |name: &str| json!({"secretRef": {"name": name}});
    let sqlite_once: &'static [&'static str] =
        &["runs at most once", "spec.parts.", "spec.database.postgres"];
    vec![
        (json!({"title": null}), &["spec.title", "Required"]),
        (json!({"title": ""}), &["spec.title", "at least 1"]),
        (json!({"title": long(81)}), &["spec.title", "80"]),
        (json!({"title": " Tea House"}), &["spec.title must not begin or end with a space", "remove it"]),
        (json!({"title": "Tea House "}), &["spec.title must not begin or end with a space", "remove it"]),
        (json!({"title": 5}), &["spec.title", "string"]),
        (json!({"currency": null}), &["spec.currency", "Required"]),
        (json!({"currency": "eur"}), &["spec.currency must be an ISO 4217 code", "EUR"]),
        (json!({"currency": "EURO"}), &["spec.currency must be an ISO 4217 code", "EUR"]),
        (json!({"currency": ""}), &["spec.currency must be an ISO 4217 code", "EUR"]),
        (json!({"currency": long(33)}), &["spec.currency", "32"]),
        (json!({"locale": "English"}), &["spec.locale must be a language", "en-IE"]),
        (json!({"locale": "en_IE"}), &["spec.locale must be a language", "en-IE"]),
        (json!({"locale": long(33)}), &["spec.locale", "32"]),
        (json!({"theme": {"accentColor": "green"}}), &["spec.theme.accentColor", "#2f6f4f"]),
        (json!({"theme": {"accentColor": "#12345"}}), &["spec.theme.accentColor", "#2f6f4f"]),
        (json!({"theme": {"accentColor": long(33)}}), &["spec.theme.accentColor", "32"]),
        (json!({"version": "latest"}), &["spec.version must be a version", "0.1.0"]),
        (json!({"version": "v0.1.0"}), &["spec.version must be a version", "0.1.0"]),
        (json!({"version": format!("1.0.0-{}", long(35))}), &["spec.version", "40"]),
        (json!({"host": "https://tea.example.com"}), &["spec.host", "without scheme, port or path"]),
        (json!({"host": "tea.example.com:443"}), &["spec.host", "without scheme, port or path"]),
        (json!({"host": "tea.example.com/shop"}), &["spec.host", "without scheme, port or path"]),
        (json!({"host": "Tea.example.com"}), &["spec.host", "lower-case"]),
        (json!({"host": "tea..example.com"}), &["spec.host", "tea.example.com"]),
        (json!({"host": long(254)}), &["spec.host", "253"]),
        (json!({"exposure": {"none": null}}), &["spec.exposure", "exactly one of ingress, gateway and none"]),
        (
            json!({"host": "tea.example.com", "exposure": {"none": {}, "ingress": {}}}),
            &["spec.exposure", "keep one"],
        ),
        (json!({"exposure": {"none": null, "ingress": {}}}), &["set spec.host", "tea.example.com"]),
        (
            json!({"host": "tea.example.com", "exposure": {"none": null, "ingress": {"className": long(254)}}}),
            &["spec.exposure.ingress.className", "253"],
        ),
        (
            json!({"host": "tea.example.com", "exposure": {"none": null, "ingress": {"tlsSecretName": long(254)}}}),
            &["spec.exposure.ingress.tlsSecretName", "253"],
        ),
        (json!({"exposure": {"api": "yes"}}), &["spec.exposure.api", "boolean"]),
        (gateway(Value::Null), &["spec.exposure.gateway.parentRefs", "Required"]),
        (gateway(json!([])), &["spec.exposure.gateway.parentRefs", "at least 1"]),
        (gateway(json!(vec![json!({"name": "public"}); 9])), &["spec.exposure.gateway.parentRefs", "8"]),
        (gateway(json!([{"name": ""}])), &["spec.exposure.gateway.parentRefs[0].name", "at least 1"]),
        (
            gateway(json!([{"name": "public", "namespace": long(64)}])),
            &["spec.exposure.gateway.parentRefs[0].namespace", "63"],
        ),
        (
            json!({"database": {"sqlite": null}}),
            &["spec.database", "exactly one of sqlite, postgres and external"],
        ),
        (json!({"database": {"sqlite": {}, "postgres": {}}}), &["spec.database", "remove the others"]),
        (
            json!({"database": {"sqlite": {"storage": "lots"}}}),
            &["spec.database.sqlite.storage must be a size", "1Gi"],
        ),
        (
            json!({"database": {"sqlite": {"storage": -1}}}),
            &["spec.database.sqlite.storage must be a size", "1Gi"],
        ),
        (
            json!({"database": {"sqlite": {"storage": "0"}}}),
            &["spec.database.sqlite.storage must be a size", "1Gi"],
        ),
        (
            json!({"database": {"sqlite": {"storageClassName": long(254)}}}),
            &["spec.database.sqlite.storageClassName", "253"],
        ),
        (
            json!({"database": {"sqlite": null, "external": {"user": reference("a"), "order": reference("b")}}}),
            &["spec.database.external.product", "Required"],
        ),
        (
            json!({"database": {"sqlite": null, "external":
                {"user": reference(""), "product": reference("b"), "order": reference("c")}}}),
            &["spec.database.external.user.secretRef.name", "at least 1"],
        ),
        (json!({"catalogue": {}}), &["spec.catalogue.configMapRef", "Required"]),
        (
            json!({"catalogue": {"configMapRef": {"name": ""}}}),
            &["spec.catalogue.configMapRef.name", "at least 1"],
        ),
        (json!({"staff": {}}), &["spec.staff.secretRef", "Required"]),
        (json!({"staff": reference(&long(254))}), &["spec.staff.secretRef.name", "253"]),
        (
            json!({"accounts": {"tokenLifetime": "4m"}}),
            &["spec.accounts.tokenLifetime must be 5m to 24h", "15m"],
        ),
        (
            json!({"accounts": {"tokenLifetime": "25h"}}),
            &["spec.accounts.tokenLifetime must be 5m to 24h", "15m"],
        ),
        (
            json!({"accounts": {"tokenLifetime": "soon"}}),
            &["spec.accounts.tokenLifetime must be 5m to 24h", "15m"],
        ),
        (json!({"accounts": {"usernameCheck": "yes"}}), &["spec.accounts.usernameCheck", "boolean"]),
        (part("user", json!({"replicas": 2})), sqlite_once),
        (part("product", json!({"replicas": 2})), sqlite_once),
        (part("order", json!({"replicas": 2})), sqlite_once),
        (part("user", json!({"autoscaling": {"maxReplicas": 1}})), sqlite_once),
        (part("storefront", json!({"replicas": -1})), &["spec.parts.storefront.replicas", "0"]),
        (part("storefront", json!({"replicas": 101})), &["spec.parts.storefront.replicas", "100"]),
        (part("storefront", json!({"replicas": "two"})), &["spec.parts.storefront.replicas", "integer"]),
        (
            resources(json!({"requests": {"cpu": "much"}})),
            &["spec.parts.storefront.resources.requests.cpu", "a number of cores", "250m"],
        ),
        (
            resources(json!({"limits": {"cpu": "-1"}})),
            &["spec.parts.storefront.resources.limits.cpu", "a number of cores", "250m"],
        ),
        (
            resources(json!({"requests": {"memory": "0"}})),
            &["spec.parts.storefront.resources.requests.memory", "a size of bytes above 0", "128Mi"],
        ),
        (
            resources(json!({"limits": {"memory": "lots"}})),
            &["spec.parts.storefront.resources.limits.memory", "a size of bytes above 0", "128Mi"],
        ),
        (
            resources(json!({"requests": {"cpu": 2}, "limits": {"cpu": "1500m"}})),
            &["spec.parts.storefront.resources", "requests.cpu must not exceed limits.cpu", "lower"],
        ),
        (
            resources(json!({"requests": {"memory": "1Gi"}, "limits": {"memory": "1000Mi"}})),
            &["spec.parts.storefront.resources", "requests.memory must not exceed limits.memory", "lower"],
        ),
        (scaled(json!({})), &["spec.parts.storefront.autoscaling.maxReplicas", "Required"]),
        (scaled(json!({"maxReplicas": 101})), &["spec.parts.storefront.autoscaling.maxReplicas", "100"]),
        (
            scaled(json!({"minReplicas": 0, "maxReplicas": 2})),
            &["spec.parts.storefront.autoscaling.minReplicas", "1"],
        ),
        (
            scaled(json!({"minReplicas": 3, "maxReplicas": 2})),
            &["minReplicas must not exceed maxReplicas", "lower the one or raise the other"],
        ),
        (
            scaled(json!({"maxReplicas": 2, "targetCpuPercent": 9})),
            &["spec.parts.storefront.autoscaling.targetCpuPercent", "10"],
        ),
        (
            scaled(json!({"maxReplicas": 2, "targetCpuPercent": 101})),
            &["spec.parts.storefront.autoscaling.targetCpuPercent", "100"],
        ),
        (json!({"monitoring": {"enabled": "no"}}), &["spec.monitoring.enabled", "boolean"]),
        (json!({"slo": {"browse": {"success": "100"}}}), &["spec.slo.browse.success", "99.9"]),
        (json!({"slo": {"logIn": {"success": "49.9"}}}), &["spec.slo.logIn.success", "99.9"]),
        (json!({"slo": {"order": {"latencyMillis": 0}}}), &["spec.slo.order.latencyMillis", "1"]),
        (
            json!({"slo": {"register": {"latencyMillis": 60001}}}),
            &["spec.slo.register.latencyMillis", "60000"],
        ),
        (json!({"deletionPolicy": "Keep"}), &["spec.deletionPolicy", "\"Retain\", \"Delete\""]),
        (json!({"paused": "maybe"}), &["spec.paused", "boolean"]),
        (json!({"curency": "EUR"}), &["unknown field", "spec.curency"]),
        (json!({"parts": {"users": {}}}), &["unknown field", "spec.parts.users"]),
        (resources(json!({"claims": []})), &["unknown field", "spec.parts.storefront.resources.claims"]),
    ]
}

/// What may not change, though it may be anything in a new Shop.
fn refused_on_update() -> Vec<(Value, &'static [&'static str])> {
    let engine: &'static [&'static str] = &["the engine of spec.database cannot change", "make a new Shop"];
    let secret = json!({"secretRef": {"name": "a"}});
    vec![
        (json!({"currency": "USD"}), &["spec.currency cannot change", "make a new Shop"]),
        (json!({"database": {"sqlite": null, "postgres": {}}}), engine),
        (
            json!({"database": {"sqlite": null, "external": {"user": secret, "product": secret, "order": secret}}}),
            engine,
        ),
    ]
}

/// Names that no Shop may have: they would not fit into the names of its objects.
const REFUSED_NAMES: [&str; 3] = ["1-tea-house", "tea.house", "a-shop-of-forty-one-letters-is-far-too-lon"];

/// What is just within the bounds.
fn accepted() -> Vec<Value> {
    let host =
        [&"a".repeat(63), &"b".repeat(63), &"c".repeat(63), &"d".repeat(61)].map(String::as_str).join(".");
    let parents = json!(vec![json!({"name": "public"}); 8]);
    let resources =
        json!({"requests": {"cpu": "0.5", "memory": "64M"}, "limits": {"cpu": 1, "memory": "64M"}});
    vec![
        json!({}),
        json!({"title": "T"}),
        json!({"title": "T".repeat(80)}),
        json!({"title": "Teehaus Größe 茶"}),
        json!({"locale": "fil"}),
        json!({"theme": {"accentColor": "#ABCDEF"}}),
        json!({"version": "1.0.0-rc.1"}),
        json!({"host": "a"}),
        json!({"host": host}),
        json!({"host": "tea.example.com", "exposure": {"none": null, "gateway": {"parentRefs": parents}}}),
        json!({"accounts": {"tokenLifetime": "5m"}}),
        json!({"accounts": {"tokenLifetime": "24h"}}),
        json!({"accounts": {"tokenLifetime": "1h30m"}}),
        json!({"parts": {"user": {"replicas": 0}, "product": {"replicas": 1}, "storefront": {"replicas": 100}}}),
        json!({"parts": {"storefront": {"autoscaling": {"minReplicas": 3, "maxReplicas": 3}}}}),
        json!({"parts": {"storefront": {"resources": resources}}}),
        json!({"parts": {"storefront": {"autoscaling": {"maxReplicas": 100, "targetCpuPercent": 10}}}}),
        json!({"slo": {"browse": {"success": "99.999", "latencyMillis": 60000}}}),
        json!({"slo": {"order": {"success": "50", "latencyMillis": 1}}}),
        json!({"database": {"sqlite": {"storage": 1_073_741_824}}}),
    ]
}

#[tokio::test]
async fn what_is_no_shop_is_refused_with_the_field_and_the_remedy_when_made_and_when_changed() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "refusals").await;
    let shop = Shop::named(&town, "there-already");
    let mut paused = smallest();
    paused["paused"] = json!(true); // Nothing is made of it.
    shop.apply(paused).await;

    let mut wrong = Vec::new();
    let mut look = |what: &str, patch: &Value, words: &[&str], said: Result<Value, kube::Error>| match said {
        Ok(_) => wrong.push(format!("{what} {patch}: it was taken")),
        Err(error) => {
            let said = error.to_string();
            let missing = words.iter().filter(|word| !said.contains(*word)).collect::<Vec<_>>();
            if !missing.is_empty() {
                wrong.push(format!("{what} {patch}: {missing:?} are not in: {said}"));
            }
        }
    };
    for (patch, words) in refused() {
        look("a new Shop with", &patch, words, make(&cluster, town.name(), "tea", &patch).await);
        look("a change by", &patch, words, change(&shop, &cluster, &patch).await);
    }
    for (patch, words) in refused_on_update() {
        look("a change by", &patch, words, change(&shop, &cluster, &patch).await);
    }
    for name in REFUSED_NAMES {
        let said = make(&cluster, town.name(), name, &json!({})).await;
        look(
            "a new Shop called",
            &json!(name),
            &["metadata.name must be 1 to 40", "beginning with a letter"],
            said,
        );
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn what_is_just_within_the_bounds_is_taken_when_made_and_when_changed() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "acceptances").await;
    let shop = Shop::named(&town, "there-already");
    let mut paused = smallest();
    paused["paused"] = json!(true);
    shop.apply(paused).await;

    let mut wrong = Vec::new();
    let mut look = |what: &str, patch: &Value, said: Result<Value, kube::Error>| {
        if let Err(error) = said {
            wrong.push(format!("{what} {patch}: {error}"));
        }
    };
    for patch in accepted() {
        look("a new Shop with", &patch, make(&cluster, town.name(), "tea", &patch).await);
        look("a change by", &patch, change(&shop, &cluster, &patch).await);
    }
    let postgres = json!({"database": {"postgres": {}}, "parts": {"user": {"replicas": 100}}});
    look("a new Shop with", &postgres, make(&cluster, town.name(), "tea", &postgres).await);
    let longest = "a-shop-of-forty-letters-which-is-the-mos";
    look("a new Shop called", &json!(longest), make(&cluster, town.name(), longest, &json!({})).await);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Asks whether a Shop could be made; none is.
async fn make(cluster: &Cluster, namespace: &str, name: &str, patch: &Value) -> Result<Value, kube::Error> {
    let mut spec = smallest();
    merge(&mut spec, patch);
    let shop = json!({
        "apiVersion": "shopkeeper.dev/v1alpha1", "kind": "Shop", "metadata": {"name": name}, "spec": spec,
    });
    let path = format!(
        "/apis/shopkeeper.dev/v1alpha1/namespaces/{namespace}/shops?dryRun=All&fieldValidation=Strict"
    );
    cluster.send("POST", &path, "application/json", &shop).await
}

/// Asks whether the Shop could be changed; it is not.
async fn change(shop: &Shop<'_>, cluster: &Cluster, patch: &Value) -> Result<Value, kube::Error> {
    let path = format!("{}?dryRun=All&fieldValidation=Strict", shop.path());
    cluster.merge(&path, &json!({"spec": patch})).await
}

/// A merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().expect("made an object just now");
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}
