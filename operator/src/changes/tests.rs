//! What has to be done, and what has not.

use serde_json::json;

use super::Change;
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::testing::{children, decide, tea};

const POSTGRES: &str = "database: {postgres: {}}, parts: {user: {replicas: 2}}";

/// What is done, as in `apply Service tea-user`.
fn done(changes: &[Change]) -> Vec<String> {
    let say = |change: &Change| match change {
        Change::Create(child) => format!("create {} {}", child.kind.name(), child.name),
        Change::Apply { child, .. } => format!("apply {} {}", child.kind.name(), child.name),
        Change::Scale { kind, name, replicas } => format!("scale {} {name} to {replicas}", kind.name()),
        Change::Delete { kind, name, .. } => format!("delete {} {name}", kind.name()),
    };
    changes.iter().map(say).collect()
}

#[test]
fn at_rest_nothing_is_done() {
    for fields in ["locale: en", POSTGRES, "host: a.example.com, exposure: {ingress: {}}"] {
        let changes = decide(&tea(fields).all_well());
        assert_eq!(changes, super::Changes::default(), "{fields}");
    }
}

#[test]
fn a_new_shop_is_made_whole() {
    let observed = tea("locale: en");
    let changes = decide(&observed);
    assert_eq!(changes.now.len(), children(&observed).len());
    assert!(changes.now.iter().all(|change| matches!(change, Change::Create(_))));
}

#[test]
fn a_service_is_made_once_its_server_answers() {
    let observed = tea("database: {postgres: {}}");
    let first = done(&decide(&observed).now);
    assert!(first.contains(&"create StatefulSet tea-user-postgres".to_owned()), "{first:?}");
    assert!(first.contains(&"create Deployment tea-storefront".to_owned()), "{first:?}");
    assert!(!first.contains(&"create Deployment tea-user".to_owned()), "{first:?}");
    let mut well = tea("database: {postgres: {}}").all_well();
    well.remove(Kind::Deployment, "tea-user");
    assert_eq!(done(&decide(&well).now), ["create Deployment tea-user"]);
}

#[test]
fn an_object_without_its_labels_is_known_by_what_else_it_carries() {
    let mut observed = tea("locale: en").all_well();
    for (kind, name) in [(Kind::PersistentVolumeClaim, "tea-order"), (Kind::Service, "tea-user")] {
        observed.edit(kind, name, |object| object["metadata"]["labels"] = json!({}));
    }
    let changes = decide(&observed);
    assert_eq!(done(&changes.now), ["apply PersistentVolumeClaim tea-order", "apply Service tea-user"]);
}

#[test]
fn whatever_child_is_edited_stripped_or_orphaned_it_alone_is_put_right() {
    let well = tea(POSTGRES).all_well();
    for child in children(&well) {
        let edits: [fn(&mut serde_json::Value); 3] = [
            |object| {
                object["metadata"]["labels"] =
                    json!({"shopkeeper.dev/shop": "tea", "shopkeeper.dev/shop-uid": "uid-1"})
            },
            |object| object["metadata"]["annotations"] = json!({}),
            |object| object["metadata"]["ownerReferences"] = json!([]),
        ];
        for (number, edit) in edits.into_iter().enumerate() {
            let mut observed = well.clone();
            observed.edit(child.kind, &child.name, edit);
            let is_ownerless = number == 2 && child.kind.holds_data();
            let expected = if is_ownerless {
                vec![]
            } else {
                vec![format!("apply {} {}", child.kind.name(), child.name)]
            };
            assert_eq!(done(&decide(&observed).now), expected, "edit {number}");
        }
    }
}

#[test]
fn fields_of_others_stay() {
    let mut observed = tea("locale: en").all_well();
    observed.edit(Kind::Service, "tea-user", |service| {
        service["metadata"]["annotations"]["somebody"] = json!("else");
        service["spec"]["clusterIP"] = json!("10.0.0.1");
    });
    assert_eq!(done(&decide(&observed).now), Vec::<String>::new());
}

