//! The names of a Shop's objects. All begin with the Shop's name, and none depends on anything but the Shop.

use crate::component::{Component, Part};

/// What belongs to a component: its workload, Service, account, settings, policy.
pub fn of(shop: &str, component: Component) -> String {
    format!("{shop}-{}", component.name())
}

/// What belongs to a part.
pub fn of_part(shop: &str, part: Part) -> String {
    of(shop, Component::Part(part))
}

/// The ConfigMap with the public keys of tokens.
pub fn jwks(shop: &str) -> String {
    format!("{shop}-jwks")
}

/// The Secret with the private key of tokens.
pub fn signing_key(shop: &str) -> String {
    format!("{shop}-signing-key")
}

/// The Secret that all parts share.
pub fn shared(shop: &str) -> String {
    format!("{shop}-shared")
}

/// The Secret with the keys of the storefront's cookies.
pub fn cookie_keys(shop: &str) -> String {
    format!("{shop}-cookie-keys")
}

/// The Secret with the first staff account, where the Shop names none.
pub fn staff(shop: &str) -> String {
    format!("{shop}-staff")
}

/// The Secret with the connection of a service, where the operator runs its database.
pub fn database(shop: &str, service: Part) -> String {
    format!("{shop}-{}-database", service.name())
}

/// The ConfigMap with the Shop's dashboard.
pub fn dashboard(shop: &str) -> String {
    format!("{shop}-dashboard")
}

/// The NetworkPolicy that closes whatever no other one opens.
pub fn closed(shop: &str) -> String {
    format!("{shop}-closed")
}
