//! Labels and annotations: how an object tells what it is and whose.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::component::Component;

/// Who made it: the value of `app.kubernetes.io/managed-by`, by which the operator finds its objects.
pub const MANAGED_BY: &str = "shopkeeper-operator";
/// The name of the Shop that it belongs to.
pub const SHOP: &str = "shopkeeper.dev/shop";
/// The uid of that Shop: a later Shop of the same name is another one.
pub const SHOP_UID: &str = "shopkeeper.dev/shop-uid";
/// An annotation: the digest of what was applied last. It tells when a field is not wanted any more.
pub const DESIRED: &str = "shopkeeper.dev/desired";
/// An annotation of workloads: the digest of their Pods' template.
pub const FORM: &str = "shopkeeper.dev/form";
/// An annotation of a Shop: the uid of a volume that is lost, by somebody who accepts an empty one in its place.
pub const ACCEPT_LOST_VOLUME: &str = "shopkeeper.dev/accept-lost-volume";

/// The label selector of everything that the operator made.
pub fn selector_of_ours() -> String {
    format!("app.kubernetes.io/managed-by={MANAGED_BY}")
}

/// What every object of a shop is labelled with.
pub fn of(shop: &str, uid: &str, component: &str) -> BTreeMap<String, String> {
    BTreeMap::from(
        [
            ("app.kubernetes.io/name", "shopkeeper"),
            ("app.kubernetes.io/instance", shop),
            ("app.kubernetes.io/component", component),
            ("app.kubernetes.io/part-of", "shopkeeper"),
            ("app.kubernetes.io/managed-by", MANAGED_BY),
            (SHOP, shop),
            (SHOP_UID, uid),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    )
}

/// What selects the Pods of a component: it never changes, as a workload's selector can't.
pub fn selector(shop: &str, component: Component) -> Value {
    json!({"app.kubernetes.io/component": component.name(), SHOP: shop})
}