#[test]
fn somebody_elses_object_is_left_alone_and_named() {
    let mut observed = tea("locale: en").all_well();
    observed.edit(Kind::Service, "tea-user", |service| {
        service["metadata"] = json!({"name": "tea-user"});
    });
    let changes = decide(&observed);
    assert_eq!((done(&changes.now), changes.taken), (vec![], vec!["Service tea-user".to_owned()]));
}

#[test]
fn data_of_an_earlier_shop_is_inherited_and_its_other_objects_are_waited_for() {
    let mut observed = tea("locale: en").all_well();
    observed.uid = "uid-2".into();
    let changes = decide(&observed);
    let (mut secrets, mut claims) = (0, 0);
    for change in &changes.now {
        let Change::Apply { child, .. } = change else { panic!("{change:?}") };
        match child.kind {
            Kind::Secret => secrets += 1,
            Kind::PersistentVolumeClaim => claims += 1,
            other => panic!("{other:?} is not inherited"),
        }
    }
    assert_eq!((secrets, claims), (4, 3));
    assert!(changes.leaving.contains(&"StatefulSet tea-user".to_owned()), "{:?}", changes.leaving);
    assert_eq!(changes.taken, Vec::<String>::new());
}

#[test]
fn what_is_not_wanted_any_more_is_deleted_but_never_data() {
    let mut observed = tea("host: a.example.com, exposure: {ingress: {}}").all_well();
    observed.spec.exposure = shop::Exposure::default();
    observed.spec.staff = Some(shop::Staff { secret_ref: shop::SecretRef { name: "other".into() } });
    let changes = done(&decide(&observed).now);
    assert!(changes.contains(&"delete Ingress tea".to_owned()), "{changes:?}");
    assert!(!changes.iter().any(|change| change.starts_with("delete Secret")), "{changes:?}");
}

#[test]
fn a_new_version_goes_from_part_to_part() {
    let mut observed = tea(POSTGRES).all_well();
    observed.spec.version = Some("9.9.9".into());
    let changes = decide(&observed);
    assert_eq!(done(&changes.now), ["apply Deployment tea-user"]);
    let waiting = [Part::Product, Part::Order, Part::Storefront].map(Component::Part);
    assert_eq!(changes.waiting, waiting);
}

#[test]
fn who_waits_may_still_change_in_number() {
    let mut observed = tea(POSTGRES).all_well();
    observed.spec.version = Some("9.9.9".into());
    observed.spec.parts.order = Some(shop::Part { replicas: Some(0), ..shop::Part::default() });
    let changes = done(&decide(&observed).now);
    // Nobody is to be called because a part is down that is not wanted.
    assert_eq!(
        changes,
        ["scale Deployment tea-order to 0", "apply Deployment tea-user", "apply PrometheusRule tea"]
    );
}

#[test]
fn an_autoscaler_decides_but_wakes_nobody() {
    let fields = "parts: {storefront: {autoscaling: {minReplicas: 2, maxReplicas: 6}}}";
    let mut observed = tea(fields).all_well();
    observed.edit(Kind::Deployment, "tea-storefront", |live| live["spec"]["replicas"] = json!(5));
    assert_eq!(done(&decide(&observed).now), Vec::<String>::new());
    observed.edit(Kind::Deployment, "tea-storefront", |live| live["spec"]["replicas"] = json!(0));
    assert_eq!(done(&decide(&observed).now), ["scale Deployment tea-storefront to 2"]);
}

#[test]
fn a_number_is_taken_over_before_it_is_let_go() {
    let mut observed = tea("parts: {storefront: {replicas: 3}}").all_well();
    let autoscaled = tea("parts: {storefront: {autoscaling: {minReplicas: 2, maxReplicas: 6}}}");
    observed.spec = autoscaled.spec;
    let changes = done(&decide(&observed).now);
    let of_deployment: Vec<&String> = changes.iter().filter(|change| change.contains("Deployment")).collect();
    assert_eq!(of_deployment, ["scale Deployment tea-storefront to 3", "apply Deployment tea-storefront"]);
}
