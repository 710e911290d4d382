//! The objects of whole Shops, held to what they looked like, and to what must hold for every one of them.

use std::path::Path;

use serde_json::Value;

use super::Child;
use crate::kind::Kind;
use crate::testing::{children, tea};

/// Shops that differ in what their objects look like.
const SHOPS: [(&str, &str); 5] = [
    ("sqlite", "host: tea.example.com, exposure: {ingress: {tlsSecretName: tea-tls}}"),
    (
        "postgres",
        "database: {postgres: {storage: 2Gi}}, parts: {user: {replicas: 2}, storefront: {replicas: 3}}",
    ),
    (
        "external",
        "database: {external: {user: {secretRef: {name: a}}, product: {secretRef: {name: b}}, order: {secretRef: {name: c}}}}, \
         deletionPolicy: Delete",
    ),
    (
        "gateway",
        "host: tea.example.com, exposure: {api: false, gateway: {parentRefs: [{name: public, namespace: gateways}]}}",
    ),
    (
        "autoscaled",
        "database: {postgres: {}}, catalogue: {configMapRef: {name: teas}}, staff: {secretRef: {name: staff}}, \
         parts: {storefront: {autoscaling: {minReplicas: 2, maxReplicas: 6}}, order: {replicas: 0}}",
    ),
];

fn each(check: impl Fn(&str, &[Child])) {
    for (name, fields) in SHOPS {
        check(name, &children(&tea(fields)));
    }
}

fn pod_templates(children: &[Child]) -> impl Iterator<Item = &Value> {
    children.iter().filter(|child| child.kind.is_workload()).map(|child| &child.manifest["spec"]["template"])
}

#[test]
fn shops_become_what_is_written_down() {
    each(|name, children| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{name}.yaml"));
        let documents = children
            .iter()
            .map(|child| format!("---\n{}", serde_saphyr::to_string(&child.manifest).expect("YAML")));
        let fresh: String = documents.collect();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &fresh).expect("write a golden file");
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == fresh,
            "{} differs: look at `UPDATE_GOLDEN=1 cargo test --workspace --lib shops_become` and git diff",
            file.display()
        );
    });
}

#[test]
fn no_secret_is_in_a_variable_or_in_plain_sight() {
    each(|name, children| {
        for child in children.iter().filter(|child| child.kind != Kind::Secret) {
            let text = child.manifest.to_string();
            for secret in ["private", "xxxx", "cookies\""] {
                assert!(!text.contains(secret), "{name}: {} shows {secret}", child.name);
            }
        }
    });
}

#[test]
fn every_process_is_as_restricted_as_can_be() {
    each(|name, children| {
        for template in pod_templates(children) {
            let spec = &template["spec"];
            assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{name}");
            assert_eq!(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
            assert_eq!(spec["automountServiceAccountToken"], false, "{name}");
            let containers = ["containers", "initContainers"].map(|field| spec[field].as_array());
            for container in containers.into_iter().flatten().flatten() {
                let security = &container["securityContext"];
                assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
                assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
                assert_eq!(security["capabilities"]["drop"][0], "ALL", "{name}");
                assert!(container["resources"]["limits"]["memory"].is_string(), "{name}");
            }
        }
    });
}

#[test]
fn only_the_user_service_gets_the_private_key_and_only_the_storefront_that_of_cookies() {
    each(|name, children| {
        for child in children.iter().filter(|child| child.kind.is_workload()) {
            let text = child.manifest.to_string();
            assert_eq!(text.contains("tea-signing-key"), child.name == "tea-user", "{name}: {}", child.name);
            assert_eq!(text.contains("tea-cookie-keys"), child.name == "tea-storefront", "{name}");
        }
    });
}

#[test]
fn what_is_to_outlive_the_shop_has_no_owner() {
    each(|name, children| {
        for child in children {
            let is_owned = child.manifest["metadata"]["ownerReferences"].is_array();
            let outlives = child.kind.holds_data() && name != "external";
            assert_eq!(is_owned, !outlives, "{name}: {:?} {}", child.kind, child.name);
        }
    });
}

#[test]
fn every_pod_is_closed_and_opened_by_a_policy_of_its_own() {
    each(|name, children| {
        let policies: Vec<&Child> =
            children.iter().filter(|child| child.kind == Kind::NetworkPolicy).collect();
        for child in children.iter().filter(|child| child.kind.is_workload()) {
            assert!(policies.iter().any(|policy| policy.name == child.name), "{name}: {}", child.name);
        }
        // A rule without peers would let everybody in.
        for policy in policies {
            let rules = policy.manifest["spec"]["ingress"].as_array().expect("a list");
            assert!(rules.iter().all(|rule| rule["from"].as_array().is_some_and(|from| !from.is_empty())));
        }
    });
}

#[test]
fn settings_that_a_process_reads_at_its_start_replace_its_pods_and_no_others() {
    let forms = |fields: &str| -> Vec<(String, String)> {
        let all = children(&tea(fields));
        all.iter().filter_map(|child| Some((child.name.clone(), child.pods.as_ref()?.form.clone()))).collect()
    };
    let (before, after) = (forms("locale: en"), forms("locale: de"));
    let changed: Vec<&str> = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after)
        .map(|(before, _)| before.0.as_str())
        .collect();
    assert_eq!(changed, ["tea-storefront"]);
}

#[test]
fn a_lost_volume_is_not_made_anew_unless_somebody_accepts_it() {
    let claims = |annotation: Option<&str>| {
        let mut observed = tea("locale: en").all_well();
        observed.status = crate::testing::told(&observed);
        observed.remove(Kind::PersistentVolumeClaim, "tea-order");
        let key = crate::labels::ACCEPT_LOST_VOLUME.to_owned();
        observed.annotations.extend(annotation.map(|uid| (key, uid.to_owned())));
        let all = children(&observed);
        all.iter().filter(|child| child.kind == Kind::PersistentVolumeClaim).count()
    };
    assert_eq!(claims(None), 2);
    assert_eq!(claims(Some("another")), 2);
    assert_eq!(claims(Some("uid-of-tea-order")), 3);
}
